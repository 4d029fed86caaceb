"""Great Expectations finds what the gate finds, row by row; its Data Docs show nothing of a row and load nothing."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.validation.damages import DAMAGES, NOW, clean, judge_tables, publish, put
from validation.checks import Between, Check, Filled, NoneOf, NotBefore, OneOf, Past, Same, holds
from validation.errors import GateError
from validation.gate import SHARES_SCHEMA, History
from validation.gate.rows import broken, write_judged
from validation.limits import Limits
from validation.reports import broken_rows, disagreements, run_table, write_reports
from validation.reports.expectations import great_expectations, project
from validation.rules import DISTRICT, ROW, Rule
from validation.suites import SUITES, computed_suites
from validation.text import Text

ROOT = Path(__file__).parents[2]
FAMILIES = 200
MARKER = "3510011234567890"
"""What looks like a NIK and must not leave a row."""
RULES: dict[str, list[Rule]] = {
    name: suite.rules_with(list(SUITES)) for name, suite in {**SUITES, **computed_suites(Limits())}.items()
}


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any, **_options: Any) -> None:
        raise AssertionError("a report must not use the network")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    for name in ("getaddrinfo", "create_connection"):
        monkeypatch.setattr(socket, name, refuse)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every table with all of its damages, each on a row of its own, and cells of every computed table."""
    folder = tmp_path_factory.mktemp("reports")
    (folder / "judged").mkdir()
    published = publish(clean(FAMILIES), folder / "published")
    shares = [("registrations", "channel", "self", 180), ("registrations", "channel", "agent", 20)]
    history = History(
        rows={"payments": (1000,), "audits": (FAMILIES,)}, shares=pd.DataFrame(shares, columns=SHARES_SCHEMA.names)
    )
    for table, frame in clean(FAMILIES).items():
        others = {name: path for name, path in published.items() if name != table}
        tables = {table: _with_all_damages(table, frame)}
        judge_tables(tables, folder / table, published=others, history=history, newest=NOW - timedelta(days=9))
        for path in (folder / table / "judged").iterdir():
            shutil.copy(path, folder / "judged")
    return folder / "judged"


def _with_all_damages(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    for number, damage in enumerate(damage for damage in DAMAGES if damage.table == table):
        frame = damage.change(frame, frame.height - 1 - 2 * number)
    if table == "registrations":
        frame = put("registrations.channel.domain", channel=MARKER, device=MARKER).change(frame, 0)
    return frame


def gate_rows(path: Path, rules: list[Rule]) -> dict[str, list[int]]:
    frame = pd.read_parquet(path)
    return {rule.id: sorted(frame.loc[broken(frame, index), ROW]) for index, rule in enumerate(rules)}


@pytest.mark.parametrize("table", RULES)
def test_both_engines_find_the_same_rows_rule_by_rule(table: str, judged: Path) -> None:
    path = judged / f"{table}.parquet"
    found = gate_rows(path, RULES[table])
    assert broken_rows(path, RULES[table], now=NOW) == found
    assert {damage.rule for damage in DAMAGES if damage.table == table} <= {
        rule for rule, rows in found.items() if rows
    }


def rule(check: Check, name: str = "own.rule", **options: Any) -> Rule:
    return Rule(id=name, table="own", says=Text("aturan", "rule"), check=check, owner="data", **options)


CHECKS: list[Check] = [
    *(Filled(name) for name in ("text", "flag", "whole", "number", "time", "day")),
    OneOf("text", ("a", "b")),
    NoneOf("text", ("a", "")),
    holds("flag"),
    OneOf("flag", (True, False)),
    NoneOf("flag", (True,)),
    Between("whole", -1, 2**40),
    Between("whole", None, 3),
    Between("number", 0.1, None),
    Between("number", -1.5, 1.5),
    Past("time", "time"),
    Past("day", "day"),
    Past("whole", "year"),
    NotBefore("time", "other_time"),
    NotBefore("day", "time"),
    NotBefore("whole", "other_whole"),
    Same("text", "other_text"),
    Same("whole", "other_whole"),
    Same("flag", "other_flag"),
]
RANDOM_RULES = [rule(check, f"own.{number}") for number, check in enumerate(CHECKS)]

_texts = st.none() | st.sampled_from(["a", "b", "", "A", "ä"])
_flags = st.none() | st.booleans()
_wholes = st.none() | st.sampled_from([2025, 2026, 2027, 2**53, 2**53 + 1, 2**62]) | st.integers(-3, 5)
_times = st.none() | st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31)) | st.just(NOW) | st.just(NOW + timedelta.resolution)  # noqa: DTZ001, E501  # fmt: skip
_days = st.none() | st.dates(date(1000, 1, 1), date(9999, 12, 31)) | st.sampled_from([NOW.date(), date(2026, 8, 18)])
COLUMNS: dict[str, tuple[Any, Any]] = {
    "text": (pl.String, _texts),
    "other_text": (pl.String, _texts),
    "flag": (pl.Boolean, _flags),
    "other_flag": (pl.Boolean, _flags),
    "whole": (pl.Int64, _wholes),
    "other_whole": (pl.Int64, _wholes),
    "number": (pl.Float64, st.none() | st.floats(allow_nan=False) | st.sampled_from([0.1, 1.5, -1.5])),
    "time": (pl.Datetime("us"), _times),
    "other_time": (pl.Datetime("us"), _times),
    "day": (pl.Date, _days),
}
_rows = st.lists(st.fixed_dictionaries({name: values for name, (_, values) in COLUMNS.items()}), max_size=12)


def judge_rows(rows: list[dict[str, Any]], folder: Path, rules: list[Rule]) -> Path:
    frame = pl.DataFrame(rows, schema={name: dtype for name, (dtype, _) in COLUMNS.items()}, orient="row")
    frame = frame.with_row_index(ROW, offset=2).with_columns(pl.lit("").alias(DISTRICT))
    frame.write_parquet(folder / "staged.parquet")
    connection = ibis.duckdb.connect()
    write_judged(
        connection, connection.read_parquet(str(folder / "staged.parquet")), "own", rules, folder=folder, now=NOW
    )
    connection.disconnect()
    return folder / "own.parquet"


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=_rows)
def test_every_kind_of_check_means_the_same_in_both_engines(rows: list[dict[str, Any]], tmp_path: Path) -> None:
    path = judge_rows(rows, tmp_path, RANDOM_RULES)
    assert broken_rows(path, RANDOM_RULES, now=NOW) == gate_rows(path, RANDOM_RULES)


@pytest.mark.parametrize("height", [0, 1, 5])
def test_a_table_without_a_row_or_without_a_value_breaks_only_what_must_be_filled(height: int, tmp_path: Path) -> None:
    path = judge_rows([dict.fromkeys(COLUMNS)] * height, tmp_path, RANDOM_RULES)
    run = run_table(path, RANDOM_RULES, now=NOW)
    assert run.failed == {r.id: height if isinstance(r.check, Filled) else 0 for r in RANDOM_RULES}
    assert disagreements([run]) == []
    write = write_reports(tmp_path, tmp_path / "docs", suites={"own": RANDOM_RULES}, **ABOUT)
    assert write == []


ABOUT: dict[str, Any] = {
    "now": NOW,
    "title": "Uji <coba> & Co",
    "snapshot": "20260817T1200-ab12",
    "published_at": datetime(2026, 8, 17, 13, 5),  # noqa: DTZ001
}


@pytest.fixture(scope="module")
def docs(judged: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    folder = tmp_path_factory.mktemp("docs")
    return folder, write_reports(judged, folder, suites=RULES, **ABOUT)


def test_the_engines_agree_on_every_table_and_each_has_a_page(docs: tuple[Path, list[str]]) -> None:
    folder, differ = docs
    assert differ == []
    assert {path.stem for path in folder.iterdir()} == {"index", *RULES}


def test_no_page_loads_or_links_anything_from_another_host(docs: tuple[Path, list[str]]) -> None:
    for path in docs[0].iterdir():
        page = path.read_text()
        assert not re.search(r"https?:|//[a-z]|<script|<link|<img|<iframe|@import|url\(|onclick=|srcset", page), (
            path.name
        )
        for link in re.findall(r'href="([^"]*)"', page):
            assert (docs[0] / link).exists(), f"{path.name} links to {link}"


def test_no_page_holds_a_value_of_a_row(docs: tuple[Path, list[str]]) -> None:
    secrets = [MARKER, "nobody", "f0", "35.10.99.2001", "person-deceased"]
    for path in docs[0].iterdir():
        text = re.sub(r"<style>.*?</style>", "", path.read_text(), flags=re.DOTALL)
        assert not [secret for secret in secrets if re.search(rf"\b{re.escape(secret)}\b", text)], path.name


def test_the_index_says_both_languages_what_was_published_and_the_worst_first(docs: tuple[Path, list[str]]) -> None:
    index = (docs[0] / "index.html").read_text()
    assert "Uji &lt;coba&gt; &amp; Co" in index
    assert "20260817T1200-ab12" in index
    assert "2026-08-17 13:05" in index
    broken_by_table = [int(n) for n in re.findall(r'class="mark (?:met|broken)">[✓✗] (\d+)<', index)]
    assert broken_by_table == sorted(broken_by_table, reverse=True)
    shown = RULES["payments"][-1].says
    assert shown.id in index
    assert shown.en in index


def test_a_page_says_each_rule_in_both_languages_and_words_its_status(docs: tuple[Path, list[str]]) -> None:
    page = (docs[0] / "registrations.html").read_text()
    for found in RULES["registrations"]:
        assert f"{found.says.id} / {found.says.en}" in page, found.id
    assert "dilanggar</span> / broken" in page
    assert "terpenuhi</span> / met" in (docs[0] / "volume.html").read_text()


def test_a_result_keeps_no_value(judged: Path) -> None:
    run = run_table(judged / "registrations.parquet", RULES["registrations"], now=NOW)
    assert run.failed["registrations.channel.domain"]
    kept = str(run.validation.to_json_dict())
    assert MARKER not in kept
    assert "nobody" not in kept


def test_severity_owner_and_rule_reach_great_expectations(judged: Path) -> None:
    run = run_table(judged / "payments.parquet", RULES["payments"], now=NOW)
    for found, entry in zip(run.rules, run.validation.results, strict=True):
        config = entry.expectation_config
        assert config.meta == {"rule": found.id, "severity": found.severity, "owner": found.owner}
        assert config.severity == ("warning" if found.severity == "warn" else "critical")


def test_an_expectation_that_raises_is_an_error_without_a_value(tmp_path: Path) -> None:
    honest = [rule(Filled("text"))]
    path = judge_rows([dict.fromkeys(COLUMNS) | {"text": MARKER}], tmp_path, honest)
    with pytest.raises(GateError) as caught:
        run_table(path, [rule(Between("text", 0, 1), "own.text.range")], now=NOW)
    assert "own.text.range" in caught.value.message
    assert MARKER not in str(caught.value)


def test_a_rule_whose_column_is_missing_is_an_error(tmp_path: Path) -> None:
    path = judge_rows([], tmp_path, [rule(Filled("text"))])
    with pytest.raises(GateError, match="lacks columns that its rules look at: absent"):
        run_table(path, [rule(Filled("absent"))], now=NOW)


def test_a_large_table_is_sampled_the_same_each_time_and_says_so(judged: Path, tmp_path: Path) -> None:
    path = judged / "registrations.parquet"
    runs = [run_table(path, RULES["registrations"], now=NOW, most_rows=50) for _ in range(2)]
    assert [(run.rows, run.checked, run.sampled) for run in runs] == [(FAMILIES, 50, True)] * 2
    assert runs[0].failed == runs[1].failed
    assert 0 < sum(runs[0].failed.values()) < sum(run_table(path, RULES["registrations"], now=NOW).failed.values())
    suites = {"registrations": RULES["registrations"]}
    assert write_reports(judged, tmp_path, suites=suites, most_rows=50, **ABOUT) == []
    assert "a random sample of 50 of 200 rows" in (tmp_path / "registrations.html").read_text()
    assert "sampel" in (tmp_path / "index.html").read_text()


def test_where_the_engines_differ_is_said(judged: Path, tmp_path: Path) -> None:
    frame = pl.read_parquet(judged / "payments.parquet").with_columns(pl.lit(0, pl.Int64).alias("__broken0"))
    frame.write_parquet(tmp_path / "payments.parquet")
    differ = write_reports(tmp_path, tmp_path / "docs", suites={"payments": RULES["payments"]}, **ABOUT)
    assert (
        "payments.family_id.known: the gate finds 0 rows that break it, Great Expectations 1, of the same 200."
        in differ
    )


def test_great_expectations_reports_nothing_home_and_leaves_nothing_behind(judged: Path) -> None:
    before = set(Path(tempfile.gettempdir()).iterdir())
    run_table(judged / "payments.parquet", RULES["payments"], now=NOW)
    assert set(Path(tempfile.gettempdir()).iterdir()) <= before
    assert os.environ["GX_ANALYTICS_ENABLED"] == "false"
    assert great_expectations().get_context(project_config=project()).config.analytics_enabled is False


def test_the_reports_are_imported_without_great_expectations() -> None:
    code = (
        "import sys, validation.reports, analytics.benchmarks.validation; sys.exit('great_expectations' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
