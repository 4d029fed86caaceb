"""Each damage to a clean export is caught by the rule that should catch it, and no clean row is touched."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, partial
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
import polars as pl
import pytest

from tests.validation.damages import (
    DAMAGES,
    DECIDED,
    EMPTY_VILLAGE,
    FAMILIES,
    FUTURE,
    LAST,
    LONG_AGO,
    NO_HISTORY,
    NOW,
    PAID,
    SUBMITTED,
    VILLAGES,
    WHOLE_DAMAGES,
    Damage,
    Frames,
    accepted,
    clean,
    judge_files,
    judge_tables,
    publish,
    put,
    stage,
)
from validation.checks import NoneOf
from validation.contract import CONTRACT
from validation.errors import GateError
from validation.gate import ANY, History, Limits, Verdict, refuse
from validation.gate.rows import BITS, OUT, broken, connect, count, write_judged
from validation.rules import DISTRICT, ROW, Rule
from validation.suites import SUITES, all_rules
from validation.text import Text

SEVERITY = {rule.id: rule.severity for rule in all_rules()}
FILES = {name: f"{name}.csv" for name in CONTRACT}


def damaged(*damages: Damage, tables: Frames | None = None) -> Frames:
    """Return the clean export with these damages, one after the other."""
    tables = dict(tables or clean())
    for damage in damages:
        tables = damage.last(tables)
    return tables


def appended(frame: pl.DataFrame, *rows: dict[str, object]) -> pl.DataFrame:
    """Return the frame with copies of its last row that differ in these values."""
    copies = [
        frame.tail(1).with_columns(pl.lit(v).cast(frame.schema[n]).alias(n) for n, v in row.items()) for row in rows
    ]
    return pl.concat([frame, *copies])


def parents(table: str) -> set[str]:
    """Return the tables that the rules of a table look at."""
    return {need for rule in SUITES[table].rules for need in rule.needs} - {table}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The clean export, published already: what single tables are judged against."""
    return publish(clean(), tmp_path_factory.mktemp("published"))


def judge_one(table: str, frame: pl.DataFrame, folder: Path, published: dict[str, Path], **given: object) -> Verdict:
    """Judge one table, those that it refers to being published."""
    held = {name: published[name] for name in sorted(parents(table))}
    return judge_tables({table: frame}, folder, published=held, **given)


MANY = 120
"""Families of the export that holds every damage, each in a row of its own with a clean row between any two."""


@dataclass(frozen=True)
class Judged:
    """A table with each of its damages, judged."""

    verdict: Verdict
    rows: list[int]
    """Row in the file of each damage, in the order of DAMAGES."""
    height: int
    let_in: pl.DataFrame


@pytest.fixture(scope="module")
def every_damage(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Judged]:
    tables = clean(MANY)
    folder = tmp_path_factory.mktemp("damages")
    paths = publish(tables, folder / "published")

    @cache
    def judged(table: str) -> Judged:
        frame = tables[table]
        places = [frame.height - 1 - 2 * n for n in range(sum(damage.table == table for damage in DAMAGES))]
        assert min(places) > 8, "the first rows are those that damages repeat or refer to"
        for damage, at in zip((damage for damage in DAMAGES if damage.table == table), places, strict=True):
            frame = damage.change(frame, at)
        verdict = judge_one(table, frame, folder, paths)
        return Judged(verdict, [at + 2 for at in places], frame.height, accepted(folder, table))

    return judged


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Verdict, Path]:
    """A whole export with faults in many tables, judged, and its folder."""
    folder = tmp_path_factory.mktemp("messy")
    damages = (
        put("families.size.range", size=0),
        put("payments.amount.in_force", amount=1),
        put("photos.status.dark", status="dark"),
        put("agents.village.known", village="99"),
        put("regions.code.within", code="36.01.01.2004"),
    )
    return judge_tables(damaged(*damages), folder), folder


def test_a_clean_export_passes_whole_without_a_single_note_and_with_every_rule_applied(tmp_path):
    tables = clean()
    verdict = judge_tables(
        tables,
        tmp_path,
        newest=NOW - timedelta(days=7),
        history=History(rows={name: (frame.height,) for name, frame in tables.items()}, shares=NO_HISTORY.shares),
    )
    assert verdict.findings.empty, verdict.findings.to_string()
    assert verdict.results["failed"].sum() == 0
    assert verdict.accepted == {name: frame.height for name, frame in tables.items()}
    assert not any(verdict.rejected.values())
    refuse(verdict, files=FILES, limit=0.0)
    for name, frame in tables.items():
        let_in = accepted(tmp_path, name)
        assert let_in.columns == [column.name for column in CONTRACT[name].columns]
        key = list(CONTRACT[name].key)
        assert let_in.select(key).sort(key).equals(frame.select(key).sort(key))
    # A rule whose needs are never met would be silent for ever.
    applied = verdict.results[verdict.results["table"].isin(list(SUITES))]
    assert list(applied["rule"]) == [rule.id for suite in SUITES.values() for rule in suite.rules]
    checked = applied.groupby("table")["checked"].unique().map(list).to_dict()
    assert checked == {name: [frame.height] for name, frame in tables.items()}


def test_every_rule_has_a_damage_that_it_must_catch():
    rules = {rule.id for rule in all_rules()}
    named = {damage.rule for damage in (*DAMAGES, *WHOLE_DAMAGES)}
    assert not rules - named, f"without a damage: {sorted(rules - named)}"
    assert not named - rules, f"no such rule: {sorted(named - rules)}"


@pytest.mark.parametrize("damage", DAMAGES, ids=[f"{n}-{damage.rule}" for n, damage in enumerate(DAMAGES)])
def test_a_damaged_row_is_caught_by_its_rule(damage, every_damage):
    judged = every_damage(damage.table)
    mine = [other for other in DAMAGES if other.table == damage.table]
    row = judged.rows[mine.index(damage)]
    found = judged.verdict.findings[judged.verdict.findings["row"] == row]
    caught = sorted(found["rule"])
    assert damage.rule in caught, f"{damage.rule} let its damage through; found: {caught}"
    assert set(found["table"]) == {damage.table}
    assert set(found["file"]) == {f"{damage.table}.csv"}
    if SEVERITY[damage.rule] == "warn":
        assert set(found["severity"]) == {"warn"}, f"{damage.rule} only notes, yet the row is kept out by {caught}"


@pytest.mark.parametrize("table", SUITES)
def test_no_row_but_the_damaged_ones_is_touched(table, every_damage):
    judged = every_damage(table)
    damages = [damage for damage in DAMAGES if damage.table == table]
    touched = set(judged.verdict.findings["row"])
    assert touched == set(judged.rows), f"beside the damaged rows: {sorted(touched - set(judged.rows))}"
    out = {row for row, damage in zip(judged.rows, damages, strict=True) if SEVERITY[damage.rule] != "warn"}
    assert set(judged.verdict.quarantine["row"]) == out
    assert judged.verdict.rejected == {table: len(out)}
    assert judged.let_in.height == judged.verdict.accepted[table] == judged.height - len(out)
    results = judged.verdict.results.set_index("rule")["failed"]
    assert results[results > 0].to_dict() == judged.verdict.findings.groupby("rule").size().to_dict()


@pytest.mark.parametrize("damage", WHOLE_DAMAGES, ids=lambda damage: damage.rule)
def test_a_damage_to_the_whole_export_is_caught_and_names_what_it_is_about(damage, tmp_path):
    tables = {name: frame for name, frame in clean(damage.families).items() if name in damage.tables}
    verdict = judge_tables(damage.change(tables), tmp_path, history=damage.history, newest=damage.newest)
    assert set(verdict.findings["rule"]) == {damage.rule}, verdict.findings.to_string()
    assert set(verdict.findings["subject"]) == {damage.subject}
    assert set(verdict.findings["severity"]) == {SEVERITY[damage.rule]}
    assert not any(verdict.rejected.values()), "a cell about the data is no row of them"
    districts = {"completeness.gap.limit": {"35.10.02"}}.get(damage.rule, {""})
    assert set(verdict.findings["district"]) == districts
    if SEVERITY[damage.rule] == "block":
        with pytest.raises(GateError) as caught:
            refuse(verdict, files=FILES, limit=1.0)
        assert damage.rule in caught.value.message
        assert damage.subject in caught.value.message
    else:
        refuse(verdict, files=FILES, limit=0.0)


def test_rows_of_a_rejected_family_follow_it_into_quarantine(tmp_path):
    verdict = judge_tables(damaged(put("families.size.range", size=0)), tmp_path)
    followers = verdict.quarantine[verdict.quarantine["rule"].str.endswith("family_id.known")]
    assert followers.groupby("table")["row"].apply(list).to_dict() == {
        "persons": [2, FAMILIES + 2],  # the family's deceased member is the first row
        **{name: [FAMILIES + 1] for name in ("registrations", "decisions", "objections", "payments", "audits")},
    }
    chain = set(verdict.quarantine["rule"]) - set(followers["rule"])
    assert chain == {
        "families.size.range",
        "registrations.applicant.known",  # their registration, then what hangs on it and on its people
        "verifications.registration_id.known",
        "photos.person_id.known",
    }
    assert {name: n for name, n in verdict.rejected.items() if n != 1} == {"regions": 0, "agents": 0, "persons": 2}


def test_a_region_listed_twice_leaves_every_other_row_alone(tmp_path):
    frame = clean()["regions"]
    tables = {"regions": pl.concat([frame, frame.filter(pl.col("code") == "35.10.01")])}
    verdict = judge_tables(tables | {"agents": clean()["agents"]}, tmp_path)
    assert verdict.rejected == {"regions": 1, "agents": 0}
    assert verdict.accepted == {"regions": frame.height, "agents": clean()["agents"].height}
    assert accepted(tmp_path, "regions")["code"].is_unique().all()


def test_a_region_may_lie_in_one_that_is_published_already(tmp_path):
    before = clean()["regions"]
    new = pl.DataFrame(
        {
            "code": ["35.10.03", "35.10.01.2009", "35.11"],
            "level": ["district", "village", "district"],
            "name": ["n"] * 3,
            "parent": ["35.10", "35.10.01", "35"],
        }
    )
    paths = publish({"regions": before}, tmp_path / "before")
    verdict = judge_tables({"regions": new}, tmp_path, published=paths)
    assert verdict.findings[["rule", "row"]].to_dict("records") == [{"rule": "regions.level.above", "row": 4}]
    assert set(accepted(tmp_path, "regions")["code"]) == {*before["code"], "35.10.03", "35.10.01.2009"}


def test_an_empty_key_beside_it_does_not_hide_a_reference_to_nothing(tmp_path):
    """To SQL, a value is neither in nor outside a list that holds an empty one."""
    codes = {"code": [None, "35"], "level": ["province"] * 2, "name": ["a", "b"], "parent": [None, "99"]}
    found = judge_tables({"regions": pl.DataFrame(codes)}, tmp_path).findings
    assert found.loc[found["rule"] == "regions.parent.known", "row"].to_list() == [3]


def test_too_many_bad_rows_stop_everything_and_say_which_and_why(published, tmp_path):
    bad = pl.int_range(pl.len()) < 10
    frame = clean()["audits"].with_columns(pl.when(bad).then(-1.0).otherwise("welfare").alias("welfare"))
    verdict = judge_one("audits", frame, tmp_path, published)
    with pytest.raises(GateError) as caught:
        refuse(verdict, files=FILES, limit=0.2)
    assert caught.value.message == "audits.csv: 10 of 40 rows may not be counted, more than the limit of 20%."
    assert caught.value.cause == "Most break the rule “0 ≤ welfare” (audits.welfare.range), rows 2 to 11."
    assert "nothing was published" in caught.value.next_step
    refuse(verdict, files=FILES, limit=0.25)
    refuse(verdict, files=FILES, limit=None)


def test_a_table_without_a_single_good_row_is_refused_whatever_the_limit(published, tmp_path):
    verdict = judge_one("audits", clean()["audits"].with_columns(pl.lit(-1.0).alias("welfare")), tmp_path, published)
    with pytest.raises(GateError, match=re.escape("audits.csv: 40 of 40 rows")):
        refuse(verdict, files=FILES, limit=1.0)


@pytest.mark.parametrize("own", ["quarantine", "warn"])
@pytest.mark.parametrize("set_to", ["block", "quarantine", "warn"])
def test_the_settings_decide_what_follows_where_a_rule_is_broken(own, set_to, published, tmp_path):
    damage = {
        "quarantine": put("audits.welfare.range", welfare=-1.0),
        "warn": put("families.wage.sourced", wage_source=None),
    }[own]
    assert SEVERITY[damage.rule] == own
    frame = damage.last(clean())[damage.table]
    limits = Limits(severities={damage.rule: set_to})
    verdict = judge_one(damage.table, frame, tmp_path, published, limits=limits)
    assert verdict.findings[["rule", "severity"]].to_dict("records") == [{"rule": damage.rule, "severity": set_to}]
    assert verdict.results.set_index("rule").loc[damage.rule, "severity"] == set_to
    assert verdict.rejected[damage.table] == int(set_to != "warn")
    assert len(verdict.warned) == int(set_to == "warn")
    if set_to == "block":
        with pytest.raises(GateError, match=re.escape(damage.rule)):
            refuse(verdict, files=FILES, limit=1.0)
    else:
        refuse(verdict, files=FILES, limit=0.05)


def test_the_settings_decide_over_rules_about_the_whole_export_too(tmp_path):
    damage = next(damage for damage in WHOLE_DAMAGES if damage.rule == "freshness.age_days.limit")
    limits = Limits(severities={damage.rule: "block"})
    tables = {"payments": clean()["payments"]}
    verdict = judge_tables(tables, tmp_path, newest=damage.newest, limits=limits)
    with pytest.raises(GateError, match="2026-08-09"):
        refuse(verdict, files=FILES, limit=1.0)
    assert judge_tables(tables, tmp_path, newest=damage.newest, limits=Limits(age_days=9)).findings.empty


def test_an_empty_optional_value_breaks_no_rule(tmp_path):
    """Save where another value asks for it: an agent for the channel agent, a probability of a random check."""
    tables = clean()
    says_unknown = {"registrations": "channel", "audits": "reason", "decisions": "outcome", "objections": "outcome"}
    values = {"channel": "self", "reason": "risk", "outcome": "pending"}
    emptied = 0
    for name, frame in tables.items():
        optional = [column.name for column in CONTRACT[name].columns if column.optional and column.name in frame]
        facts = [column for column in frame.columns if column.startswith("__")]
        if name != "regions":  # a village without a region above it is in no district
            tables[name] = frame.with_columns(
                pl.lit(None, dtype=frame.schema[column]).alias(column) for column in (*optional, *facts)
            )
            emptied += len(optional)
        if name in says_unknown:
            column = says_unknown[name]
            tables[name] = tables[name].with_columns(pl.lit(values[column]).alias(column))
    assert emptied > 50
    verdict = judge_tables(tables, tmp_path)
    assert verdict.findings.empty, verdict.findings.groupby("rule").size().to_string()


def test_of_rows_with_the_same_key_the_first_stays(published, tmp_path):
    frame = appended(
        clean()["payments"],
        {"family_id": "f0", "amount": 450_000},
        {"family_id": "f0", "amount": 675_000},
        {"family_id": "f0", "period": "2026-Q2"},
        {"family_id": "f0", "component": "smp", "amount": 375_000},
    )
    verdict = judge_one("payments", frame, tmp_path, published)
    assert verdict.findings[["rule", "row"]].to_dict("records") == [
        {"rule": "payments.key.unique", "row": 42},
        {"rule": "payments.key.unique", "row": 43},
    ]
    let_in = accepted(tmp_path, "payments").filter(family_id="f0").sort("amount")
    assert let_in["amount"].to_list() == [225_000, 225_000, 375_000], "the first row, another period, another component"


def test_a_key_is_compared_value_by_value_and_an_empty_part_is_not_an_empty_text(published, tmp_path):
    frame = appended(
        clean()["decisions"],
        {"family_id": "f0", "rule": "PKH"},
        {"family_id": "f0", "programme": "v1", "rule": "PKH"},
        {"family_id": "f0", "programme": "PKH\x1fv1", "rule": ""},
        {"family_id": "f0", "programme": "PKH", "rule": "v1\x1f"},
        {"family_id": "f0", "rule": None},
        {"family_id": "f0", "rule": ""},
        {"family_id": "f0", "rule": None},
    )
    found = judge_one("decisions", frame, tmp_path, published).findings
    assert found.groupby("rule")["row"].apply(list).to_dict() == {
        "decisions.rule.present": [46, 48],
        "decisions.key.unique": [48],
    }


def test_an_added_row_takes_the_place_of_the_published_one_with_its_key_and_nothing_counts_twice(published, tmp_path):
    before = clean()["payments"]
    new = appended(
        before.head(1).with_columns(amount=pl.lit(450_000, dtype=pl.Int64)),
        {"family_id": "f1", "period": "2026-Q2"},
        {"family_id": "f2", "amount": -1},
    )
    verdict = judge_tables({"payments": new}, tmp_path, published=published)
    assert verdict.accepted == {"payments": 2}
    assert verdict.rejected == {"payments": 1}
    let_in = accepted(tmp_path, "payments")
    assert let_in.height == before.height + 1
    assert let_in.filter(family_id="f0")["amount"].to_list() == [450_000], "in place of 225,000"
    assert let_in.filter(family_id="f1")["period"].sort().to_list() == ["2026-Q1", "2026-Q2"]
    assert let_in.filter(family_id="f2")["amount"].to_list() == [225_000], "a bad row displaces nothing"
    # f1's new row copies the amount of the one before it, 450,000.
    assert let_in["amount"].sum() == 225_000 * (FAMILIES - 1) + 450_000 * 2


def test_where_repetitions_are_rejected_the_published_row_stays(published, tmp_path):
    before = clean()["payments"]
    new = appended(
        before.head(1).with_columns(amount=pl.lit(450_000, dtype=pl.Int64)), {"family_id": "f1", "period": "2026-Q2"}
    )
    verdict = judge_tables({"payments": new}, tmp_path, published=published, repeats="reject")
    assert verdict.quarantine[["rule", "row"]].to_dict("records") == [{"rule": "payments.key.unique", "row": 2}]
    let_in = accepted(tmp_path, "payments")
    assert let_in.height == before.height + 1
    assert let_in.filter(family_id="f0")["amount"].to_list() == [225_000]


def test_rows_that_are_added_may_refer_to_rows_added_with_them(published, tmp_path):
    tables = clean()
    new = {
        "families": tables["families"].tail(1).with_columns(family_id=pl.lit("new"), village=pl.lit(EMPTY_VILLAGE)),
        "audits": appended(tables["audits"].tail(1).with_columns(family_id=pl.lit("new")), {"family_id": "neither"}),
    }
    verdict = judge_tables(new, tmp_path, published=published)
    assert verdict.quarantine[["rule", "row"]].to_dict("records") == [{"rule": "audits.family_id.known", "row": 3}]


def test_a_staged_file_that_lacks_a_column_is_refused_by_its_name(tmp_path):
    staged = stage({"agents": clean()["agents"]}, tmp_path)
    pl.read_parquet(staged["agents"]).drop("role").write_parquet(staged["agents"])
    with pytest.raises(GateError) as caught:
        judge_files(staged, tmp_path)
    assert caught.value.message == "The staged table agents does not follow the contract: role."


def test_a_staged_file_with_another_type_is_refused_by_the_column_s_name(tmp_path):
    staged = stage({"payments": clean()["payments"]}, tmp_path)
    frame = pl.read_parquet(staged["payments"])
    frame.with_columns(pl.col("amount").cast(pl.Float64), pl.col("paid_at").dt.date()).write_parquet(staged["payments"])
    with pytest.raises(GateError) as caught:
        judge_files(staged, tmp_path)
    assert "payments" in caught.value.message
    assert caught.value.message.endswith(": amount, paid_at.")


def test_the_counts_by_district_sum_to_the_counts_of_the_rules(messy):
    verdict, _ = messy
    results = verdict.results.set_index(["table", "rule"])
    by_rule = verdict.districts[verdict.districts["rule"] != ANY].groupby(["table", "rule"])["failed"].sum()
    assert by_rule.to_dict() == results["failed"][results["failed"] > 0].to_dict()
    whole = verdict.districts[verdict.districts["rule"] == ANY].groupby("table")[["checked", "failed"]].sum()
    assert whole["failed"].to_dict() == verdict.rejected
    assert whole["checked"].to_dict() == {name: frame.height for name, frame in clean().items()}
    rows = verdict.findings.groupby(["table", "rule"]).size()
    assert rows.to_dict() == by_rule.to_dict()


def test_a_row_s_district_is_that_of_its_village_or_of_what_it_belongs_to(messy):
    verdict, _ = messy
    found = verdict.findings.drop_duplicates("table").set_index("table")["district"].to_dict()
    assert {found[name] for name in ("families", "registrations", "audits")} == {"35.10.02"}
    assert found["agents"] == "", "its village is unknown"
    # Of what belongs to a rejected family the district cannot be told any more.
    assert found["payments"] == found["verifications"] == ""
    districts = verdict.districts[(verdict.districts["rule"] == ANY) & (verdict.districts["table"] == "payments")]
    assert dict(zip(districts["district"], districts["checked"], strict=True)) == {
        "35.10.01": 20,
        "35.10.02": 19,
        "": 1,
    }


def test_what_is_kept_out_is_nowhere_among_what_is_published(messy):
    _, folder = messy
    for name in ("families", "persons", "registrations", "payments", "audits", "decisions"):
        assert LAST not in accepted(folder, name)["family_id"].to_list()
        assert "f0" in accepted(folder, name)["family_id"].to_list()


def test_more_rules_than_a_number_has_bits_are_told_apart(tmp_path):
    rules = [
        Rule(
            id=f"many.x.{n}",
            table="many",
            says=Text(f"bukan {n}", f"not {n}"),
            check=NoneOf("x", (str(n),)),
            owner="data",
            severity="warn" if n % 3 else "quarantine",
        )
        for n in range(2 * BITS + 6)
    ]
    numbers = list(range(len(rules) + 2))
    columns = {"x": [str(n) for n in numbers], ROW: numbers, DISTRICT: ["35.10.01"] * len(numbers)}
    rows = ibis.memtable(pl.DataFrame(columns).to_arrow())
    connection = connect(tmp_path / "scratch", memory="100MB")
    try:
        judged = write_judged(connection, rows, "many", rules, folder=tmp_path, now=NOW)
        verdict = count(judged, "many", rules, file="many.csv")
        for index in (0, BITS - 1, BITS, 2 * BITS, len(rules) - 1):
            assert judged.filter(broken(judged, index))[ROW].to_pyarrow().to_pylist() == [index]
        out = judged.filter(judged[OUT])[ROW].to_pyarrow().to_pylist()
    finally:
        connection.con.close()
    assert verdict.results["failed"].to_list() == [1] * len(rules)
    assert dict(zip(verdict.findings["rule"], verdict.findings["row"], strict=True)) == {
        rule.id: n for n, rule in enumerate(rules)
    }
    assert sorted(out) == [n for n in range(len(rules)) if n % 3 == 0]
    assert verdict.rejected == {"many": len(out)}
    assert verdict.accepted == {"many": len(numbers) - len(out)}


def random_damage(seed: int) -> Frames:
    """Registrations, payments and audits that hold good, bad and empty values at random."""
    rng = np.random.default_rng(seed)
    n = 300
    pick = partial(_pick, rng, n)
    times = [SUBMITTED, DECIDED, PAID, LONG_AGO, FUTURE, NOW, NOW + timedelta(microseconds=1), None]
    tables: Frames = {}
    tables["registrations"] = pl.DataFrame(
        {
            "registration_id": pick([f"r{k}" for k in range(280)] + [None]),
            "family_id": pick([f"f{k}" for k in range(FAMILIES)] + ["nobody", "", None]),
            "applicant": pick([f"p{k}" for k in range(FAMILIES)] + ["nobody", None]),
            "channel": pick(["agent", "self", "AGENT", "", None]),
            "agent_id": pick(["a1", "a2", "nobody", None]),
            "village": pick([*VILLAGES, EMPTY_VILLAGE, "35.10", "35.10.09.2001", None]),
            "submitted_at": pick(times),
            "received_at": pick(times),
            "duration": pick([0.0, 60.0, -0.0, -0.001, None]),
            "status": pick(["submitted", "decided", "Decided", None]),
        },
        schema_overrides={"submitted_at": pl.Datetime("us"), "received_at": pl.Datetime("us")},
    )
    tables["payments"] = pl.DataFrame(
        {
            "family_id": pick([f"f{k}" for k in range(FAMILIES)] + [None]),
            "programme": pick(["PKH", "PKH", "BPNT", None]),
            "component": pick(["sd", "smp", "sembako", "x", None]),
            "period": pick(["2026-Q1", "2026-Q2", None]),
            "amount": pick([225_000, 450_000, 600_000, 0, -1, None]),
            "paid_at": pick([PAID, PAID, NOW, FUTURE, None]),
        },
        schema_overrides={"paid_at": pl.Datetime("us")},
    )
    tables["audits"] = pl.DataFrame(
        {
            "family_id": pick([f"f{k}" for k in range(FAMILIES)]),
            "programme": pick(["PKH", "BPNT"]),
            "period": pick([f"20{y}-Q{q}" for y in range(20, 30) for q in range(1, 5)]),
            "frame": pick(["receivers", "all", "none"]),
            "stratum": pick(["35.10.01", None]),
            "village": pick([*VILLAGES, None]),
            "inclusion_probability": pick([0.0, 0.1, 1.0, 1.0000001, -0.1, None]),
            "reason": pick(["random", "risk", "whim", None]),
            "welfare_decile": pick([0, 1, 10, 11, None]),
        }
    )
    return tables


def _pick(rng: np.random.Generator, n: int, values: list) -> list:
    return [values[k] for k in rng.integers(0, len(values), n)]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_counts_are_those_of_a_plain_recomputation(seed, published, tmp_path):
    tables = random_damage(seed)
    verdict = judge_tables(
        tables, tmp_path, published={n: published[n] for n in ("regions", "families", "agents", "persons")}
    )
    failed = verdict.results.set_index("rule")["failed"]
    made, paid, checks = (
        pd.DataFrame(tables[name].to_dicts(), dtype=object) for name in ("registrations", "payments", "audits")
    )
    people = {f"p{k}" for k in range(FAMILIES)}
    here = {row["code"]: row["level"] for row in clean()["regions"].to_dicts()}

    def broken_rows(frame: pd.DataFrame, breaks, *columns: str) -> pd.Series:
        """Rows where the columns are all known and `breaks` says so."""
        return frame.apply(
            lambda row: all(row[c] is not None and row[c] == row[c] for c in columns) and bool(breaks(row)), axis=1
        )

    unit = {("PKH", "sd"): (225_000, 3), ("PKH", "smp"): (375_000, 3), ("BPNT", "sembako"): (600_000, 1)}

    def wrong_amount(row) -> bool:
        each, most = unit.get((row["programme"], row["component"]), (None, None))
        return each is not None and row["amount"] / each not in range(1, most + 1)

    expected = {
        "registrations.family_id.present": made["family_id"].isna(),
        "registrations.family_id.known": broken_rows(
            made, lambda r: r["family_id"] not in {f"f{k}" for k in range(FAMILIES)}, "family_id"
        ),
        "registrations.applicant.known": broken_rows(made, lambda r: r["applicant"] not in people, "applicant"),
        "registrations.applicant.member": broken_rows(
            made,
            lambda r: r["applicant"] in people and r["applicant"][1:] != r["family_id"][1:],
            "applicant",
            "family_id",
        ),
        "registrations.channel.domain": broken_rows(made, lambda r: r["channel"] not in {"agent", "self"}, "channel"),
        "registrations.agent_id.channel": broken_rows(
            made, lambda r: r["channel"] == "agent" and pd.isna(r["agent_id"]), "channel"
        ),
        "registrations.village.known": broken_rows(made, lambda r: r["village"] not in here, "village"),
        "registrations.village.level": broken_rows(
            made, lambda r: r["village"] in here and here[r["village"]] != "village", "village"
        ),
        "registrations.submitted_at.past": broken_rows(made, lambda r: r["submitted_at"] > NOW, "submitted_at"),
        "registrations.received_at.order": broken_rows(
            made, lambda r: r["received_at"] < r["submitted_at"], "received_at", "submitted_at"
        ),
        "registrations.duration.range": broken_rows(made, lambda r: r["duration"] < 0, "duration"),
        "registrations.key.unique": made.duplicated("registration_id"),
        "payments.key.unique": paid.duplicated(["family_id", "programme", "component", "period"]),
        "payments.amount.range": broken_rows(paid, lambda r: r["amount"] < 0, "amount"),
        "payments.amount.in_force": broken_rows(paid, wrong_amount, "amount", "programme", "component", "paid_at"),
        "payments.component.programme": broken_rows(
            paid, lambda r: (r["programme"], r["component"]) not in unit, "programme", "component"
        ),
        "payments.paid_at.past": broken_rows(paid, lambda r: r["paid_at"] > NOW, "paid_at"),
        "audits.key.unique": checks.duplicated(["family_id", "programme", "period"]),
        "audits.inclusion_probability.range": broken_rows(
            checks, lambda r: not 0 <= r["inclusion_probability"] <= 1, "inclusion_probability"
        ),
        "audits.inclusion_probability.random": broken_rows(
            checks,
            lambda r: (
                r["reason"] == "random" and (pd.isna(r["inclusion_probability"]) or r["inclusion_probability"] <= 0)
            ),
            "reason",
        ),
        "audits.welfare_decile.range": broken_rows(
            checks, lambda r: r["welfare_decile"] not in range(1, 11), "welfare_decile"
        ),
    }
    assert {rule: int(rows.sum()) for rule, rows in expected.items()} == failed[list(expected)].to_dict()
    assert all(rows.any() for rows in expected.values()), "a recomputation that finds nothing compares nothing"
    for rule, rows in expected.items():
        found = verdict.findings.loc[verdict.findings["rule"] == rule, "row"]
        assert sorted(found) == [at + 2 for at in np.flatnonzero(rows)], rule


def test_without_a_past_and_without_an_end_nothing_is_compared(tmp_path):
    verdict = judge_tables({"payments": clean()["payments"]}, tmp_path, history=NO_HISTORY, newest=None)
    assert not set(verdict.results["table"]) & {"volume", "freshness", "drift", "completeness"}
