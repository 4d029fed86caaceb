"""One ingest from end to end: read, shape, judge, build the marts, publish; or leave everything as it was."""

import math
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import pandas as pd

from analytics import __version__
from analytics.eligibility import VERDICTS, rulebook, verdicts
from analytics.ingest import mapping as mappings
from analytics.ingest import record
from analytics.ingest.batch import Batch, Mode, ShapedFile, open_batch, open_shaped, stage
from analytics.ingest.mended import Origins
from analytics.marts import Context, build
from analytics.prediction import PREDICTIONS, predict_all
from analytics.settings import Settings, SettingsError
from analytics.store import Dataset, Manifest, NothingPublishedError, SourceFile, Staging, Store, TableFacts, open_store
from analytics.store.manifest import Attempt
from analytics.store.warehouse import completed
from validation.contract import CONTRACT
from validation.errors import GateError, TepatError
from validation.gate import History, Room, Verdict, judge, refuse
from validation.reports import write_reports
from validation.suites import SUITES, all_rules, computed_suites

Progress = Callable[[str, float], None]
"""(what is being done, share done)."""

SETTLED_SHARE = 0.95
"""Share of registrations that must have reached the portal for a day to count as complete."""
RECENT = 5
"""Snapshots whose rows are the recent past."""


@dataclass(frozen=True)
class Ingested:
    """How an ingest ended."""

    manifest: Manifest
    already_in: bool
    """The same files had been published before; nothing was done."""


def ingest(
    mapping_path: Path,
    source: Path,
    *,
    settings: Settings,
    mode: Mode = "replace",
    progress: Progress = lambda _what, _share: None,
) -> Ingested:
    """Bring an export in as a new snapshot of its data set.

    Args:
        mapping_path: The TOML mapping.
        source: Folder that holds the files.
        settings: Home, limits, warehouse.
        mode: replace: the export is the whole data set. add: its rows are added, and take the place of published rows
            with the same key. mend: the files are of `tepat quarantine export`, corrected; rows that pass are added
            and leave the quarantine, a row whose key is published already does not pass.
        progress: Told what is being done.

    Raises:
        MappingError: the mapping cannot be understood, or a table cannot be added to.
        ExportError: a file or column is missing, or a value is not of its kind.
        GateError: too many rows are bad, a table shrank, or Great Expectations finds otherwise than the gate; nothing
            was published.
        NothingPublishedError: rows are to be added and there is no snapshot yet.
        StoreBusyError: another process publishes.
    """
    mapping = mappings.load_mapping(mapping_path)
    return _bring_in(
        lambda: _with_results(open_batch(mapping, source, mode), settings),
        mapping.dataset.name,
        settings=settings,
        progress=progress,
    )


def add_rows(
    dataset: str,
    files: Sequence[ShapedFile],
    *,
    settings: Settings,
    progress: Progress = lambda _what, _share: None,
) -> Ingested:
    """Add rows that are of the contract already to a data set, as `ingest` does with the rows of an export.

    Args:
        dataset: Name of a data set that is published.
        files: The rows, by the file that they stood in.
        settings: Home, limits, warehouse.
        progress: Told what is being done.

    Raises:
        GateError, NothingPublishedError, StoreBusyError: as `ingest`.
    """
    declared = open_store(settings).manifest(dataset).dataset
    return _bring_in(lambda: open_shaped(declared, files), declared.name, settings=settings, progress=progress)


def _bring_in(open_: Callable[[], Batch], name: str, *, settings: Settings, progress: Progress) -> Ingested:
    """Stage, judge and publish a batch, or say that it is in already; how it ended is recorded either way."""
    _demand_known_rules(settings)
    store = open_store(settings)
    try:
        batch = open_()
        last = _last(store, name)
        if batch.mode != "replace" and last is None:
            raise NothingPublishedError(
                f"The data set {name!r} has no snapshot to add to.", next_step="Ingest a whole export first."
            )
        # Of results alone the register says what is in; to publish them twice changes nothing.
        if last and batch.mapping.table and batch.fingerprint in _fingerprints(last, batch.mode):
            store.show(name)
            return Ingested(last, already_in=True)
        with store.writer() as staging:
            manifest = _stage(batch, staging, store, last=last, settings=settings, progress=progress)
            progress("publish", 0.98)
            store.publish(staging, manifest, keep=settings.keep_snapshots)
            store.forget_refused(name)
    except TepatError as error:
        store.record(_attempt(name, published=False, message=str(error)))
        _alert(settings, name)
        raise
    store.record(_attempt(name, published=True, message="", snapshot=manifest.snapshot))
    progress("alerts", 0.99)
    _alert(settings, name)
    progress("done", 1.0)
    return Ingested(manifest, already_in=False)


def _alert(settings: Settings, dataset: str) -> None:
    """Judge the alerts on what is visible now: after a refusal too, which is one of them. Nothing is undone by it."""
    if settings.alerts:
        from analytics.alerts.run import after_publication  # noqa: PLC0415 - loads the register and the scores

        after_publication(settings, dataset)


def _with_results(batch: Batch, settings: Settings) -> Batch:
    """Add the results of field checks that the register holds to a whole export, which does not know of them."""
    if batch.mode != "replace":
        return batch
    from analytics.audits.rows import kept_results  # noqa: PLC0415  the register loads SQLAlchemy, and reads our key

    dataset = batch.mapping.dataset
    return replace(batch, shaped=kept_results(settings, dataset.name, zone=dataset.timezone))


def check(
    mapping_path: Path, source: Path, *, settings: Settings, progress: Progress = lambda _what, _share: None
) -> Verdict:
    """Judge a whole export as `ingest` would, and publish nothing.

    Raises:
        MappingError, ExportError, StoreBusyError: as `ingest`; what the gate would refuse is in the verdict.
    """
    _demand_known_rules(settings)
    mapping = mappings.load_mapping(mapping_path)
    store = open_store(settings)
    batch = _with_results(open_batch(mapping, source, "replace"), settings)
    with store.writer() as staging:
        last = _last(store, mapping.dataset.name)
        sources, _ = _shape_all(batch, staging, store, base=None, settings=settings, progress=progress)
        verdict, _ = _judge(
            batch, staging, store, last=last, sources=sources, settings=settings, now=_utc_now(), progress=progress
        )
    return verdict


def _demand_known_rules(settings: Settings) -> None:
    """Refuse a severity for a rule that there is not: a misspelt name would change nothing and say nothing.

    Raises:
        SettingsError: names the rule and the nearest one.
    """
    known = [rule.id for rule in all_rules()]
    for name in settings.severities:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            raise SettingsError(
                f"TEPAT_SEVERITIES names a rule that there is not: {name}.",
                cause=f"Did you mean {close[0]}?" if close else "",
                next_step="docs/contract.md lists the rules.",
            )


def _stage(
    batch: Batch, staging: Staging, store: Store, *, last: Manifest | None, settings: Settings, progress: Progress
) -> Manifest:
    now = _utc_now()
    base = last if batch.mode != "replace" else None
    sources, origins = _shape_all(batch, staging, store, base=base, settings=settings, progress=progress)
    verdict, shares = _judge(
        batch, staging, store, last=last, sources=sources, settings=settings, now=now, progress=progress
    )
    before = record.read_before(store.folder(last.snapshot) if last else None)
    quarantine, warned = _standing(batch, verdict, before, origins, staging)
    _record(staging, verdict, before, quarantine=quarantine, warned=warned, shares=shares, now=now)
    try:
        _refuse(batch, verdict, settings=settings)
        if settings.data_docs:
            progress("report", 0.75)
            _report(batch, staging, verdict, settings=settings, now=now)
    except GateError:
        store.keep_refused(batch.mapping.dataset.name, staging)
        raise
    _carry_over(staging, store, base)
    tables = _tables(staging)
    until = _data_until(batch, tables, now)
    offset = _offset_hours(batch.mapping.dataset.timezone, until)
    progress("predict", 0.82)
    predict_all(tables, staging.path("tables", "families"), staging.path("derived", PREDICTIONS))
    _apply_rules(tables, staging, day=(until + timedelta(hours=offset)).date())
    for name, expression in build(
        _tables(staging, derived=(PREDICTIONS, VERDICTS)), Context(offset_hours=offset, until=until)
    ):
        progress(f"build {name}", 0.85)
        expression.to_parquet(staging.path("marts", name), compression="zstd")
    for room in ("shaped", "judged", "scratch"):  # what was rejected, and helpers: they do not enter the snapshot
        shutil.rmtree(staging.folder / room, ignore_errors=True)
    rejected = quarantine.drop_duplicates([*record.KEY, "file"]).groupby("table").size()
    return Manifest(
        snapshot=staging.snapshot,
        dataset=Dataset(**batch.mapping.dataset.model_dump(exclude={"regions", "data_until"})),
        published_at=now,
        data_until=until,
        fingerprint=base.fingerprint if base else batch.fingerprint,
        added=(*base.added, batch.fingerprint) if base else (),
        code_version=__version__,
        rules_version=rulebook().version,
        sources=(*(base.sources if base else ()), *sources),
        tables={
            name: TableFacts(rows=int(table.count().to_pyarrow().as_py()), rejected=int(rejected.get(name, 0)))
            for name, table in tables.items()
        },
        settling_days=_settling_days(tables),
    )


def _apply_rules(tables: Mapping[str, Any], staging: Staging, *, day: date) -> None:
    """Write what the rules of the programmes in the data say of every family; nothing where none has rules."""
    book = rulebook()
    named = {
        name
        for table in ("payments", "decisions", "audits")
        if table in tables
        for name in tables[table].select("programme").distinct().to_pyarrow()["programme"].to_pylist()
    }
    if ruled := [name for name in book.programmes() if name in named]:
        found = verdicts(dict(tables), book, day=day, programmes=ruled)
        found.to_parquet(staging.path("derived", VERDICTS), compression="zstd")


def _shape_all(
    batch: Batch, staging: Staging, store: Store, *, base: Manifest | None, settings: Settings, progress: Progress
) -> tuple[list[SourceFile], dict[str, Origins]]:
    known: frozenset[str] = frozenset()
    if base:
        path = store.folder(base.snapshot) / "tables" / "regions.parquet"
        known = frozenset(pd.read_parquet(path, columns=["code"])["code"]) if path.is_file() else known
    steps = stage(batch, staging, home=settings.home, known_regions=known)
    tables = len(batch.mapping.table) + len({file.table for file in batch.shaped})
    for done, (name, sources, origins) in enumerate(steps):
        if not name:
            return sources, origins
        progress(f"read {name}", 0.5 * done / tables)
    raise AssertionError


def _judge(
    batch: Batch,
    staging: Staging,
    store: Store,
    *,
    last: Manifest | None,
    sources: list[SourceFile],
    settings: Settings,
    now: datetime,
    progress: Progress,
) -> tuple[Verdict, pd.DataFrame]:
    base = last if batch.mode != "replace" else None
    before = record.read_before(store.folder(last.snapshot) if last else None)
    dataset = batch.mapping.dataset
    recent = store.history(dataset.name)[-RECENT:]
    room = Room(
        staged={path.stem: path for path in sorted((staging.folder / "shaped").glob("*.parquet"))},
        accepted=lambda name: staging.path("tables", name),
        judged=staging.folder / "judged",
        scratch=staging.folder / "scratch",
        published=_published(store, base),
        repeats="reject" if batch.mode == "mend" else "replace",
    )
    return judge(
        room,
        files={name: batch.files.get(name, "") for name in {source.table for source in sources}},
        now=now,
        limits=settings.limits,
        history=History(
            rows={
                name: [manifest.tables[name].rows for manifest in recent if name in manifest.tables]
                for name in CONTRACT
            },
            shares=before.shares,
        ),
        newest=lambda tables: None if dataset.final else _data_until(batch, tables, now),
        on_table=lambda name: progress(f"judge {name}", 0.6),
        memory=settings.gate_memory,
    )


def _standing(
    batch: Batch, verdict: Verdict, before: record.Before, origins: dict[str, Origins], staging: Staging
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the quarantine and the notes after this batch."""
    found = record.with_origins(verdict, staging.snapshot, origins)
    out = found["severity"] != "warn"
    if batch.mode == "replace":
        return found[out], found[~out]
    return (
        record.open_findings(before.quarantine, found[out], origins),
        record.open_findings(before.warned, found[~out], origins),
    )


def _record(
    staging: Staging,
    verdict: Verdict,
    before: record.Before,
    *,
    quarantine: pd.DataFrame,
    warned: pd.DataFrame,
    shares: pd.DataFrame,
    now: datetime,
) -> None:
    """Write the gate's room of the snapshot."""
    record.write(staging, "results", verdict.results, record.RESULTS)
    record.write(staging, "districts", verdict.districts, record.DISTRICTS)
    record.write(staging, "quarantine", quarantine, record.FINDINGS)
    record.write(staging, "warned", warned, record.FINDINGS)
    record.write(staging, "shares", shares, record.SHARES)
    history = record.history_of(before.history, verdict, batch=staging.snapshot, at=now)
    record.write(staging, "history", history, record.HISTORY)


def _refuse(batch: Batch, verdict: Verdict, *, settings: Settings) -> None:
    # Mended rows are few, and those that are still bad go back to where they were: they stop nobody.
    refuse(verdict, files=batch.files, limit=None if batch.mode == "mend" else settings.quarantine_limit)


def _report(batch: Batch, staging: Staging, verdict: Verdict, *, settings: Settings, now: datetime) -> None:
    """Run the batch through Great Expectations and write its Data Docs.

    Raises:
        GateError: it finds otherwise than the gate.
    """
    judged = {path.stem for path in (staging.folder / "judged").glob("*.parquet")}
    suites = {**SUITES, **computed_suites(settings.limits)}
    applied = set(verdict.results["rule"])
    differing = write_reports(
        staging.folder / "judged",
        staging.folder / "docs",
        suites={
            name: [rule for rule in suite.rules if rule.id in applied]
            for name, suite in suites.items()
            if name in judged
        },
        now=now,
        title=batch.mapping.dataset.title.id,
        snapshot=staging.snapshot,
        published_at=now,
    )
    if differing:
        raise GateError(
            "The gate and Great Expectations do not agree, so nothing was published.",
            cause=" ".join(differing[:3]),
            next_step="This is a fault of the program: report it with the rule's name.",
        )


def _published(store: Store, base: Manifest | None) -> dict[str, Path]:
    folder = store.folder(base.snapshot) / "tables" if base else None
    return {path.stem: path for path in sorted(folder.glob("*.parquet"))} if folder else {}


def _carry_over(staging: Staging, store: Store, base: Manifest | None) -> None:
    """Take over the tables that the batch says nothing of; published files never change, so both may share one."""
    for name, path in _published(store, base).items():
        target = staging.path("tables", name)
        if not target.exists():
            os.link(path, target)


def _tables(staging: Staging, *, derived: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the accepted tables, and those of the room `derived` that are there, on one connection."""
    connection = ibis.duckdb.connect()
    paths = {name: staging.path("tables", name) for name in CONTRACT}
    paths |= {name: staging.path("derived", name) for name in derived}
    return {
        name: completed(name, connection.read_parquet(str(path), table_name=name))
        for name, path in paths.items()
        if path.is_file()
    }


def _last(store: Store, dataset: str) -> Manifest | None:
    catalogue = store.catalogue()
    return store.manifest(dataset) if catalogue and dataset in catalogue.datasets else None


def _fingerprints(manifest: Manifest, mode: Mode) -> set[str]:
    """Return what is in already: a whole export counts only where nothing was added since."""
    if mode == "replace":
        return set() if manifest.added else {manifest.fingerprint}
    return set(manifest.added)


def _data_until(batch: Batch, tables: Mapping[str, Any], now: datetime) -> datetime:
    """Return the newest moment that the data speak of, naive UTC."""
    dataset = batch.mapping.dataset
    if dataset.data_until is not None:
        local = datetime.combine(dataset.data_until, time(23, 59, 59), ZoneInfo(dataset.timezone))
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


def _attempt(dataset: str, *, published: bool, message: str, snapshot: str = "") -> Attempt:
    return Attempt(at=_utc_now(), dataset=dataset, published=published, message=message, snapshot=snapshot)


def _utc_now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
