"""What visits buy, against arithmetic by hand, a plain recomputation of families, and families whose truth is known."""

import math

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from analytics.risk import cells as module
from analytics.risk.budget import (
    BANDS,
    BudgetError,
    Costs,
    band,
    bought,
    by_band,
    by_district,
    chosen,
    curve,
    interval,
    ranked,
    worth,
)
from analytics.risk.calibration import reliability
from analytics.risk.cells import KEYS, RUPIAH_STEP, STEPS, cells_of
from analytics.risk.evaluation import SIDES

FREE = Costs(visit=0, innocent=0, recoverable=1)
RECEIVERS, OTHERS = (side.name for side in SIDES)


def families(count: int = 6_000, *, seed: int = 5) -> pd.DataFrame:
    """Families with calibrated scores, a tenth of them without one and a tenth without known rupiah."""
    rng = np.random.default_rng(seed)
    entitled = pd.Series(rng.beta(0.7, 0.9, count))
    rupiah = pd.Series(rng.choice([2_400_000, 3_300_000, 900_000, 5_400_000], count)).astype("Int64")
    return pd.DataFrame(
        {
            "family_id": [f"f{number}" for number in range(count)],
            "programme": "BPNT",
            "district": rng.choice(["35.10.01", "35.10.02", "35.10.03"], count, p=[0.6, 0.3, 0.1]),
            "receives": rng.random(count) < 0.4,
            "entitled": entitled.where(rng.random(count) >= 0.1),
            "a_year": rupiah.where(rng.random(count) >= 0.1),
        }
    )


def added_up(rows: pd.DataFrame) -> pd.DataFrame:
    table = pa.Table.from_pandas(rows, preserve_index=False)
    found: pd.DataFrame = cells_of(ibis.memtable(table)).to_pyarrow().to_pandas()
    return found


def plainly(rows: pd.DataFrame, side: str, *, costs: Costs) -> pd.DataFrame:
    """Families of a side with a score, ranked one by one."""
    own = rows[(rows["receives"] == (side == RECEIVERS)) & rows["entitled"].notna()]
    p = 1 - own["entitled"] if side == RECEIVERS else own["entitled"]
    amount = own["a_year"].astype(float)
    filled = amount.fillna(amount.mean())
    value = p * filled * costs.recoverable - costs.visit - costs.innocent * (1 - p)
    return own.assign(p=p, amount=amount, worth=value).sort_values("worth", ascending=False, ignore_index=True)


@pytest.fixture(scope="module")
def rows():
    return families()


@pytest.fixture(scope="module")
def cells(rows):
    return added_up(rows)


def test_sides_are_those_that_were_evaluated():
    assert {side.name: side.receives for side in SIDES} == module.SIDES


def test_the_worth_of_a_visit_by_hand():
    found = worth(np.array([0.8, 0.0]), np.array([2_400_000.0, 2_400_000.0]), Costs())
    assert found.tolist() == pytest.approx([0.8 * 2_400_000 * 0.5 - 150_000 - 100_000 * 0.2, -250_000])


@pytest.mark.parametrize("change", [{"visit": -1}, {"innocent": -1}, {"recoverable": 1.5}, {"recoverable": -0.1}])
def test_costs_that_cannot_be_are_refused(change):
    with pytest.raises(BudgetError, match="cannot be"):
        Costs(**change)


def test_cells_lose_no_family_and_no_rupiah(rows, cells):
    for side in module.SIDES:
        own, found = rows[rows["receives"] == module.SIDES[side]], cells[cells["side"] == side]
        assert found["families"].sum() == len(own)
        assert found.loc[found["step"].isna(), "families"].sum() == own["entitled"].isna().sum()
        assert found["rupiah"].sum() == own["a_year"].sum()
        assert found["rupiah_known"].sum() == own["a_year"].notna().sum()
        p = 1 - own["entitled"] if side == RECEIVERS else own["entitled"]
        assert found["score"].sum() == pytest.approx(p.sum())
        assert found["at_risk"].sum() == pytest.approx((p * own["a_year"].astype(float)).sum())


def test_cells_grow_with_districts_and_not_with_families(rows):
    few = added_up(rows)
    many = added_up(pd.concat([rows] * 5, ignore_index=True))
    assert len(many) == len(few)
    assert not few.duplicated(list(KEYS)).any()


@pytest.mark.parametrize("side", module.SIDES)
@pytest.mark.parametrize("visits", [10, 150, 900])
def test_a_budget_comes_to_what_ranking_every_family_comes_to(side, visits, rows, cells):
    """Within a cell families are alike to a hundredth of the score and a step of rupiah: so near both must be."""
    found = bought(cells[cells["side"] == side], visits=visits, costs=Costs())
    plain = plainly(rows, side, costs=Costs())
    top = plain.head(visits)
    assert found.visits == visits
    assert found.expected == pytest.approx(plain["p"].sum())
    assert found.precision == pytest.approx(top["p"].mean(), abs=0.011)
    assert found.innocent == pytest.approx(visits - found.precision * visits)
    assert found.worth == pytest.approx(top["worth"].sum(), rel=0.02)
    assert found.worth <= top["worth"].sum() + 1
    assert found.at_risk == pytest.approx((top["p"] * top["amount"]).sum(), rel=0.1)
    assert found.lift == pytest.approx(found.precision / plain["p"].mean())
    assert found.found == pytest.approx(found.precision * visits / plain["p"].sum())
    assert found.worthwhile == pytest.approx((plain["worth"] > 0).sum(), rel=0.02)
    assert found.families == (rows["receives"] == module.SIDES[side]).sum()
    assert found.unknown == found.families - len(plain)


def cell(step: float, *, count: int = 10, rupiah: float | None = 2_400_000, district: str = "1") -> dict[str, object]:
    p = (step + 0.5) / STEPS
    known = rupiah is not None
    return {
        "programme": "BPNT", "side": OTHERS, "district": district, "step": step,
        "rupiah_class": rupiah // RUPIAH_STEP if known else np.nan, "families": count, "score": count * p,
        "rupiah_known": count * known, "rupiah": count * (rupiah or 0), "at_risk": count * p * (rupiah or 0),
    }  # fmt: skip


def test_rupiah_can_outrank_a_higher_score():
    own = pd.DataFrame([cell(90, rupiah=600_000), cell(50, rupiah=6_000_000)])
    assert ranked(own, costs=Costs())["step"].tolist() == [50, 90]


def test_harm_to_the_innocent_can_outrank_rupiah():
    own = pd.DataFrame([cell(90, rupiah=600_000), cell(50, rupiah=6_000_000)])
    assert ranked(own, costs=Costs(innocent=10_000_000))["step"].tolist() == [90, 50]


def test_unknown_rupiah_count_as_the_mean_and_are_not_at_risk():
    own = pd.DataFrame([cell(80), cell(80, rupiah=None), cell(20)])
    found = ranked(own, costs=FREE)
    assert found["worth"].tolist()[:2] == pytest.approx([0.805 * 2_400_000] * 2)
    assert bought(own, visits=30, costs=FREE).at_risk == pytest.approx(10 * 2_400_000 * (0.805 + 0.205))


def test_where_nobodys_rupiah_are_known_the_score_orders_and_nothing_is_at_risk():
    own = pd.DataFrame([cell(20, rupiah=None), cell(80, rupiah=None), cell(50, rupiah=None)])
    assert ranked(own, costs=Costs())["step"].tolist() == [80, 50, 20]
    found = bought(own, visits=10, costs=Costs())
    assert math.isnan(found.at_risk)
    assert found.rupiah_known == 0


def test_a_budget_beyond_the_families_visits_all_and_one_of_none_says_nothing():
    own = pd.DataFrame([cell(80), cell(20)])
    all_of_them = bought(own, visits=500, costs=Costs())
    assert (all_of_them.visits, all_of_them.found, all_of_them.lift) == (20, pytest.approx(1), pytest.approx(1))
    none = bought(own, visits=0, costs=Costs())
    assert math.isnan(none.precision)
    assert none.innocent == 0
    nobody = bought(own.head(0), visits=10, costs=Costs(), reliability=[{"predicted": 0.5, "observed": 0.5, "n": 9}])
    assert (nobody.families, nobody.visits) == (0, 0)
    assert math.isnan(nobody.precision)
    assert math.isnan(nobody.low)


def test_a_negative_budget_is_refused():
    with pytest.raises(BudgetError, match="at least 0"):
        chosen(pd.DataFrame([cell(80)]), visits=-1, costs=Costs())


def test_districts_and_bands_add_up_to_the_whole(cells):
    own = cells[cells["side"] == OTHERS]
    whole = bought(own, visits=777, costs=Costs())
    for parts in (by_district(own, visits=777, costs=Costs()), by_band(own, visits=777, costs=Costs())):
        assert parts["visits"].sum() == 777
        assert parts["families"].sum() == whole.families - whole.unknown
        assert parts["innocent"].sum() == pytest.approx(whole.innocent)
        assert parts["at_risk"].sum() == pytest.approx(whole.at_risk)
        assert (parts["visits"] * parts["precision"]).sum() == pytest.approx(whole.precision * 777)


def test_bands_begin_at_their_cut_offs():
    assert band(pd.Series([0, 24, 25, 49, 50, 74, 75, 99])) == [
        "low", "low", "medium", "medium", "high", "high", "very_high", "very_high"
    ]  # fmt: skip
    assert list(BANDS.values()) == [0, 25, 50, 75]


def test_the_curve_is_the_budget_at_each_point_and_ends_with_the_families(cells):
    own = cells[cells["side"] == OTHERS]
    scored = int(own.dropna(subset=["step"])["families"].sum())
    found = curve(own, budgets=[100, 300, scored, scored + 50], costs=Costs())
    assert found["visits"].tolist() == [100, 300, scored]
    assert found["precision"].tolist()[:2] == [
        bought(own, visits=visits, costs=Costs()).precision for visits in (100, 300)
    ]
    assert found["found"].is_monotonic_increasing
    assert found["found"].iloc[-1] == pytest.approx(1)
    assert found["low"].isna().all()


def test_an_interval_by_hand():
    """One bin, checks and scores agree: the checks' share, 1.96²/2 added to both sides, and the luck of the visits."""
    low, high = interval(np.array([100.0]), np.array([0.8]), [{"predicted": 0.8, "observed": 0.8, "n": 300}])
    checks, z = 300 / 1.5, 1.959964
    adjusted = (0.8 * checks + z**2 / 2) / (checks + z**2)
    reach = z * math.sqrt(adjusted * (1 - adjusted) / (checks + z**2) + 0.8 * 0.2 / 100)
    assert (low, high) == pytest.approx((0.8 - reach, 0.8 + reach), abs=1e-6)


def test_where_checks_found_fewer_than_the_scores_said_the_interval_reaches_down_to_them():
    agree = [{"predicted": 0.8, "observed": 0.8, "n": 2_000}, {"predicted": 0.2, "observed": 0.2, "n": 2_000}]
    differ = [{"predicted": 0.8, "observed": 0.6, "n": 2_000}, {"predicted": 0.2, "observed": 0.2, "n": 2_000}]
    taken, p = np.array([400.0]), np.array([0.8])
    low, high = interval(taken, p, agree)
    lower, same = interval(taken, p, differ)
    assert lower < 0.6 < low
    assert same == pytest.approx(high, abs=0.01)


def test_without_checks_there_is_no_interval(cells):
    found = bought(cells[cells["side"] == OTHERS], visits=100, costs=Costs())
    assert math.isnan(found.low)
    assert math.isnan(found.high)
    assert 0 < found.precision < 1


def one_by_one(rows: pd.DataFrame) -> pd.DataFrame:
    """A cell a family."""
    score = rows["entitled"] if not rows["receives"].any() else 1 - rows["entitled"]
    rupiah = rows["a_year"].astype(float)
    return pd.DataFrame(
        {
            "district": rows["district"], "step": np.floor(score * STEPS).clip(upper=STEPS - 1), "families": 1,
            "rupiah_class": rupiah // RUPIAH_STEP, "score": score, "rupiah_known": rupiah.notna().astype(int),
            "rupiah": rupiah.fillna(0), "at_risk": (score * rupiah).fillna(0),
        }
    )  # fmt: skip


@pytest.mark.parametrize(("tilt", "least"), [(0.0, 0.95), (0.6, 0.92)])
def test_the_interval_holds_what_visits_find_where_the_truth_is_known(tilt, least):
    """Scores are true, or too sure of themselves by a tilt of the logit: what 150 visits find lies in the interval."""
    held, runs = 0, 300
    rng = np.random.default_rng(11)
    for _ in range(runs):
        rows = families(1_500, seed=int(rng.integers(1 << 30))).dropna(subset=["entitled"])
        rows = rows[~rows["receives"]].reset_index(drop=True)
        p = rows["entitled"].clip(1e-6, 1 - 1e-6).to_numpy()
        truth = 1 / (1 + np.exp(tilt) * (1 - p) / p)
        checked = rng.random(len(rows)) < 0.5
        happened = rng.random(len(rows)) < truth
        bins = reliability(p[checked], happened[checked], np.ones(int(checked.sum()))).to_dict("records")
        own = one_by_one(rows)
        found = bought(own, visits=150, costs=Costs(), reliability=bins)
        visited = chosen(own.assign(truth=truth), visits=150, costs=Costs())
        hits = (rng.random(150) < visited.loc[visited["taken"] == 1, "truth"].to_numpy()).sum()
        held += 150 * (1 - found.high) <= 150 - hits <= 150 * (1 - found.low)
    assert held / runs >= least, held / runs
