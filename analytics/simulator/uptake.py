"""Who registers and on which day: the declared curve of registrations, filled with the likeliest applicants first."""

import datetime as dt
from itertools import pairwise

import numpy as np

from analytics.simulator import parameters as p
from analytics.simulator.arrays import Flags, Number, Times, Whole, stream
from analytics.simulator.geography import Villages
from analytics.simulator.households import Households
from analytics.simulator.welfare import Welfare, ranks


def registration_order(
    *, people: Households, villages: Villages, welfare: Welfare, on_old_list: Flags, seed: int
) -> tuple[Number, float]:
    """Place of each real family in the order of applications, 0 to 1, and the share of the first week in the pilot."""
    rng = stream(seed, "uptake")
    real = slice(0, people.real)
    village = people.village[real]
    pull = -p.POVERTY_PULL * welfare.standing[real]
    pull += p.OLD_RECEIVER_PULL * on_old_list[real]
    pull += p.ELDERLY_HEAD_PULL * (people.head_age[real] >= p.ELDERLY_AGE)
    pull += p.SMALL_FAMILY_PULL * (people.size[real] <= 2)
    pull += (p.VILLAGE_PULL_SPREAD * rng.standard_normal(len(villages.code)) + p.REMOTE_PULL * villages.remoteness)[
        village
    ]
    pull += p.PULL_NOISE * rng.logistic(size=people.real)
    place = ranks(-pull)
    early = np.isin(village, villages.pilot) & (place < p.PROMISED_SHARE)
    return ranks(np.where(early, place - 2.0, place)), float(early.mean())


def registration_days(*, place: Number, pilot_share: float, seed: int) -> Times:
    """Day on which each place in the order applies; NaT after the end of the assumed curve."""
    rng = stream(seed, "registration days")
    knots = [(p.PILOT_START - dt.timedelta(days=1), 0.0), (p.OTHERS_START - dt.timedelta(days=1), pilot_share)]
    knots += [(day, number / p.REGENCY_FAMILIES) for day, number in p.REGISTERED]
    first = knots[0][0]
    cumulative = np.zeros((knots[-1][0] - first).days + 1)
    for (begin, low), (end, high) in pairwise(knots):
        inside = [begin + dt.timedelta(days=n) for n in range(1, (end - begin).days + 1)]
        weight = np.array([p.WEEKDAYS[day.weekday()] for day in inside])
        offset = (begin - first).days
        cumulative[offset + 1 : offset + 1 + len(inside)] = low + (high - low) * np.cumsum(weight) / weight.sum()
    # A little disorder within the curve, without moving its totals: neighbours in the order swap days.
    late = ~(place < pilot_share)
    moved = place.copy()
    moved[late] = pilot_share + (1 - pilot_share) * ranks(
        place[late] + rng.uniform(-p.CURVE_DISORDER, p.CURVE_DISORDER, int(late.sum()))
    )
    day: Whole = np.searchsorted(cumulative, moved, side="left")
    applies = day < len(cumulative)
    dates = np.datetime64(first, "D") + np.minimum(day, len(cumulative) - 1).astype("timedelta64[D]")
    return np.where(applies, dates, np.datetime64("NaT", "D"))
