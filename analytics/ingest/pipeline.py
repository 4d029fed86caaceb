"""One ingest from end to end: read, shape, judge, build the marts, publish; or leave everything as it was."""

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import pandas as pd
import polars as pl
import pyarrow as pa

from analytics import __version__
from analytics.ingest.mapping import Mapping, load_mapping
from analytics.ingest.pseudonyms import pseudonym_key
from analytics.ingest.reading import ROW, fingerprint, read_source, source_path
from analytics.ingest.regions import regions_of
from analytics.ingest.shaping import FORM, shape, source_columns
from analytics.marts import Context, build
from analytics.settings import Settings
from analytics.store import Dataset, Manifest, SourceFile, Staging, Store, TableFacts, open_store
from analytics.store.manifest import Attempt
from validation.contract import CONTRACT
from validation.errors import GateError, TepatError
from validation.gate import Verdict, judge

Progress = Callable[[str, float], None]
"""(what is being done, share done)."""

SETTLED_SHARE = 0.95
"""Share of registrations that must have reached the portal for a day to count as complete."""


@dataclass(frozen=True)
class Ingested:
    """How an ingest ended."""

    manifest: Manifest
    already_in: bool
    """The same export had been published before; nothing was done."""


def ingest(
    mapping_path: Path, source: Path, *, settings: Settings, progress: Progress = lambda _what, _share: None
) -> Ingested:
    """Bring an export in as the new snapshot of its data set.

    Args:
        mapping_path: The TOML mapping.
        source: Folder that holds the export's files.
        settings: Home, limits, warehouse.
        progress: Told what is being done.

    Raises:
        MappingError: the mapping cannot be understood.
        ExportError: a file or column is missing, or a value is not of its kind.
        GateError: too many rows are bad, or a table shrank; nothing was published.
        StoreBusyError: another process publishes.
    """
    mapping = load_mapping(mapping_path)
    store = open_store(settings)
    name = mapping.dataset.name
    try:
        files = {table.file: fingerprint(source_path(source, table.file)) for table in mapping.table}
        print_ = _export_fingerprint(mapping, files)
        catalogue = store.catalogue()
        if catalogue and name in catalogue.datasets and store.manifest(name).fingerprint == print_:
            store.show(name)
            return Ingested(store.manifest(name), already_in=True)
        with store.writer() as staging:
            manifest = _stage(mapping, source, staging, store, settings=settings, hashes=files, progress=progress)
            manifest = manifest.model_copy(update={"fingerprint": print_})
            progress("publish", 0.98)
            store.publish(staging, manifest, keep=settings.keep_snapshots)
    except TepatError as error:
        store.record(_attempt(name, published=False, message=str(error)))
        raise
    store.record(_attempt(name, published=True, message="", snapshot=manifest.snapshot))
    progress("done", 1.0)
    return Ingested(manifest, already_in=False)


def _stage(
    mapping: Mapping,
    source: Path,
    staging: Staging,
    store: Store,
    *,
    settings: Settings,
    hashes: dict[str, str],
    progress: Progress,
) -> Manifest:
    now = _utc_now()
    sources = _shape_all(mapping, source, staging, settings=settings, hashes=hashes, progress=progress)
    files = {entry.table: entry.file for entry in sources}
    verdict = judge(
        {name: staging.path("shaped", name) for name in [*files, "regions"]},
        lambda name: staging.path("tables", name),
        files=files,
        now=now,
        quarantine_limit=settings.quarantine_limit,
        on_table=lambda name: progress(f"judge {name}", 0.5),
    )
    _refuse_if_shrunk(verdict, store, mapping.dataset.name, limit=settings.volume_limit)
    staging.write("gate", "results", pa.Table.from_pandas(verdict.results, preserve_index=False))
    staging.write("gate", "quarantine", _quarantine_table(verdict.quarantine))
    connection = ibis.duckdb.connect()
    tables = {
        name: connection.read_parquet(str(staging.path("tables", name)), table_name=name) for name in verdict.accepted
    }
    until = _data_until(mapping, tables, now)
    offset = _offset_hours(mapping.dataset.timezone, until)
    for name, expression in build(tables, Context(offset_hours=offset, until=until)):
        progress(f"build {name}", 0.8)
        expression.to_parquet(staging.path("marts", name), compression="zstd")
    _remove_shaped(staging)
    return Manifest(
        snapshot=staging.snapshot,
        dataset=Dataset(**mapping.dataset.model_dump(exclude={"regions", "data_until"})),
        published_at=now,
        data_until=until,
        fingerprint="",
        code_version=__version__,
        sources=tuple(sources),
        tables={
            name: TableFacts(rows=rows, rejected=verdict.rejected[name]) for name, rows in verdict.accepted.items()
        },
        settling_days=_settling_days(tables),
    )


def _shape_all(
    mapping: Mapping,
    source: Path,
    staging: Staging,
    *,
    settings: Settings,
    hashes: dict[str, str],
    progress: Progress,
) -> list[SourceFile]:
    key = pseudonym_key(settings.home)
    sources: list[SourceFile] = []
    for number, table in enumerate(mapping.table):
        progress(f"read {table.file}", 0.5 * number / len(mapping.table))
        rows = read_source(source, table, source_columns(table))
        shaped = shape(rows, table, key=key, timezone=mapping.dataset.timezone)
        shaped.write_parquet(staging.path("shaped", table.name))
        sources.append(SourceFile(table=table.name, file=table.file, sha256=hashes[table.file], rows=rows.height))
        if table.name == "families":
            regions = regions_of(shaped["village"], mapping)
            regions.with_row_index(ROW, offset=1).with_columns(pl.lit(value=True).alias(FORM)).write_parquet(
                staging.path("shaped", "regions")
            )
    return sources


def _refuse_if_shrunk(verdict: Verdict, store: Store, dataset: str, *, limit: float) -> None:
    """Refuse an export that holds far fewer rows than the last one: half an export looks like a real fall."""
    catalogue = store.catalogue()
    if not catalogue or dataset not in catalogue.datasets:
        return
    before = store.manifest(dataset).tables
    for table, rows in verdict.accepted.items():
        if table in before and rows < limit * before[table].rows:
            raise GateError(
                f"The table {table} has {rows} rows, the last snapshot had {before[table].rows}.",
                cause=f"That is less than {limit:.0%}: the export looks incomplete.",
                next_step="Export it again, or set TEPAT_VOLUME_LIMIT lower if it is right; nothing was published.",
            )


def _quarantine_table(quarantine: pd.DataFrame) -> pa.Table:
    schema = pa.schema([("table", pa.string()), ("rule", pa.string()), ("file", pa.string()), ("row", pa.int64())])
    return pa.Table.from_pandas(quarantine, schema=schema, preserve_index=False)


def _data_until(mapping: Mapping, tables: dict[str, Any], now: datetime) -> datetime:
    """Return the newest moment that the data speak of, naive UTC."""
    if mapping.dataset.data_until is not None:
        local = datetime.combine(mapping.dataset.data_until, time(23, 59, 59), ZoneInfo(mapping.dataset.timezone))
        return local.astimezone(UTC).replace(tzinfo=None)
    newest = [
        table[column.name].max().to_pyarrow().as_py()
        for name, table in tables.items()
        for column in CONTRACT[name].columns
        if column.kind == "time"
    ]
    return max((moment for moment in newest if moment is not None), default=now)


def _settling_days(tables: dict[str, Any]) -> int:
    """Return the days until 95 % of registrations have reached the portal."""
    if "registrations" not in tables:
        return 0
    rows = tables["registrations"]
    days = rows.received_at.date().delta(rows.submitted_at.date(), unit="day")
    late = days.quantile(SETTLED_SHARE).to_pyarrow().as_py()
    return 0 if late is None else math.ceil(late)


def _offset_hours(timezone: str, at: datetime) -> int:
    offset = ZoneInfo(timezone).utcoffset(at)
    return round(offset.total_seconds() / 3600) if offset else 0


def _remove_shaped(staging: Staging) -> None:
    """Shaped rows hold what was rejected: they do not enter the snapshot."""
    folder = staging.folder / "shaped"
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()


def _export_fingerprint(mapping: Mapping, files: dict[str, str]) -> str:
    digest = hashlib.sha256(mapping.model_dump_json(by_alias=True).encode())
    for name in sorted(files):
        digest.update(f"{name}:{files[name]}".encode())
    return digest.hexdigest()


def _attempt(dataset: str, *, published: bool, message: str, snapshot: str = "") -> Attempt:
    return Attempt(at=_utc_now(), dataset=dataset, published=published, message=message, snapshot=snapshot)


def _utc_now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
