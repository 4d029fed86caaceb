"""What the gate found, as frames and charts in the reader's language."""

from datetime import UTC
from zoneinfo import ZoneInfo

import pandas as pd

from analytics.metrics import quality
from analytics.metrics.quality import Kind
from dashboard.charts.batches import batches
from dashboard.charts.chart import Chart
from dashboard.charts.pass_rates import pass_rates
from dashboard.reader import Reader
from dashboard.words import NO_VALUE
from validation.contract import CONTRACT
from validation.rules import OWNERS, SEVERITIES


def table_name(reader: Reader, table: str) -> str:
    """Return what a table is called."""
    return reader.words(f"quality.table_{table}")


def district_name(reader: Reader, code: str) -> str:
    """Return a district's name, or that it cannot be told."""
    return reader.place(code) if code else reader.words("quality.unknown_district")


def tables(reader: Reader) -> pd.DataFrame:
    """Tables by their pass rate."""
    found = quality.tables(reader.manifest, reader.gate("districts"), area=reader.filters.area)
    return found.assign(table=[table_name(reader, table) for table in found["table"]])


def rules(reader: Reader, *, severity: str = "", unbroken: bool = False) -> pd.DataFrame:
    """Rules by their pass rate: those that rows broke, of one severity if given, or all of them."""
    found = quality.rules(reader.gate("results"), reader.gate("districts"), area=reader.filters.area)
    return _spoken(reader, _chosen(found, severity=severity, unbroken=unbroken))


def refused_rules(reader: Reader) -> pd.DataFrame:
    """Rules that the last refused export broke."""
    found = quality.rules(reader.refused("results"), reader.refused("districts"), area=reader.filters.area)
    found = quality.of_kind(found, "quarantine")
    return _spoken(reader, _chosen(found, severity="", unbroken=False))


def broken_rules(reader: Reader, kind: Kind) -> pd.DataFrame:
    """Rules of a kind that rows stand under, with their tables: table, rule, says; the most rows first."""
    found = quality.findings(reader.gate(kind), area=reader.filters.area)
    counted = found.groupby(["table", "rule"], as_index=False).agg(
        rows=("row", "size"), says=(f"says_{reader.words.language}", "first")
    )
    return counted.sort_values(["rows", "rule"], ascending=[False, True], ignore_index=True)


def districts(reader: Reader, *, table: str, rule: str) -> Chart | None:
    """Pass rates by district; None when no district has a row that was kept out."""
    found = quality.by_district(reader.gate("districts"), table=table, rule=rule, area=reader.filters.area)
    if not (found["failed"] > 0).any():
        return None
    words = reader.words
    # Rows that cannot be placed are mostly bad ones: their rate says nothing of a place and would flatten all others.
    lost = found["district"] == ""
    apart = bool((found.loc[~lost, "failed"] > 0).any())
    named = found.assign(name=[district_name(reader, code) for code in found["district"]])
    note = ""
    if apart and (found.loc[lost, "failed"] > 0).any():
        row = found[lost].iloc[0]
        note = words("quality.key_lost", failed=words.number(row["failed"]), checked=words.number(row["checked"]))
    return pass_rates(
        pd.concat([named[~lost], named[lost]], ignore_index=True),
        words=words,
        measure=words("quality.passed"),
        category_label=words("filters.level_district"),
        leave_out=words("quality.unknown_district") if apart else "",
        note=note,
    )


def over_time(reader: Reader, kind: Kind, *, table: str, rule: str) -> Chart | None:
    """Shares of rows that broke a rule, batch by batch; None when none ever did."""
    found = quality.over_time(reader.gate("history"), kind, table=table, rule=rule)
    if found.empty:
        return None
    words, zone = reader.words, reader.manifest.dataset.timezone
    local = [at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)) for at in pd.to_datetime(found["at"])]
    named = found.assign(
        day=[at.date() for at in local],
        moment=[words.moment(at, zone=zone) for at in local],
        series=[name.partition(".")[2] if table else table_name(reader, name) for name in found["series"]],
    )
    return batches(
        named,
        words=words,
        measure=words("quality.broken_share"),
        series_label=words("quality.rule_id" if table else "quality.table"),
    )


def rows_behind(reader: Reader, kind: Kind, *, table: str, rule: str) -> pd.DataFrame:
    """Rows that broke a rule: where they stand and which rule it was; never what they hold."""
    words = reader.words
    found = quality.findings(reader.gate(kind), table=table, rule=rule, area=reader.filters.area)
    moments = reader.gate("history").drop_duplicates("batch").set_index("batch")["at"]
    when = {batch: words.moment(at, zone=reader.manifest.dataset.timezone) for batch, at in moments.items()}
    names = {code: district_name(reader, code) for code in found["district"].unique()}
    return found.assign(
        table=found["table"].map({name: table_name(reader, name) for name in found["table"].unique()}),
        district=found["district"].map(names),
        file=found["file"].where(found["file"] != "", NO_VALUE),
        subject=found["subject"].where(found["subject"] != "", NO_VALUE),
        judged=[when.get(batch, NO_VALUE) for batch in found["batch"]],
    )


def computed(table: str) -> bool:
    """Say whether a table was computed by the gate: its rows are cells and have no place in a file."""
    return bool(table) and table not in CONTRACT


def _chosen(found: pd.DataFrame, *, severity: str, unbroken: bool) -> pd.DataFrame:
    found = found if unbroken else found[found["failed"] > 0]
    found = found[found["severity"] == severity] if severity else found
    return found.reset_index(drop=True)


def _spoken(reader: Reader, found: pd.DataFrame) -> pd.DataFrame:
    language = reader.words.language
    follows = {name: text.to(language) for name, text in SEVERITIES.items()}
    owners = {name: text.to(language) for name, text in OWNERS.items()}
    return found.assign(
        table=found["table"].map({name: table_name(reader, name) for name in found["table"].unique()}),
        severity=found["severity"].map(follows),
        owner=found["owner"].map(owners).fillna(NO_VALUE),
    )
