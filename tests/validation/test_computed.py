"""Volume, freshness, drift and completeness: recomputed by hand, by another formula, or from rows."""

import math
from datetime import datetime, timedelta

import ibis
import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy.stats import entropy

from tests.validation.damages import (
    NO_HISTORY,
    NOW,
    VILLAGES,
    WHOLE_DAMAGES,
    Frames,
    accepted,
    clean,
    judge_tables,
    publish,
    put,
)
from validation.contract import CONTRACT
from validation.gate import SHARES_SCHEMA, History, Limits
from validation.gate.computed import FLOOR, LEAST_ROWS, category_rows, completeness, drift, freshness, volume
from validation.gate.rows import OUT, connect
from validation.rules import DISTRICT, SUBJECT


def shares(table: str, column: str, rows: dict[str, int]) -> pd.DataFrame:
    return pd.DataFrame([(table, column, value, n) for value, n in rows.items()], columns=SHARES_SCHEMA.names)


def psi(now: dict[str, int], before: dict[str, int]) -> float:
    frame = drift(shares("t", "c", now), shares("t", "c", before))
    assert frame[SUBJECT].to_list() == ["t.c"]
    assert frame["rows"].to_list() == [sum(now.values())]
    return float(frame["psi"].iloc[0])


def test_the_stability_index_of_two_halves_against_a_quarter_and_three_is_as_by_hand():
    # (.50 - .25) ln(.50 / .25) + (.50 - .75) ln(.50 / .75) = .25 ln 2 + .25 ln 1.5 = .25 ln 3
    assert psi({"a": 100, "b": 100}, {"a": 25, "b": 75}) == pytest.approx(0.25 * math.log(3))


def test_the_stability_index_is_the_divergence_both_ways():
    """PSI is Jeffreys' divergence: the Kullback-Leibler divergences of either from the other, summed."""
    rng = np.random.default_rng(5)
    for categories in (2, 5, 9):
        p, q = (rng.integers(20, 900, categories) for _ in range(2))
        names = [f"c{n}" for n in range(categories)]
        found = psi(dict(zip(names, p.tolist(), strict=True)), dict(zip(names, q.tolist(), strict=True)))
        assert found == pytest.approx(entropy(p, q) + entropy(q, p))


def test_equal_shares_are_no_drift_whatever_the_number_of_rows():
    assert psi({"a": 300, "b": 100}, {"a": 30_000, "b": 10_000}) == pytest.approx(0)


def test_a_category_that_comes_or_goes_counts_with_a_floor_and_is_not_infinite():
    expected = (1 - 0.9) * math.log(1 / 0.9) + (FLOOR - 0.1) * math.log(FLOOR / 0.1)
    assert psi({"a": 1000}, {"a": 900, "b": 100}) == pytest.approx(expected)
    assert psi({"a": 900, "b": 100}, {"a": 1000}) == pytest.approx(expected), "it is symmetric"


def test_few_rows_tell_nothing_of_shares():
    few, many = {"a": LEAST_ROWS - 1}, {"a": 50, "b": 50}
    assert drift(shares("t", "c", few), shares("t", "c", many)).empty
    assert drift(shares("t", "c", many), shares("t", "c", few)).empty
    assert len(drift(shares("t", "c", many), shares("t", "c", many))) == 1


def test_without_a_snapshot_before_nothing_has_drifted():
    assert drift(shares("t", "c", {"a": 500}), NO_HISTORY.shares).empty


def test_columns_are_compared_each_with_itself():
    now = pd.concat(
        [shares("t", "c", {"a": 100, "b": 100}), shares("t", "d", {"a": 200}), shares("u", "c", {"b": 200})]
    )
    before = pd.concat(
        [shares("t", "c", {"a": 25, "b": 75}), shares("t", "d", {"a": 200}), shares("u", "c", {"b": 300})]
    )
    found = drift(now, before).set_index(SUBJECT)["psi"]
    assert found.to_dict() == {"t.c": pytest.approx(0.25 * math.log(3)), "t.d": 0.0, "u.c": 0.0}


def test_volume_is_compared_with_the_median_of_the_recent_past():
    found = volume(
        {"payments": 50, "audits": 30, "families": 10, "persons": 7, "agents": 0, "photos": 4},
        {"payments": [100, 90, 1_000_000], "audits": [10, 20], "persons": [], "agents": [3], "photos": [0, 0]},
    ).set_index(SUBJECT)
    assert found.to_dict("index") == {
        "payments": {"rows": 50, "usual": 100.0, "ratio": 0.5},
        "audits": {"rows": 30, "usual": 15.0, "ratio": 2.0},
        "agents": {"rows": 0, "usual": 3.0, "ratio": 0.0},
    }


@pytest.mark.parametrize(
    ("usual", "broken"),
    [
        (14, []),  # 40 rows are 2.86 times as many
        (13, ["volume.rows.risen"]),  # 3.08
        (80, []),  # half: the limit belongs to what passes
        (81, ["volume.rows.fallen"]),
    ],
)
def test_the_limits_of_volume_belong_to_what_passes(usual, broken, tmp_path):
    verdict = judge_tables(
        {"payments": clean()["payments"]},
        tmp_path,
        history=History(rows={"payments": [usual]}, shares=NO_HISTORY.shares),
    )
    assert verdict.findings["rule"].to_list() == broken


def test_volume_counts_what_may_be_published_and_not_what_came_in(tmp_path):
    """Half of the rows rejected is half an export, and an addition is measured with what was there before."""
    tables = {"payments": clean()["payments"]}
    bad = tables["payments"].with_columns(amount=pl.when(pl.int_range(pl.len()) < 25).then(-1).otherwise("amount"))
    history = History(rows={"payments": [40]}, shares=NO_HISTORY.shares)
    assert "volume.rows.fallen" in set(judge_tables({"payments": bad}, tmp_path, history=history).findings["rule"])
    before = publish(tables, tmp_path / "before")
    added = tables["payments"].head(1).with_columns(period=pl.lit("2026-Q2"))
    assert judge_tables({"payments": added}, tmp_path, history=history, published=before).findings.empty


def test_freshness_is_the_age_in_days_of_the_newest_row():
    found = freshness(NOW - timedelta(days=2, hours=6), NOW)
    assert found["age_days"].to_list() == [2.25]
    assert found[SUBJECT].to_list() == ["2026-08-15"]
    assert freshness(None, NOW).empty, "final data do not grow old"


@pytest.mark.parametrize(("age", "notes"), [(timedelta(days=7), 0), (timedelta(days=7, minutes=1), 1)])
def test_the_limit_of_freshness_belongs_to_what_passes(age, notes, tmp_path):
    verdict = judge_tables({"payments": clean()["payments"]}, tmp_path, newest=NOW - age)
    assert len(verdict.warned) == notes


def test_shares_count_every_category_and_the_empty_ones_apart(tmp_path):
    frame = clean()["audits"].with_columns(
        reason=pl.when(pl.int_range(pl.len()) < 3).then(pl.lit("risk")).otherwise("reason"),
    )
    agents = clean()["agents"].with_columns(
        verification=pl.when(pl.int_range(pl.len()) < 5).then(None).otherwise("verification")
    )
    tables = {name: ibis.memtable(rows.to_arrow()) for name, rows in (("audits", frame), ("agents", agents))}
    found = category_rows(tables)
    assert list(found.columns) == SHARES_SCHEMA.names
    told = found.set_index(["table", "column", "value"])["rows"].to_dict()
    assert told == {
        ("audits", "frame", "receivers"): 40,
        ("audits", "reason", "random"): 37,
        ("audits", "reason", "risk"): 3,
        ("agents", "role", "tksk"): 40,
        ("agents", "role", "pkh"): 1,
        ("agents", "verification", "match"): 36,
        ("agents", "verification", ""): 5,
    }


def emptied(tables: Frames, column: str, village: str, rows: int) -> Frames:
    """Empty a column in the first rows of a village."""
    frame = tables["families"]
    nth = (pl.col("village") == village).cum_sum()
    gone = (pl.col("village") == village) & (nth <= rows)
    return tables | {"families": frame.with_columns(pl.when(gone).then(None).otherwise(column).alias(column))}


def test_completeness_is_the_district_s_share_under_that_of_all_districts(tmp_path):
    # 121 families in the first district, 120 in the second, of which 90 have no decile.
    tables = emptied({name: clean(240)[name] for name in ("regions", "families")}, "decile", VILLAGES[1], 90)
    judge_tables(tables, tmp_path)
    connection = connect(tmp_path / "scratch", memory="100MB")
    try:
        found = completeness(connection, tmp_path / "judged", ["regions", "families"])
    finally:
        connection.con.close()
    deciles = found[found[SUBJECT] == "families.decile"].set_index(DISTRICT)
    assert deciles.loc["35.10.02", ["rows", "filled", "usual", "gap"]].to_list() == pytest.approx(
        [120, 30 / 120, 151 / 241, 151 / 241 - 30 / 120]
    )
    assert deciles.loc["35.10.01", ["rows", "filled", "gap"]].to_list() == pytest.approx([121, 1.0, 151 / 241 - 1])
    size = found[found[SUBJECT] == "families.size"]
    assert size["gap"].to_list() == [0.0, 0.0]
    disability = found[found[SUBJECT] == "families.disability"]
    assert disability["filled"].to_list() == [0.0, 0.0], "empty everywhere is no gap"
    assert disability["gap"].to_list() == [0.0, 0.0]
    optional = {f"families.{column.name}" for column in CONTRACT["families"].columns if column.optional}
    assert set(found[SUBJECT]) == optional, "regions lie in no district"


@pytest.mark.parametrize(("without", "notes"), [(60, 0), (61, 1)])
def test_the_limit_of_completeness_belongs_to_what_passes(without, notes, tmp_path):
    # 121 + 120 families; 60 empty: 181/241 - 60/120 = .2510 > .25 is a gap by itself, so that the limit is set to it.
    limit = 181 / 241 - 60 / 120
    tables = emptied({name: clean(240)[name] for name in ("regions", "families")}, "decile", VILLAGES[1], without)
    verdict = judge_tables(tables, tmp_path, limits=Limits(gap=limit + 1e-12))
    assert len(verdict.warned) == notes
    assert set(verdict.warned["district"]) == ({"35.10.02"} if notes else set())


def test_a_small_district_tells_nothing_of_completeness(tmp_path):
    # 99 families in the second district: one fewer than a share is told from.
    tables = emptied({name: clean(198)[name] for name in ("regions", "families")}, "decile", VILLAGES[1], 99)
    assert judge_tables(tables, tmp_path).findings.empty


def test_rows_that_are_kept_out_do_not_count_for_completeness(tmp_path):
    """Bad rows without a decile are in quarantine already and say nothing of those that are counted."""
    tables = emptied({name: clean(400)[name] for name in ("regions", "families")}, "decile", VILLAGES[1], 100)
    assert not judge_tables(tables, tmp_path, limits=Limits(gap=0.1)).warned.empty
    bad = pl.when(pl.col("decile").is_null()).then(0).otherwise("size")
    tables["families"] = tables["families"].with_columns(size=bad)
    verdict = judge_tables(tables, tmp_path, limits=Limits(gap=0.1))
    assert verdict.rejected["families"] == 100
    assert verdict.warned.empty


def test_shares_of_a_snapshot_compare_with_the_next_one(tmp_path):
    """What one judging returns is what the next compares with."""
    damage = next(damage for damage in WHOLE_DAMAGES if damage.rule == "drift.psi.limit")
    frame = clean(damage.families)["registrations"]
    first = category_rows({"registrations": ibis.memtable(frame.to_arrow())})
    verdict = judge_tables({"registrations": frame}, tmp_path, history=History(rows={}, shares=first))
    assert verdict.findings.empty
    half = pl.int_range(pl.len()) % 2 == 0
    changed = frame.with_columns(channel=pl.when(half).then(pl.lit("self")).otherwise("channel"))
    verdict = judge_tables({"registrations": changed}, tmp_path, history=History(rows={}, shares=first))
    assert verdict.warned["subject"].to_list() == ["registrations.channel"]
    assert accepted(tmp_path, "registrations").height == frame.height, "a drift is noted, no row is kept out"


def test_the_findings_of_computed_tables_name_no_file_and_count_no_row(tmp_path):
    tables = {"payments": clean()["payments"]}
    verdict = judge_tables(put("payments.amount.range", amount=-1).last(tables), tmp_path, newest=datetime(2026, 1, 1))  # noqa: DTZ001
    computed = verdict.findings[verdict.findings["table"] == "freshness"]
    assert computed["file"].to_list() == [""]
    assert computed["subject"].to_list() == ["2026-01-01"]
    assert set(verdict.accepted) == set(verdict.rejected) == {"payments"}
    assert pl.read_parquet(tmp_path / "judged" / "freshness.parquet")[OUT].to_list() == [False]


def test_a_table_that_is_not_there_any_more_has_no_rows():
    found = volume({"families": 10}, {"families": [10], "payments": [4, 6]}).set_index("__subject")
    assert found.loc["payments", ["rows", "usual", "ratio"]].tolist() == [0, 5, 0]
    assert found.loc["families", "ratio"] == 1
