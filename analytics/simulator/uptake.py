"""Who registers and on which day: the declared curve of registrations, filled with the likeliest applicants first."""

import datetime as dt

import numpy as np

from analytics.simulator import parameters as p
from analytics.simulator.arrays import Flags, Number, Times, Whole, stream
from analytics.simulator.geography import Villages
from analytics.simulator.households import Households
from analytics.simulator.welfare import Welfare, ranks

POVERTY_PULL = 1.75
"""Assumed: logits of applying for each standard deviation of welfare below the mean. The declared exclusion after the
trial (BPNT 17.6 %) with half of the families registered can only be had if nearly all of the poor are among them."""

OLD_RECEIVER_PULL = 0.5
ELDERLY_HEAD_PULL = -0.35
SMALL_FAMILY_PULL = -0.25
VILLAGE_PULL_SPREAD = 0.25
REMOTE_PULL = -0.4
NOISE = 0.55
"""Assumed scale of everything else that decides (logistic)."""

PROMISED_SHARE = 0.56
"""Families of the pilot villages that would be among this share of applicants come in the first week."""


def registration_order(
    *, people: Households, villages: Villages, welfare: Welfare, on_old_list: Flags, seed: int
) -> tuple[Number, float]:
    """Place of each real family in the order of applications, 0 to 1, and the share of the first week in the pilot."""
    rng = stream(seed, "uptake")
    real = slice(0, people.real)
    village = people.village[real]
    pull = -POVERTY_PULL * welfare.standing[real]
    pull += OLD_RECEIVER_PULL * on_old_list[real]
    pull += ELDERLY_HEAD_PULL * (people.head_age[real] >= p.ELDERLY_AGE)
    pull += SMALL_FAMILY_PULL * (people.size[real] <= 2)
    pull += (VILLAGE_PULL_SPREAD * rng.standard_normal(len(villages.code)) + REMOTE_PULL * villages.remoteness)[village]
    pull += NOISE * rng.logistic(size=people.real)
    place = ranks(-pull)
    early = np.isin(village, villages.pilot) & (place < PROMISED_SHARE)
    return ranks(np.where(early, place - 2.0, place)), float(early.mean())


def registration_days(*, place: Number, pilot_share: float, seed: int) -> Times:
    """Day on which each place in the order applies; NaT after the end of the assumed curve."""
    rng = stream(seed, "registration days")
    knots = [(p.PILOT_START - dt.timedelta(days=1), 0.0), (p.OTHERS_START - dt.timedelta(days=1), pilot_share)]
    knots += [(day, number / p.REGENCY_FAMILIES) for day, number in p.REGISTERED]
    first = knots[0][0]
    cumulative = np.zeros((knots[-1][0] - first).days + 1)
    for (begin, low), (end, high) in zip(knots, knots[1:], strict=False):
        inside = [begin + dt.timedelta(days=n) for n in range(1, (end - begin).days + 1)]
        weight = np.array([p.WEEKDAYS[day.weekday()] for day in inside])
        offset = (begin - first).days
        cumulative[offset + 1 : offset + 1 + len(inside)] = low + (high - low) * np.cumsum(weight) / weight.sum()
    # A little disorder within the curve, without moving its totals: neighbours in the order swap days.
    late = ~(place < pilot_share)
    moved = place.copy()
    moved[late] = pilot_share + (1 - pilot_share) * ranks(place[late] + rng.uniform(-0.03, 0.03, int(late.sum())))
    day: Whole = np.searchsorted(cumulative, moved, side="left")
    applies = day < len(cumulative)
    dates = np.datetime64(first, "D") + np.minimum(day, len(cumulative) - 1).astype("timedelta64[D]")
    return np.where(applies, dates, np.datetime64("NaT", "D"))
