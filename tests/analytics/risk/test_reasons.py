"""Reasons add up to the score, are Shapley's, and name only records that can be corrected."""

from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from analytics.risk.calibration import calibrate
from analytics.risk.contributions import Contributions, contributions
from analytics.risk.inputs import INPUTS, OWN
from analytics.risk.model import ENTITLED, WELFARE, sign_of, train
from analytics.risk.reasons import LEAST_PULL, NOT_RECORDED, SURROUNDINGS, Group, grouped, reason_book, reasons
from analytics.risk.saved import Loaded
from analytics.risk.similar import LEAST_SIMILAR, NEAREST, Checked
from tests.analytics.risk.conftest import made

BOOK = reason_book()
NEVER = {"size", "head_birth_year", "head_married", "disability", "under_5", "dependency_ratio", "floor_area"}


def model_of(checked, *, rounds):
    ensembles = train(checked.inputs, checked.entitled, checked.welfare, checked.weight, rounds=rounds)
    margins = ensembles.margins(checked.inputs)
    calibration = calibrate(margins, checked.entitled, checked.weight, checked.receives, checked.rows["district"])
    return Loaded(id="m", ensembles=ensembles, calibration=calibration)


@pytest.fixture(scope="module")
def model(checked):
    return model_of(checked, rounds=400)


@pytest.fixture(scope="module")
def parts(checked, model):
    return contributions(model, checked.inputs, checked.receives, checked.rows["district"])


def test_base_and_contributions_add_up_to_the_calibrated_logit(checked, model, parts):
    logit = model.calibration.logit(model.ensembles.margins(checked.inputs), checked.receives, checked.rows["district"])
    np.testing.assert_allclose(parts.logit, logit, atol=1e-5, rtol=0)
    groups = grouped(parts, checked.inputs)
    np.testing.assert_allclose(parts.base + groups.sum(axis=1), logit, atol=1e-5, rtol=0)
    assert set(model.ensembles.boosters) == {ENTITLED, WELFARE}
    assert np.unique(parts.base).size == 2  # one reference a side


def test_a_district_without_checks_adds_nothing(checked, model):
    far = contributions(model, checked.inputs[:3], checked.receives[:3], pd.Series(["elsewhere"] * 3))
    assert (far.district == 0).all()


def value_of(tree, row, known, node):
    """Expected output of a tree where only some inputs are known: the others by the families that went each way."""
    here = tree.loc[node]
    if here["Feature"] == "Leaf":
        return here["Gain"]
    if here["Feature"] in known:
        value = row[INPUTS.index(here["Feature"])]
        way = here["Missing"] if np.isnan(value) else here["Yes"] if value < here["Split"] else here["No"]
        return value_of(tree, row, known, way)
    covers = {way: tree.loc[here[way], "Cover"] for way in ("Yes", "No")}
    return sum(covers[way] * value_of(tree, row, known, here[way]) for way in covers) / sum(covers.values())


def brute_force(booster, row):
    """Shapley's sum over all subsets of the inputs that the trees ask for."""
    frame = booster.trees_to_dataframe()
    trees = [tree.set_index("ID") for _, tree in frame.groupby("Tree")]
    names = sorted(set(frame["Feature"]) - {"Leaf"})

    def value(known):
        return sum(value_of(tree, row, known, tree.index[0]) for tree in trees)

    worth = {set_: value(set_) for k in range(len(names) + 1) for set_ in map(frozenset, combinations(names, k))}
    n = len(names)
    return {
        name: sum(
            factorial(len(s)) * factorial(n - len(s) - 1) / factorial(n) * (worth[s | {name}] - worth[s])
            for s in worth
            if name not in s
        )
        for name in names
    }


def test_contributions_are_shapleys_by_brute_force():
    checked = made(400, seed=4)
    checked.inputs[::7, OWN.index("has_car")] = np.nan
    tiny = model_of(checked, rounds=4)
    rows = [0, 1, 7, 14]
    found = contributions(tiny, checked.inputs[rows], checked.receives[rows], checked.rows.loc[rows, "district"])
    for place, number in enumerate(rows):
        expected = np.zeros(len(INPUTS))
        for k, (name, booster) in enumerate(tiny.ensembles.boosters.items()):
            calibration = tiny.calibration
            slope = calibration.slopes[k] + checked.receives[number] * calibration.receivers_slopes[k]
            for feature, value in brute_force(booster, checked.inputs[number]).items():
                expected[INPUTS.index(feature)] += slope * sign_of(name) * value
        assert np.abs(expected).max() > 0.01
        np.testing.assert_allclose(found.inputs[place], expected, atol=1e-5)


def test_every_input_belongs_to_one_group():
    names = [name for group in BOOK.group for name in group.inputs]
    assert sorted(names) == sorted(OWN)
    assert set(BOOK.of_inputs()[len(OWN) :]) == {BOOK.place(SURROUNDINGS)}


def test_place_size_and_ages_are_never_contestable_and_the_heads_sex_is_no_input():
    contestable = {name for group in BOOK.group if group.contestable for name in group.inputs}
    assert not contestable & NEVER
    assert not BOOK.group[BOOK.place(SURROUNDINGS)].contestable
    assert not BOOK.group[BOOK.place(NOT_RECORDED)].contestable
    assert not [name for name in INPUTS if "head_sex" in name]
    with pytest.raises(ValidationError, match="which record to correct"):
        Group.model_validate({"id": "x", "name": {"id": "x", "en": "x"}, "contestable": True})


def test_an_empty_value_is_no_part_of_a_reason(checked, model, parts):
    empty = checked.inputs.copy()
    empty[:, OWN.index("has_car")] = np.nan
    again = contributions(model, empty, checked.receives, checked.rows["district"])
    groups = grouped(again, empty)
    assert np.abs(again.inputs[:, OWN.index("has_car")]).max() > 0.01  # being empty counts in the score
    others = [OWN.index(name) for name in BOOK.group[BOOK.place("assets")].inputs if name != "has_car"]
    np.testing.assert_allclose(groups[:, BOOK.place("assets")], again.inputs[:, others].sum(axis=1), atol=1e-12)


def row_of(**pulls):
    groups = np.zeros((1, len(BOOK.group)))
    for name, pull in pulls.items():
        groups[0, BOOK.place(name)] = pull
    return groups


def named(found):
    return [BOOK.group[code].id for code in found.groups[0] if code >= 0]


def test_reasons_point_where_the_suspicion_does_strongest_first_and_three_at_most():
    groups = row_of(housing=-0.2, assets=-0.6, land=-0.4, wage=-0.3, vehicle=0.9, household=-0.5, surroundings=0.1)
    receives = reasons(groups, np.array([True]))
    assert named(receives) == ["assets", "land", "wage"]
    assert receives.pull[0].tolist() == [0.6, 0.4, 0.3]
    assert receives.contestable_share[0] == pytest.approx(1.5 / 2.0)
    missed = reasons(groups, np.array([False]))
    assert named(missed) == ["vehicle"]
    assert missed.contestable_share[0] == pytest.approx(0.9 / 1.0)


def test_where_nothing_contestable_points_that_way_there_is_no_reason():
    found = reasons(row_of(household=-2.0, space=-1.0, surroundings=-1.0, assets=0.5), np.array([True]))
    assert named(found) == []
    assert found.contestable_share[0] == 0
    faint = reasons(row_of(assets=-LEAST_PULL / 2), np.array([True]))
    assert named(faint) == []
    assert np.isnan(reasons(row_of(), np.array([True])).contestable_share[0])


def test_contributions_of_nobody_are_nothing(model):
    nothing = np.empty((0, len(INPUTS)), dtype=np.float32)
    found = grouped(Contributions(base=np.empty(0), inputs=np.empty((0, len(INPUTS))), district=np.empty(0)), nothing)
    assert found.shape == (0, len(BOOK.group))


def test_similar_cases_are_the_nearest_of_the_same_side_without_the_family_itself():
    groups = np.zeros((60, len(BOOK.group)))
    groups[:, 0] = np.arange(60)
    receives = np.arange(60) < 30
    names = np.array([f"f{n}" for n in range(60)], dtype=object)
    checked = Checked(groups=groups, receives=receives, entitled=np.arange(60) >= 5, family_id=names)
    found = checked.near(groups[0], receives=True, family_id="f0")
    assert found == (NEAREST, 4)  # f1 to f20, of whom f1 to f4 were found not entitled
    assert checked.near(groups[0], receives=False) == (NEAREST, 0)


def test_fewer_than_ten_similar_cases_are_not_counted():
    few = LEAST_SIMILAR - 1
    checked = Checked(
        groups=np.zeros((few, len(BOOK.group))), receives=np.ones(few, dtype=bool), entitled=np.ones(few, dtype=bool),
        family_id=np.array(list("abcdefghi"), dtype=object),
    )  # fmt: skip
    assert checked.near(np.zeros(len(BOOK.group)), receives=True) is None
