"""The backlog's forecast: known by hand, and its intervals on weeks held out."""

import numpy as np
import pandas as pd
import pytest

from analytics.disclosure import SMALLEST
from analytics.metrics import Filters
from analytics.objections.backlog import AHEAD, FIRST, LEAST_ERRORS, PACE, backlog, held_out, projected

MONDAY = pd.Timestamp("2026-01-05")


def _cases(came, ended, count):
    cases = np.zeros((count, count + 1))
    np.add.at(cases, (came, np.minimum(ended, count)), 1)
    return cases


def _office(seed, *, count, waves):
    """Cases of an office with a wave every quarter or without, in field checks with a long tail or at the desk."""
    rng, came, ended = np.random.default_rng(seed), [], []
    for week in range(count):
        wave = 120 * np.exp(-0.7 * (week % PACE)) * (0.35 if week >= PACE else 1.0) if waves else 17.0
        new = rng.negative_binomial(8, 8 / (11 + wave))
        days = rng.uniform(0, 7, new) + 2 + 4 * np.exp(0.6 * rng.standard_normal(new))
        field = rng.random(new) < 0.7
        days += np.where(
            field, 24 * np.exp(0.85 * rng.standard_normal(new)), 4 * np.exp(0.5 * rng.standard_normal(new))
        )
        came += [week] * new
        ended += list(week + (days // 7).astype(int))
    return _cases(np.array(came), np.array(ended), count)


@pytest.mark.parametrize("waves", [False, True])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_intervals_hold_on_weeks_that_they_have_not_seen(waves, level):
    """Weeks of one office follow each other: ten weeks apart they are taken for independent in the error allowed."""
    found = [each for seed in range(8) for each in held_out(_office(seed, count=60, waves=waves), level=level)]
    assert len(found) > 800
    for step in range(1, AHEAD + 1):
        held = [inside for ahead, inside in found if ahead == step]
        error = np.sqrt(level * (1 - level) / (len(held) / 10))
        assert level - 2 * error <= np.mean(held) <= level + 3 * error


def test_the_pilots_own_weeks_are_held(busy):
    """So few weeks of a few cases: coverage of all weeks ahead together, within its binomial error."""
    rows = busy.run(busy.mart("objection_weeks"))
    first = pd.to_datetime(rows["came"]).min()
    count = (pd.Timestamp(busy.manifest.day) - first).days // 7
    start = ((pd.to_datetime(rows["came"]) - first).dt.days // 7).to_numpy()
    end = ((pd.to_datetime(rows["ended"]) - first).dt.days // 7).fillna(count).to_numpy().astype(int)
    rows, start, end = rows[start < count], start[start < count], end[start < count]
    cases = np.zeros((count, count + 1))
    np.add.at(cases, (start, np.clip(end, start, count)), rows["objections"].to_numpy(float))
    found = [inside for _, inside in held_out(cases, level=0.8)]
    assert len(found) >= 10
    assert np.mean(found) >= 0.8 - 2 * np.sqrt(0.16 / len(found))
    shown = backlog(busy)
    assert shown.weeks["open"].iloc[-1] == cases[:, count].sum()
    assert len(shown.weeks) == count


def test_a_steady_office_stays_as_it_is():
    """Ten come a week and each ends two weeks later: twenty are open for ever."""
    count = 40
    came = np.repeat(np.arange(count), 10)
    found = projected(_cases(came, came + 2, count), first=MONDAY)
    assert found.weeks["open"].tail(10).tolist() == [20.0] * 10
    assert found.came == 10
    assert found.ended == 10
    np.testing.assert_allclose(found.ahead["value"], 20, atol=2.5)
    assert found.ahead["week"].iloc[0] == MONDAY + pd.Timedelta(weeks=count)
    assert found.errors == count - 1 - AHEAD - FIRST + 1


def test_without_new_cases_the_backlog_runs_off_at_the_rate_of_its_ages():
    """All came long ago and a tenth of those left ends each week: ten, then 9, 8.1, …"""
    count = 30
    cases = np.zeros((count, count + 1))
    left = 1000.0
    for week in range(count):
        cases[0, week] = left * 0.1
        left *= 0.9
    cases[0, count] = left
    found = projected(cases, first=MONDAY)
    np.testing.assert_allclose(found.ahead["value"], left * 0.9 ** np.arange(1, AHEAD + 1), rtol=0.02)


def test_too_few_past_weeks_give_a_forecast_without_an_interval():
    count = FIRST + LEAST_ERRORS
    found = projected(_office(1, count=count, waves=False), first=MONDAY)
    assert found.ahead["value"].notna().all()
    assert found.ahead[["low80", "high80", "low95", "high95"]].isna().all(axis=None)
    longer = projected(_office(1, count=count + AHEAD + 1, waves=False), first=MONDAY)
    assert longer.ahead.notna().all(axis=None)
    assert (longer.ahead["low80"] >= longer.ahead["low95"]).all()


def test_nothing_is_said_of_few(busy, rows):
    told = {area: backlog(busy, Filters(area=area)) for area in ["", *rows["district"].unique()]}
    assert told[""] is not None
    assert None in told.values()
    for found in told.values():
        assert found is None or not found.weeks["open"].between(1, SMALLEST - 1).any()
        assert found is None or list(found.weeks) == ["week", "open"]


def test_nothing_is_said_where_there_is_nothing(busy, alatas):
    assert backlog(alatas) is None
    assert backlog(busy, Filters(area="99.99")) is None
