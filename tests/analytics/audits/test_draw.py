"""The draw: its probabilities are what happens, its totals are unbiased, the same seed gives the same families."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analytics.audits import AuditError
from analytics.audits.draw import draw, score_group, split_visits
from analytics.audits.frame import FRAMES, build_frame
from tests.analytics.audits.conftest import PERIOD, population

VISITS = {"receivers": 120, "non_receivers": 180}


def test_the_same_seed_draws_the_same_families_in_any_order_of_the_rows():
    frame = population()
    shuffled = replace(frame, families=frame.families.sample(frac=1, random_state=1))
    first, second, other = draw(frame, VISITS, seed=4), draw(shuffled, VISITS, seed=4), draw(frame, VISITS, seed=5)
    pd.testing.assert_frame_equal(first.visits, second.visits)
    assert set(first.visits["family_id"]) != set(other.visits["family_id"])


def test_each_frame_gets_its_visits_and_each_stratum_two():
    drawn = draw(population(), VISITS, seed=1)
    assert drawn.visits["frame"].value_counts().to_dict() == VISITS
    assert drawn.visits["family_id"].is_unique
    strata = drawn.strata.set_index("stratum")
    assert (strata["visits"] >= strata["size"].clip(upper=2)).all()
    counts = drawn.visits.groupby("stratum").size()
    assert counts.eq(strata["visits"][counts.index]).all()
    probability = drawn.visits["stratum_visits"] / drawn.visits["stratum_size"]
    assert drawn.visits["inclusion_probability"].eq(probability).all()
    weights = (1 / drawn.visits["inclusion_probability"]).groupby(drawn.visits["stratum"]).sum()
    assert np.allclose(weights, strata["size"][weights.index])


def test_weighted_totals_are_unbiased_and_intervals_cover_whatever_the_score_is_worth():
    """Nominal 95 % covers 93-97 %: entitlement has nothing to do with the score that made the strata."""
    frame = population()
    entitled = pd.Series(np.random.default_rng(10**6).random(2_000) < 0.3, index=frame.families["family_id"])
    totals, covered, inclusions = [], [], pd.Series(0.0, index=entitled.index)
    runs = 600
    for seed in range(runs):
        rows = draw(frame, VISITS, seed=seed).visits
        y = entitled[rows["family_id"]].to_numpy().astype(float)
        cells = rows.assign(y=y).groupby("stratum").agg(
            n=("y", "size"), size=("stratum_size", "first"), mean=("y", "mean"), spread=("y", "var")
        )  # fmt: skip
        total = (cells["size"] * cells["mean"]).sum()
        variance = (
            cells["size"] ** 2 * (1 - cells["n"] / cells["size"]) * cells["spread"].fillna(0) / cells["n"]
        ).sum()
        totals.append(total)
        covered.append(abs(total - entitled.sum()) <= 1.96 * np.sqrt(variance))
        inclusions[rows["family_id"]] += 1 / runs
    assert abs(np.mean(totals) - entitled.sum()) < 3 * np.std(totals) / np.sqrt(runs)
    assert 0.93 <= np.mean(covered) <= 0.97
    probability = draw(frame, VISITS, seed=0).visits.set_index("family_id")["inclusion_probability"]
    probability = probability[probability < 1]
    error = (inclusions[probability.index] - probability) / np.sqrt(probability * (1 - probability) / runs)
    assert abs(error.mean()) < 0.2
    assert error.abs().quantile(0.99) < 4


def test_more_visits_go_where_the_model_is_unsure():
    frame = population()
    sure = replace(frame, families=frame.families.assign(score=np.where(frame.families["score"] > 0.3, 0.5, 0.01)))
    strata = draw(sure, {"receivers": 200, "non_receivers": 400}, seed=1).strata
    rates = strata.assign(rate=strata["visits"] / strata["size"]).groupby("spread")["rate"].mean()
    assert rates.loc[0.5] > 2 * rates.loc[0.1]
    plain = draw(replace(sure, score_source="decile"), {"receivers": 200, "non_receivers": 400}, seed=1).strata
    assert plain["spread"].eq(0.5).all()


@pytest.mark.parametrize(("visits", "groups"), [(400, 10), (90, 5), (45, 3), (25, 2), (12, 1)])
def test_fewer_visits_make_fewer_score_groups(visits, groups):
    assert draw(population(), {"receivers": visits, "non_receivers": visits}, seed=1).score_groups == groups


def test_visits_that_are_too_few_for_the_districts_are_refused():
    with pytest.raises(AuditError, match="9 visits of the frame receivers are too few") as caught:
        draw(population(), {"receivers": 9, "non_receivers": 50}, seed=1)
    assert caught.value.next_step == "Give this frame at least 10 visits."


@pytest.mark.parametrize(
    ("visits", "says"),
    [
        ({"receivers": 120, "non_receivers": 0}, "The frame non_receivers gets no visit"),
        ({"receivers": 5_000, "non_receivers": 50}, "5,000 cannot be visited"),
    ],
)
def test_a_draw_of_one_frame_alone_or_of_more_than_there_are_is_refused(visits, says):
    with pytest.raises(AuditError, match=says):
        draw(population(), visits, seed=1)


def test_too_low_a_random_share_is_refused():
    with pytest.raises(AuditError, match="random share"):
        draw(population(), VISITS, seed=1, random_share=0.19)


def test_score_groups_are_tenths_and_families_without_a_score_have_their_own():
    groups = score_group(pd.Series([*range(100), None]), 10)
    assert groups[:100].value_counts().to_dict() == dict.fromkeys(range(1, 11), 10)
    assert groups.iloc[100] == 0
    tied = score_group(pd.Series([1.0] * 5 + [2.0] * 5), 10)
    assert set(tied) == {1, 6}
    assert split_visits(601) == {"receivers": 300, "non_receivers": 301}


def test_the_frame_is_all_families_and_receives_who_was_paid(pilot):
    frame = build_frame(pilot, period=PERIOD, programmes=("PKH",))
    families, payments, audits = (pilot.run(pilot.table(name)) for name in ("families", "payments", "audits"))
    paid = set(payments.query("period == @PERIOD and programme == 'PKH' and amount > 0")["family_id"])
    assert set(frame.families["family_id"]) == set(families["family_id"])
    assert set(frame.families.query("frame == 'receivers'")["family_id"]) == paid
    assert frame.paid == {"PKH": len(paid)}
    seen = set(audits.query("period == @PERIOD and programme == 'PKH'")["family_id"])
    assert set(frame.families.loc[frame.families["visited"], "family_id"]) == seen
    assert frame.score_source == "decile"
    assert str(frame.day) == "2026-08-17"
    assert set(frame.families["frame"]) == set(FRAMES)


def test_predictions_are_averaged_over_the_programmes_asked(pilot):
    ids = pilot.run(pilot.table("families").select("family_id"))["family_id"]
    predictions = pd.DataFrame(
        {"family_id": [*ids, *ids], "programme": ["PKH"] * len(ids) + ["BPNT"] * len(ids),
         "probability": [0.2] * len(ids) + [0.6] * len(ids)}
    )  # fmt: skip
    frame = build_frame(pilot, period=PERIOD, predictions=predictions)
    assert frame.score_source == "predictions"
    assert np.allclose(frame.families["score"], 0.4)
    assert np.allclose(build_frame(pilot, programmes=("PKH",), predictions=predictions).families["score"], 0.2)


@pytest.mark.parametrize("asked", [{"period": "1999-Q1"}, {"programmes": ("XYZ",)}])
def test_a_period_or_programme_that_nobody_was_paid_for_is_refused(asked, pilot):
    with pytest.raises(AuditError, match="Nobody was paid"):
        build_frame(pilot, **asked)
