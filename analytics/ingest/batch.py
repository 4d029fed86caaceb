"""A batch: the rows of one export, shaped into staged tables; a whole export, an addition to it, or mended rows."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import polars as pl

from analytics.ingest.mapping import DatasetMapping, Mapping, TableMapping
from analytics.ingest.mended import MENDED_FORMATS, Origin, Origins, mended_table, origins_of, read_mended
from analytics.ingest.pseudonyms import pseudonym_key
from analytics.ingest.reading import ROW, fingerprint, read_source, source_path
from analytics.ingest.regions import regions_of
from analytics.ingest.shaping import shape, source_columns
from analytics.log import log
from analytics.store import Dataset, SourceFile, Staging
from validation.contract import CONTRACT
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
    shaped: tuple["ShapedFile", ...] = ()
    """Rows that are of the contract already, beside those of the mapping."""

    @property
    def fingerprint(self) -> str:
        """Hash of the mapping and the files: the same batch twice has the same."""
        digest = hashlib.sha256(
            self.mapping.model_dump_json(by_alias=True, exclude={"visit_list", "identities"}).encode()
        )
        for name in sorted(self.hashes):
            digest.update(f"{name}:{self.hashes[name]}".encode())
        return digest.hexdigest()


@dataclass(frozen=True, kw_only=True)
class ShapedFile:
    """Rows that are of the contract already: results of field checks.

    Attributes:
        table: Their table.
        file: The file that they stood in, as findings name it.
        rows: All columns of the contract.
        lines: Row of each in the file.
        sha256: Of the file; empty for rows of the register, which are no part of a batch's fingerprint.
    """

    table: str
    file: str
    rows: pl.DataFrame
    lines: Sequence[int]
    sha256: str = ""


def open_shaped(dataset: Dataset, files: Sequence[ShapedFile]) -> Batch:
    """Return the batch that adds rows of the contract to a data set that is published."""
    declared = DatasetMapping(**dataset.model_dump(mode="json"))
    return Batch(
        mapping=Mapping.model_construct(dataset=declared, table=()),
        source=Path(),
        mode="add",
        hashes={file.file: file.sha256 for file in files},
        files={file.table: ", ".join(each.file for each in files if each.table == file.table) for file in files},
        shaped=tuple(files),
    )


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
) -> Iterator[tuple[str, list[SourceFile], dict[str, Origins]]]:
    """Shape every table of a batch into `staging`, one at a time.

    Args:
        batch: What comes in.
        staging: Where to: room `shaped`.
        home: Folder of the key of the pseudonyms.
        known_regions: Codes that are published already.

    Yields:
        Before each table its name; at last an empty name, the files, and where the rows come from that are not the
        mapping's own, by table and row number.
    """
    key = pseudonym_key(home)
    sources: list[SourceFile] = []
    origins: dict[str, Origins] = {}
    for table in batch.mapping.table:
        yield table.name, sources, origins
        columns = source_columns(table)
        if batch.mode == "mend":
            rows = read_mended(batch.source, table, columns)
            origins[table.name] = dict(zip(rows[ROW], origins_of(rows, table), strict=True))
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
    for name in dict.fromkeys(file.table for file in batch.shaped):
        yield name, sources, origins
        origins[name] = _stage_shaped(batch, name, staging)
    sources += [
        SourceFile(table=f.table, file=f.file, sha256=f.sha256, rows=f.rows.height, batch=staging.snapshot)
        for f in batch.shaped
        if f.sha256
    ]
    yield "", sources, origins


def _stage_shaped(batch: Batch, name: str, staging: Staging) -> Origins:
    """Write rows that are of the contract already, after those that the mapping has made of the same table.

    They take the place of a row of the export with the same key, as they do when they are added to it.
    """
    families = staging.path("shaped", "families")
    parts = [
        file if file.sha256 or not families.is_file() else _with_families(file, pl.scan_parquet(families))
        for file in batch.shaped
        if file.table == name
    ]
    rows = pl.concat(file.rows for file in parts)
    places = [Origin(staging.snapshot, line, file.file) for file in parts for line in file.lines]
    path = staging.path("shaped", name)
    before = pl.read_parquet(path) if path.is_file() else None
    first = 2
    if before is not None and not before.is_empty():
        first = int(before.select(pl.col(ROW).max()).item()) + 1
        before = before.join(rows, on=list(CONTRACT[name].key), how="anti", maintain_order="left")
    numbers = pl.Series(ROW, range(first, first + rows.height), dtype=pl.Int64)
    staged = rows.with_columns(numbers)
    (staged if before is None else pl.concat([before, staged.select(before.columns)])).write_parquet(path)
    return dict(zip(numbers, places, strict=True))


def _with_families(kept: ShapedFile, families: pl.LazyFrame) -> ShapedFile:
    """Leave out the kept rows whose family the export no longer has: they are no fault of the export."""
    rows = kept.rows.with_row_index("__at").join(
        families.select("family_id").unique().collect(), on="family_id", how="semi", maintain_order="left"
    )
    if rows.height < kept.rows.height:
        log("results_without_family", table=kept.table, rows=kept.rows.height - rows.height)
    return replace(kept, rows=rows.drop("__at"), lines=[kept.lines[at] for at in rows["__at"]])


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
