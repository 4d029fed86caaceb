"""The rules as Great Expectations suites: compiled, run on judged rows, counted, and stripped of every value."""

import importlib
import os
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from validation.errors import GateError
from validation.gate.rows import broken
from validation.reports.frames import bits, judged_frame
from validation.rules import ROW, Rule

MOST_ROWS = 300_000
"""Rows of a table that Great Expectations looks at; of a larger one, a random sample of this size. A rule that the
engines see differently on one row in 10,000 is then missed with a chance of e⁻³⁰."""
COUNTS = frozenset(
    {
        "element_count",
        "unexpected_count",
        "unexpected_percent",
        "unexpected_percent_total",
        "unexpected_percent_nonmissing",
        "missing_count",
        "missing_percent",
    }
)
"""What stays of a result: counts, never a value."""


@dataclass(frozen=True, kw_only=True)
class TableRun:
    """What Great Expectations found in the judged rows of one table.

    Attributes:
        table: Its name.
        rules: The rules, in the gate's order.
        rows: Rows in the judged file.
        checked: Rows looked at; fewer than `rows` in a sample.
        failed: Rows that break a rule, by rule id, as Great Expectations counts them.
        gate: The same, as the gate's bits of the same rows count them.
        validation: Great Expectations' result without a value of any row.
    """

    table: str
    rules: tuple[Rule, ...]
    rows: int
    checked: int
    failed: dict[str, int]
    gate: dict[str, int]
    validation: Any

    @property
    def sampled(self) -> bool:
        """Whether only a sample was looked at."""
        return self.checked < self.rows

    @property
    def broken(self) -> list[Rule]:
        """The rules that a row breaks, the one that most rows break first."""
        hit = (rule for rule in self.rules if self.failed[rule.id])
        return sorted(hit, key=lambda rule: -self.failed[rule.id])


def run_table(path: Path, rules: Sequence[Rule], *, now: datetime, most_rows: int = MOST_ROWS) -> TableRun:
    """Run the rules of one table through Great Expectations' pandas engine.

    Args:
        path: Judged rows: `<table>.parquet`.
        rules: The table's rules in the order of the gate's bits.
        now: Moment of judging.
        most_rows: Rows above which a random sample is looked at.

    Raises:
        GateError: the file lacks a column of a rule, or a rule raised an exception.
    """
    columns = {name for rule in rules for name in _columns(rule, now)}
    frame, rows = judged_frame(path, [*sorted(columns), *bits(len(rules))], most_rows=most_rows)
    result = _validate(frame, path.stem, rules, now, {"result_format": "BASIC", "partial_unexpected_count": 0})
    return TableRun(
        table=path.stem,
        rules=tuple(rules),
        rows=rows,
        checked=len(frame),
        failed={rule.id: int(found.result["unexpected_count"]) for rule, found in _by_rule(result, rules)},
        gate={rule.id: int(broken(frame, index).sum()) for index, rule in enumerate(rules)},
        validation=_stripped(result, rules),
    )


def broken_rows(path: Path, rules: Sequence[Rule], *, now: datetime) -> dict[str, list[int]]:
    """Return the numbers of the rows (`__row`) that break each rule, of all rows, as Great Expectations sees it.

    Raises:
        GateError: the file lacks a column of a rule, or a rule raised an exception.
    """
    columns = {name for rule in rules for name in _columns(rule, now)} | {ROW}
    frame, _ = judged_frame(path, sorted(columns), most_rows=None)
    complete = {
        "result_format": "COMPLETE",
        "unexpected_index_column_names": [ROW],
        "partial_unexpected_count": 0,
        "exclude_unexpected_values": True,
    }
    result = _validate(frame, path.stem, rules, now, complete)
    return {
        rule.id: sorted(row for entry in found.result.get("unexpected_index_list") or () for row in entry[ROW])
        for rule, found in _by_rule(result, rules)
    }


def disagreements(runs: Iterable[TableRun]) -> list[str]:
    """Return a sentence for each rule that the gate's bits and Great Expectations count differently."""
    return [
        f"{rule.id}: the gate finds {run.gate[rule.id]} rows that break it, Great Expectations {run.failed[rule.id]}, "
        f"of the same {run.checked}."
        for run in runs
        for rule in run.rules
        if run.failed[rule.id] != run.gate[rule.id]
    ]


@cache
def great_expectations() -> Any:
    """Import Great Expectations: six seconds, and only where it runs; it must not report home."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings():  # its own imports warn of deprecations that nobody here can mend
        warnings.simplefilter("ignore", DeprecationWarning)
        module = importlib.import_module("great_expectations")
        importlib.import_module("great_expectations.expectations")
    return module


def project() -> Any:
    """Return a project in memory that leaves no folder behind, shows no progress and reports nothing home."""
    types = importlib.import_module("great_expectations.data_context.types.base")
    return types.DataContextConfig(
        store_backend_defaults=types.InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        progress_bars=types.ProgressBarsConfig(globally=False, metric_calculations=False),
        analytics_enabled=False,
    )


def _expectation(rule: Rule, now: datetime) -> Any:
    name, arguments = rule.check.expectation(now)
    return getattr(great_expectations().expectations, name)(
        **{key: _moment(value) for key, value in arguments.items()},
        description=f"{rule.says.id} / {rule.says.en}",
        meta={"rule": rule.id, "severity": rule.severity, "owner": rule.owner},
        severity="warning" if rule.severity == "warn" else "critical",
    )


def _moment(value: Any) -> Any:
    """Return a day as its midnight: `judged_frame` holds days as moments."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - naive UTC throughout
    return value


def _columns(rule: Rule, now: datetime) -> list[str]:
    _, arguments = rule.check.expectation(now)
    return [arguments[key] for key in ("column", "column_A", "column_B") if key in arguments]


def _validate(frame: Any, table: str, rules: Sequence[Rule], now: datetime, result_format: dict[str, Any]) -> Any:
    gx = great_expectations()
    context = gx.get_context(project_config=project())
    asset = context.data_sources.add_pandas("gate").add_dataframe_asset(table)
    batch = asset.add_batch_definition_whole_dataframe("judged").get_batch({"dataframe": frame})
    suite = gx.ExpectationSuite(name=table, expectations=[_expectation(rule, now) for rule in rules])
    result = batch.validate(suite, result_format=result_format)
    for rule, found in _by_rule(result, rules):
        if "unexpected_count" not in found.result:
            raise GateError(
                f"Great Expectations could not evaluate the rule {rule.id}.",
                cause=f"It raised {_exceptions(found.exception_info)}.",
                next_step="Nothing was published; the rule's check and the column's type do not fit each other.",
            )
    return result


def _by_rule(result: Any, rules: Sequence[Rule]) -> list[tuple[Rule, Any]]:
    found = {entry.expectation_config.meta["rule"]: entry for entry in result.results}
    return [(rule, found[rule.id]) for rule in rules]


def _exceptions(info: dict[str, Any]) -> str:
    """Name the classes of exceptions; their messages may hold values of rows."""
    entries = [entry for entry in info.values() if isinstance(entry, dict)] or [info]
    lines = (str(entry.get("exception_traceback") or "").strip().splitlines() for entry in entries)
    names = sorted({line[-1].partition(":")[0].rpartition(".")[2] for line in lines if line})
    return ", ".join(names) or "no result"


def _stripped(result: Any, rules: Sequence[Rule]) -> Any:
    """Return the result with counts only and its entries in the order of the rules."""
    entries = [found for _, found in _by_rule(result, rules)]
    for entry in entries:
        entry.result = {key: value for key, value in entry.result.items() if key in COUNTS}
        entry.exception_info = {"raised_exception": False, "exception_message": None, "exception_traceback": None}
        entry.rendered_content = None
    result.results = entries
    result.meta = {"great_expectations_version": result.meta.get("great_expectations_version", "")}
    return result
