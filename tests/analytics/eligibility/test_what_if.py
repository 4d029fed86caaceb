"""What another threshold would do, against a recount from the rows and a simulation with known truth."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from analytics.eligibility import WhatIfError, answers, compare, rulebook
from analytics.eligibility.what_if import _error
from analytics.store import Warehouse

DAY = dt.date(2026, 8, 17)


def listed(pilot: Warehouse, ceiling: int) -> pd.Series:
    """Return by family whether no rule of BPNT refuses it, from plain pandas."""
    families = pilot.run(pilot.table("families")).set_index("family_id")
    persons = pilot.run(pilot.table("persons"))
    gone = persons.groupby("family_id")["deceased"].all().reindex(families.index, fill_value=False)
    refused = (
        (families["vehicle"] == True)  # noqa: E712 - three-valued
        | (families["state_employment"] == True)  # noqa: E712
        | (families["wage"] > 2_989_145).fillna(value=False)
        | (families["land"] > 5_000).fillna(value=False)
        | (families["power"] > 1_300).fillna(value=False)
        | (families["decile"] > ceiling).fillna(value=False)
        | gone
    )
    return ~refused


def test_movers_and_cost_equal_a_recount(pilot: Warehouse):
    book = rulebook()
    found = compare(pilot, "BPNT", book, book.changed("BPNT", {"decile": 3}, DAY), day=DAY)
    before, after = listed(pilot, 5), listed(pilot, 3)
    (row,) = found.movers.to_dict("records")
    assert row["before"] == before.sum()
    assert row["after"] == after.sum()
    assert (row["moves_in"], row["moves_out"]) == (0, (before & ~after).sum())
    assert row["a_year_after"] == 2_400_000 * after.sum()
    districts = compare(pilot, "BPNT", book, book.changed("BPNT", {"decile": 3}, DAY), day=DAY, by=["district"])
    assert len(districts.movers) == 25
    families = pilot.run(pilot.table("families")).set_index("family_id")
    recount = (before & ~after).groupby(families["village"].str.rsplit(".", n=1).str[0]).sum()
    told = districts.movers.set_index("domain")["moves_out"].dropna()
    assert (told == recount[told.index]).all()
    assert 0 < len(told) < 25  # some 160 families a district: in most, one of the lists or moves holds a few


def test_both_errors_equal_a_weighted_recount_and_the_change_is_their_difference(pilot: Warehouse):
    book = rulebook()
    found = compare(pilot, "BPNT", book, book.changed("BPNT", {"decile": 3}, DAY), day=DAY)
    checks = pilot.run(pilot.table("audits"))
    checks = checks[(checks["programme"] == "BPNT") & (checks["inclusion_probability"] > 0)]
    checks = checks[checks["entitled"].notna() & checks["period"].isin(found.periods)]
    weight, entitled = 1 / checks["inclusion_probability"], checks["entitled"].astype(bool)
    after = checks["family_id"].map(listed(pilot, 3))
    errors = found.errors.set_index("error")
    assert errors.loc["inclusion", "after"] == pytest.approx((weight * (after & ~entitled)).sum() / weight[after].sum())
    assert errors.loc["exclusion", "after"] == pytest.approx(
        (weight * (entitled & ~after)).sum() / weight[entitled].sum()
    )
    for row in errors.to_dict("records"):
        assert row["change"] == pytest.approx(row["after"] - row["before"])
        assert row["change_low"] <= row["change"] <= row["change_high"]
    assert errors.loc["exclusion", "change"] > 0  # a lower ceiling reaches fewer


def test_the_same_rules_change_nothing(pilot: Warehouse):
    book = rulebook()
    found = compare(pilot, "PKH", book, book.changed("PKH", {}, DAY), day=DAY)
    assert found.movers[["moves_in", "moves_out"]].to_numpy().sum() == 0
    assert (found.errors["change"] == 0).all()
    # Wilson's ends are not symmetric, so that a little is left of them even where both lists are one.
    assert found.errors[["change_low", "change_high"]].abs().to_numpy().max() < 0.02


def test_the_interval_of_the_change_covers_and_is_narrower_than_two_samples_would_give():
    """400 samples of 40 villages × 15 families; a new threshold drops a known part of the list."""
    rng = np.random.default_rng(20120401)
    covered, widths, apart, truth = [], [], [], None
    for _ in range(400):
        village = np.repeat(np.arange(40), 15)
        poor = rng.beta(3, 4, 40)[village]
        entitled = rng.random(600) < poor
        before = rng.random(600) < np.where(entitled, 0.8, 0.3)
        after = before & (rng.random(600) < np.where(entitled, 0.9, 0.5))
        checks = pd.DataFrame(
            {"stratum": "s", "cluster": village, "unsampled": 1.0, "weight": 1.0, "entitled": entitled,
             "before": before, "after": after}
        )  # fmt: skip
        found = _error(checks, "inclusion", minimum=30)
        share = 3 / 7
        old = 0.3 * (1 - share) / (0.3 * (1 - share) + 0.8 * share)
        new = 0.15 * (1 - share) / (0.15 * (1 - share) + 0.72 * share)
        truth = new - old
        covered.append(found["change_low"] <= truth <= found["change_high"])
        widths.append(found["change_high"] - found["change_low"])
        apart.append(np.hypot(found["before_high"] - found["before_low"], found["after_high"] - found["after_low"]))
    assert truth == pytest.approx(-0.116, abs=0.001)
    assert 0.92 <= np.mean(covered) <= 0.98
    assert np.mean(widths) < 0.9 * np.mean(apart)


def test_groups_and_programmes_that_there_are_not_are_named(pilot: Warehouse):
    book = rulebook()
    with pytest.raises(WhatIfError, match="Programmes are PKH, BPNT"):
        compare(pilot, "BLT", book, book, day=DAY)
    with pytest.raises(WhatIfError, match="by colour"):
        compare(pilot, "PKH", book, book, day=DAY, by=["colour"])


def test_the_answer_on_a_family_names_record_register_and_day(pilot: Warehouse):
    families = pilot.run(pilot.table("families"))
    owner = families[(families["vehicle"] == True) & families["wage"].isna()].iloc[0]  # noqa: E712
    pkh, bpnt = answers(pilot, owner["family_id"], rulebook(), day=DAY)
    assert (pkh.programme, bpnt.programme) == ("PKH", "BPNT")
    car = next(ruling for ruling in bpnt.of("refuses") if ruling.rule.id == "vehicle")
    assert (bpnt.verdict, car.value, car.recorded_by) == ("not_entitled", 1.0, "Samsat")
    assert car.recorded_on == owner["vehicle_date"]
    assert "wage" in [ruling.rule.id for ruling in bpnt.of("unknown")]
    assert bpnt.a_year == 2_400_000
    stored = pilot.run(pilot.table("verdicts", room="derived")).set_index(["programme", "family_id"])
    assert pkh.a_year == stored.loc[("PKH", owner["family_id"]), "a_year"]
    assert [ruling.rule.id for ruling in pkh.of("refuses")] == stored.loc[
        ("PKH", owner["family_id"]), "refused_by"
    ].split(";")


def test_nobody_of_that_name_has_no_answer(pilot: Warehouse):
    assert answers(pilot, "nobody", rulebook(), day=DAY) == ()
