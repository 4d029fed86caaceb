"""A batch: the rows of one export, shaped into staged tables; a whole export, an addition to it, or mended rows."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import polars as pl

from analytics.ingest.mapping import Mapping, TableMapping
from analytics.ingest.mended import MENDED_FORMATS, Origin, mended_table, origins_of
from analytics.ingest.pseudonyms import pseudonym_key
from analytics.ingest.reading import ROW, fingerprint, read_source, source_path
from analytics.ingest.regions import regions_of
from analytics.ingest.shaping import shape, source_columns
from analytics.store import SourceFile, Staging
from validation.errors import ExportError, MappingError

Mode = Literal["replace", "add", "mend"]
"""replace: the whole data set anew; add: new and changed rows; mend: rows out of quarantine, corrected."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What comes in.

    Attributes:
        mapping: The mapping, its tables those that have a file in this batch.
        source: Folder of the files.
        mode: What the rows do to those that are published.
        hashes: SHA-256 by file.
        files: The export's file of each table, as findings name it.
    """

    mapping: Mapping
    source: Path
    mode: Mode
    hashes: dict[str, str]
    files: dict[str, str] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """Hash of the mapping and the files: the same batch twice has the same."""
        digest = hashlib.sha256(self.mapping.model_dump_json(by_alias=True).encode())
        for name in sorted(self.hashes):
            digest.update(f"{name}:{self.hashes[name]}".encode())
        return digest.hexdigest()


def open_batch(mapping: Mapping, source: Path, mode: Mode) -> Batch:
    """Find the files of a batch; an addition and mended rows may leave tables out.

    Raises:
        ExportError: a file of a whole export is missing, or no file of the mapping is there.
        MappingError: a table needs all rows at once and cannot be added to.
    """
    files = {table.name: table.file for table in mapping.table}
    tables = tuple(mapping.table)
    if mode == "mend":
        tables = tuple(
            mended_table(table, path.name) for table in tables if (path := _mended_file(source, table)) is not None
        )
    elif mode == "add":
        tables = tuple(table for table in tables if (source / table.file).is_file())
    if not tables:
        wanted = "TABLE.xlsx or TABLE.csv" if mode == "mend" else ", ".join(sorted(set(files.values())))
        raise ExportError(
            "The folder holds no file of the mapping.",
            cause=f"Looked for: {wanted}.",
            next_step="Give --source the folder of the files.",
        )
    if mode != "replace":
        for table in tables:
            _refuse_ranks(table)
    mapping = mapping.model_copy(update={"table": tables})
    hashes = {table.file: fingerprint(source_path(source, table.file)) for table in tables}
    return Batch(mapping=mapping, source=source, mode=mode, hashes=hashes, files=files)


def stage(
    batch: Batch, staging: Staging, *, home: Path, known_regions: frozenset[str]
) -> Iterator[tuple[str, list[SourceFile], dict[str, list[Origin]]]]:
    """Shape every table of a batch into `staging`, one at a time.

    Args:
        batch: What comes in.
        staging: Where to: room `shaped`.
        home: Folder of the key of the pseudonyms.
        known_regions: Codes that are published already.

    Yields:
        Before each table its name; at last an empty name, the files, and of mended rows where they come from by table.
    """
    key = pseudonym_key(home)
    sources: list[SourceFile] = []
    origins: dict[str, list[Origin]] = {}
    for table in batch.mapping.table:
        yield table.name, sources, origins
        columns = source_columns(table)
        if batch.mode == "mend":
            rows = read_source(batch.source, table, [*columns, *Origin.COLUMNS])
            origins[table.name] = origins_of(rows, table)
        else:
            rows = read_source(batch.source, table, columns)
        shaped = shape(rows, table, key=key, timezone=batch.mapping.dataset.timezone)
        shaped.write_parquet(staging.path("shaped", table.name))
        sources.append(
            SourceFile(
                table=table.name,
                file=table.file,
                sha256=batch.hashes[table.file],
                rows=rows.height,
                batch=staging.snapshot,
            )
        )
        if table.name == "families":
            regions = regions_of(shaped["village"], batch.mapping).filter(~pl.col("code").is_in(list(known_regions)))
            if not regions.is_empty():
                numbered = regions.with_row_index(ROW, offset=1).with_columns(pl.col(ROW).cast(pl.Int64))
                numbered.write_parquet(staging.path("shaped", "regions"))
    yield "", sources, origins


def _mended_file(source: Path, table: TableMapping) -> Path | None:
    candidates = (source / f"{table.name}{ending}" for ending in MENDED_FORMATS)
    return next((path for path in candidates if path.is_file()), None)


def _refuse_ranks(table: TableMapping) -> None:
    """Refuse a recipe that ranks all rows: a part of them has other ranks."""
    for name, recipe in table.columns.items():
        if recipe.quantile_groups is not None or recipe.at_or_below_quantile is not None:
            raise MappingError(
                f"Rows cannot be added to the table {table.name}.",
                cause=f"Its column {name} is ranked among all rows, which a part of them does not tell.",
                next_step="Correct the whole export and ingest it again.",
            )
