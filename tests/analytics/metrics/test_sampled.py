"""Model-assisted figures, sources of error and gaps, recomputed from the pilot's rows with pandas."""

import numpy as np
import pandas as pd
import pytest

from analytics.estimation import assisted, ratios
from analytics.marts.groups import GROUPS
from analytics.metrics import METRICS, Filters, measure
from analytics.metrics.definitions.targeting import EXCLUSION_SOURCES, INCLUSION_SOURCES
from analytics.metrics.precision import design_effect, gain, group_gaps
from analytics.prediction import predictions

PERIODS = ("2026-Q1", "2026-Q2")
RECENT = Filters(programme="PKH", periods=PERIODS)


def assisted_filters(**changes):
    return Filters(programme="PKH", periods=PERIODS, method="ppi", **changes)


@pytest.fixture(scope="module")
def rows(pilot):
    """Every weighted check of PKH in the periods, with truth, receipt, prediction and groups."""
    tables = {
        name: pilot.run(pilot.table(name)) for name in ("audits", "families", "payments", "registrations", "regions")
    }
    checks = tables["audits"].query("programme == 'PKH' and period in @PERIODS and inclusion_probability > 0")
    checks = checks[checks["entitled"].notna()]
    paid = tables["payments"].query("programme == 'PKH' and amount > 0")[["family_id", "period"]].drop_duplicates()
    checks = checks.merge(paid.assign(receives=True), on=["family_id", "period"], how="left")
    found = predictions(pilot).query("programme == 'PKH'")[["family_id", "probability"]]
    checks = checks.merge(found, on="family_id").merge(
        tables["families"].drop(columns=["village", "district"]), on="family_id"
    )
    first = tables["registrations"].sort_values(["submitted_at", "registration_id"]).drop_duplicates("family_id")
    checks = checks.merge(first[["family_id", "channel"]], on="family_id", how="left")
    parents = tables["regions"].set_index("code")["parent"]
    return checks.assign(
        receives=checks["receives"].fillna(False).astype(bool),
        entitled=checks["entitled"].astype(bool),
        weight=1 / checks["inclusion_probability"],
        channel=checks["channel"].fillna("none"),
        district=checks["village"].map(parents),
    )


@pytest.fixture(scope="module")
def frame(pilot, rows):
    """Every family in every period, with receipt and prediction."""
    families = pilot.run(pilot.table("families").select("family_id", "size", "village"))
    found = predictions(pilot).query("programme == 'PKH'")[["family_id", "probability"]]
    payments = pilot.run(pilot.table("payments")).query("programme == 'PKH' and amount > 0")
    everyone = families.merge(found, on="family_id").merge(pd.DataFrame({"period": PERIODS}), how="cross")
    paid = payments[["family_id", "period"]].drop_duplicates().assign(receives=True)
    everyone = everyone.merge(paid, on=["family_id", "period"], how="left")
    rounds = rows.groupby("period")["frame_date"].nunique()
    return everyone.assign(
        receives=everyone["receives"].fillna(False).astype(bool), rounds=everyone["period"].map(rounds)
    )


def expected(rows, frame, metric, *, weight="weight", size=None):
    """The estimator fed from rows: inclusion or exclusion error with the model's help."""
    s, p = rows["receives"].to_numpy(), rows["probability"].to_numpy()
    t = rows["entitled"].to_numpy()
    w = rows[weight].to_numpy() * (1 if size is None else rows["size"].to_numpy())
    fs, fp = frame["receives"].to_numpy(), frame["probability"].to_numpy()
    fw = frame["rounds"].to_numpy() * (1 if size is None else frame["size"].to_numpy())
    inclusion = metric == "inclusion_error"
    totals = pd.DataFrame(
        {
            "stratum": rows["stratum"].to_numpy(),
            "cluster": rows["village"].to_numpy(),
            "numerator": w * ((s & ~t) if inclusion else (t & ~s)),
            "denominator": w * (s if inclusion else t),
            "n": (s if inclusion else t).astype(int),
            "predicted_numerator": w * (s * (1 - p) if inclusion else ~s * p),
            "predicted_denominator": w * (s if inclusion else p),
        }
    )
    whole = pd.DataFrame(
        {
            "predicted_numerator": [(fw * (fs * (1 - fp) if inclusion else ~fs * fp)).sum()],
            "predicted_denominator": [(fw * (fs if inclusion else fp)).sum()],
        }
    )
    return assisted(totals, whole, by=[]).iloc[0]


@pytest.mark.parametrize("metric", ["inclusion_error", "exclusion_error"])
@pytest.mark.parametrize("unit", ["families", "persons"])
def test_the_assisted_figure_from_rows(pilot, rows, frame, metric, unit):
    found = measure(pilot, METRICS[metric], assisted_filters(unit=unit)).iloc[0]
    wanted = expected(rows, frame, metric, size=True if unit == "persons" else None)
    assert found["method"] == "ppi"
    for name in ("value", "low", "high", "se", "n"):
        assert found[name] == pytest.approx(wanted[name], rel=1e-9), name


def test_the_assisted_figure_of_an_area(pilot, rows, frame):
    district = rows["district"].mode().iloc[0]
    found = measure(pilot, METRICS["exclusion_error"], assisted_filters(area=district)).iloc[0]
    parts = rows[rows["district"] == district], frame[frame["village"].str.startswith(f"{district}.")]
    wanted = expected(*parts, "exclusion_error")
    assert found["n"] == wanted["n"]
    assert (found["value"], found["se"]) == pytest.approx((wanted["value"], wanted["se"]), nan_ok=True)


def test_the_direct_figure_is_not_touched_by_the_model(pilot):
    for metric in ("inclusion_error", "exclusion_error"):
        direct = measure(pilot, METRICS[metric], RECENT).iloc[0]
        model = gain(pilot, METRICS[metric], RECENT)
        assert direct["method"] == "direct"
        assert model.direct_width == pytest.approx(direct["high"] - direct["low"])


def test_the_gain_in_visits_follows_from_the_standard_errors(pilot):
    direct, helped = (
        measure(pilot, METRICS["exclusion_error"], filters).iloc[0] for filters in (RECENT, assisted_filters())
    )
    found = gain(pilot, METRICS["exclusion_error"], RECENT)
    assert found.narrower == pytest.approx(1 - (helped["high"] - helped["low"]) / (direct["high"] - direct["low"]))
    assert found.visits == round(direct["n"] * ((direct["se"] / helped["se"]) ** 2 - 1))
    assert found.visits > 0


@pytest.mark.parametrize("by", ["decile", "month"])
def test_groups_that_only_checks_know_stay_direct(pilot, by):
    found = measure(pilot, METRICS["total_error"], assisted_filters(), by=[by])
    plain = measure(pilot, METRICS["total_error"], RECENT, by=[by])
    assert set(found["method"]) == {"direct"}
    pd.testing.assert_frame_equal(found, plain)


def test_the_share_that_receives_is_known_from_payments(pilot, frame):
    found = measure(pilot, METRICS["coverage"], assisted_filters()).iloc[0]
    assert found["value"] == pytest.approx(np.average(frame["receives"], weights=frame["rounds"]), abs=1e-9)


@pytest.mark.parametrize(
    ("error", "sources"), [("inclusion_error", INCLUSION_SOURCES), ("exclusion_error", EXCLUSION_SOURCES)]
)
def test_sources_add_up_to_the_error(pilot, error, sources):
    whole = measure(pilot, METRICS[error], RECENT).iloc[0]
    parts = [measure(pilot, METRICS[f"{error}_{source}"], RECENT).iloc[0] for source in sources]
    assert sum(part["value"] for part in parts) == pytest.approx(whole["value"])
    assert [part["denominator"] for part in parts] == pytest.approx([whole["denominator"]] * len(parts))


def test_sources_from_rows(pilot, rows):
    decisions = pilot.run(pilot.table("decisions")).query("programme == 'PKH'")
    known = rows[["family_id", "period", "visited_at"]].merge(decisions, on="family_id")
    known = known[known["decided_at"].isna() | (known["decided_at"] <= known["visited_at"])]
    last = known.sort_values("decided_at", na_position="first").drop_duplicates(["family_id", "period"], keep="last")
    full = rows.merge(last[["family_id", "period", "outcome", "reasons"]], on=["family_id", "period"], how="left")
    missed = full[full["entitled"] & ~full["receives"]]
    never = missed["outcome"].isna() | (missed["outcome"] == "pending")
    refused = missed["outcome"] == "ineligible"
    rank = missed["reasons"].fillna("").isin(["", "decile", "ranking", "decile;ranking"])
    wanted = {
        "registration": missed.loc[never, "weight"].sum(),
        "ranking": missed.loc[refused & rank, "weight"].sum(),
        "rule": missed.loc[refused & ~rank, "weight"].sum(),
        "implementation": missed.loc[missed["outcome"] == "eligible", "weight"].sum(),
    }
    rounds = full.drop_duplicates("frame_date").shape[0]
    for source, weight in wanted.items():
        found = measure(pilot, METRICS[f"exclusion_error_{source}"], RECENT).iloc[0]
        assert found["numerator"] * rounds == pytest.approx(weight), source


def test_periods_before_the_portal_have_a_source_of_their_own(pilot):
    old = Filters(programme="PKH", periods=("2025-Q4",))
    whole = measure(pilot, METRICS["exclusion_error"], old).iloc[0]
    earlier = measure(pilot, METRICS["exclusion_error_earlier_list"], old).iloc[0]
    assert earlier["value"] == pytest.approx(whole["value"])


GROUP_OF = {
    "head_sex": lambda rows: rows["head_sex"],
    "head_60": lambda rows: np.where(rows["head_birth_year"] <= 2026 - 60, "yes", "no"),
    "disability": lambda rows: np.where(rows["disability"].astype(bool), "yes", "no"),
    "small_family": lambda rows: np.where(rows["size"] <= 2, "yes", "no"),
    "channel": lambda rows: rows["channel"],
}


@pytest.mark.parametrize("by", GROUPS)
def test_groups_from_rows(pilot, rows, by):
    found = group_gaps(pilot, METRICS["exclusion_error"], RECENT, by=by).set_index(by)
    totals = pd.DataFrame(
        {
            by: GROUP_OF[by](rows),
            "stratum": rows["stratum"],
            "cluster": rows["village"],
            "numerator": rows["weight"] * (rows["entitled"] & ~rows["receives"]),
            "denominator": rows["weight"] * rows["entitled"],
            "n": rows["entitled"].astype(int),
        }
    )
    wanted = ratios(totals, by=[by], design=totals).set_index(by)
    assert sorted(found.index) == sorted(wanted.index)
    for group, row in found.iterrows():
        assert row["n"] == wanted.loc[group, "n"]
        assert row["value"] == pytest.approx(wanted.loc[group, "value"], nan_ok=True)
        rest = totals[totals[by] != group]
        if pd.notna(row["gap"]):
            others = (rest["numerator"].sum()) / rest["denominator"].sum()
            assert row["gap"] == pytest.approx(row["value"] - others)
            assert row["gap_low"] < row["gap"] < row["gap_high"]
        else:
            assert min(row["n"], rest["n"].sum()) < 30


def test_a_design_effect_is_what_a_visit_is_worth():
    row = pd.Series({"value": 0.2, "se": 0.03, "n": 400.0})
    assert design_effect(row) == pytest.approx(0.03**2 * 400 / 0.16)
    assert design_effect(row.replace(0.03, 0.001)) == 1.0
