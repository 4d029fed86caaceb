"""The quarantine: which rows were kept out and why, and taking them out of it to be mended."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from analytics.ingest.mapping import load_mapping
from analytics.ingest.mended import MENDED_FORMATS, write_rejected
from analytics.ingest.reading import fingerprint, source_path
from analytics.ingest.record import FINDINGS
from analytics.settings import Settings
from analytics.store import open_store
from validation.errors import ExportError, TepatError


class QuarantineError(TepatError):
    """What was asked for is not in the quarantine."""


@dataclass(frozen=True)
class Written:
    """A file of rejected rows."""

    table: str
    path: Path
    rows: int


def findings(settings: Settings, dataset: str = "", *, refused: bool = False) -> pd.DataFrame:
    """Return every broken rule of every row in quarantine, by table, row and rule.

    Args:
        settings: Home.
        dataset: Data set; empty for the one published last.
        refused: Of the last export that was refused as a whole, instead of the published snapshot.

    Returns:
        Columns table, rule, severity, district, subject, file, row, batch, says_id, says_en.

    Raises:
        NothingPublishedError: there is no such data set.
        QuarantineError: no export was refused since the last publication.
    """
    store = open_store(settings)
    if refused:
        name = dataset or store.manifest().dataset.name
        folder = store.refused(name)
        if not folder.is_dir():
            raise QuarantineError(
                f"No export of {name!r} was refused since its last publication.",
                next_step="Leave --refused out to see the rows that were kept out of what is published.",
            )
    else:
        folder = store.folder(store.manifest(dataset).snapshot) / "gate"
    found: pd.DataFrame = pq.read_table(folder / "quarantine.parquet").to_pandas().reindex(columns=FINDINGS.names)
    return found.sort_values(["table", "batch", "row", "rule"], ignore_index=True)


def export(
    settings: Settings, mapping_path: Path, source: Path, target: Path, *, ending: str = ".xlsx", refused: bool = False
) -> list[Written]:
    """Write the source rows of rejected rows, one file a table, with the reasons beside them.

    Args:
        settings: Home, language of the reasons.
        mapping_path: The mapping that the export was ingested with.
        source: Folder of the export's files, as they were ingested.
        target: Folder for the files; they hold identifiers and are readable by their owner alone.
        ending: `.xlsx` or `.csv`.
        refused: See `findings`.

    Raises:
        QuarantineError: nothing is in quarantine.
        ExportError: a file is missing or is not the one that was judged.
    """
    if ending not in MENDED_FORMATS:
        raise QuarantineError(f"The format {ending} is not known.", next_step=f"Use {' or '.join(MENDED_FORMATS)}.")
    mapping = load_mapping(mapping_path)
    found = findings(settings, mapping.dataset.name, refused=refused)
    if found.empty:
        raise QuarantineError("No row is in quarantine.", next_step="There is nothing to mend.")
    batches = {} if refused else _batches(settings, mapping.dataset.name)
    written = []
    for table in mapping.table:
        own = found[found["table"] == table.name]
        if own.empty:
            continue
        if not refused:
            print_ = fingerprint(source_path(source, table.file))
            own = own[own["batch"].map(lambda batch, name=table.name, of=print_: batches.get((batch, name)) == of)]
        if own.empty:
            continue
        written.append(
            Written(
                table.name,
                *write_rejected(own, table, source, target, ending=ending, language=settings.language),
            )
        )
    if not written:
        raise ExportError(
            "None of the rejected rows is in these files.",
            cause="The files are not the ones that were judged: their contents differ.",
            next_step="Give --source the folder of the export as it was ingested.",
        )
    return written


def _batches(settings: Settings, dataset: str) -> dict[tuple[str, str], str]:
    """Return the SHA-256 of each batch's file of each table."""
    manifest = open_store(settings).manifest(dataset)
    return {(entry.batch, entry.table): entry.sha256 for entry in manifest.sources}
