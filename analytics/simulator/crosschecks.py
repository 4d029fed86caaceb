"""What other registers say about a family, and where they are wrong (the truth keeps which)."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from analytics.simulator import parameters as p
from analytics.simulator.arrays import Flags, Number, Whole, stream
from analytics.simulator.assets import Assets
from analytics.simulator.households import Households
from analytics.simulator.welfare import Welfare

CHECKS = ("vehicle", "land", "power", "wage", "state_employment")
SOURCES = {
    "vehicle": "Samsat",
    "land": "ATR/BPN",
    "power": "PLN",
    "wage": "BPJS Ketenagakerjaan",
    "state_employment": "BKN",
}
RECORDS_FROM, RECORDS_TO = np.datetime64(dt.date(2019, 1, 1), "D"), np.datetime64(dt.date(2025, 8, 31), "D")
SURE = {
    "vehicle_sold": "vehicle",
    "inherited_land": "land",
    "landlord_meter": "power",
    "dead_wage_record": "wage",
    "shared_kk": "state_employment",
}


@dataclass(frozen=True, kw_only=True)
class CrossChecks:
    """One entry a family and check.

    Attributes:
        value: What the register says, by check: flag as 0/1, m², VA, rupiah a month; NaN = no answer.
        date: Day of the record.
        blocks: Whether the value is a ground to refuse, by check.
        wrong_family, wrong_check, wrong_cause: The wrong records, one row each.
    """

    value: dict[str, Number]
    date: dict[str, np.ndarray]
    blocks: dict[str, Flags]
    wrong_family: Whole
    wrong_check: np.ndarray
    wrong_cause: np.ndarray

    @property
    def blocked(self) -> Flags:
        """Whether any check is a ground to refuse, F."""
        any_of_them: Flags = np.logical_or.reduce(list(self.blocks.values()))
        return any_of_them


def draw_crosschecks(*, people: Households, welfare: Welfare, assets: Assets, seed: int) -> CrossChecks:
    """Query the five registers for every family, then make some of the answers wrong."""
    rng = stream(seed, "cross-checks")
    count = len(people.village)
    rank, standing = welfare.rank, welfare.standing
    vehicle = (assets.owned["has_car"] & (rng.random(count) < p.VEHICLE_RECORDED)).astype(float)
    holds = rng.random(count) < p.LAND_RECORDED
    land = np.where(
        holds,
        np.round(np.exp(p.LAND_LOG_MEDIAN + p.LAND_SLOPE * standing + p.LAND_SPREAD * rng.standard_normal(count))),
        0.0,
    )
    power = _power(rng, rank=rank)
    power[~assets.owned["grid_power"]] = np.nan
    employed = rng.random(count) < p.WAGE_RECORDED * (0.5 + rank)
    monthly = np.exp(np.log(p.WAGE_MEDIAN) + p.WAGE_SLOPE * standing + p.WAGE_SPREAD * rng.standard_normal(count))
    wage = np.where(employed, np.round(monthly, -3), np.nan)
    state = (rng.random(count) < p.STATE_EMPLOYED * 4.5 * rank**3.5).astype(float)
    value = {"vehicle": vehicle, "land": land, "power": power, "wage": wage, "state_employment": state}
    for name in CHECKS:
        value[name][rng.random(count) < p.CHECK_UNKNOWN] = np.nan

    wrong = _make_wrong(rng, value=value)
    span = int((RECORDS_TO - RECORDS_FROM).astype(int))
    date = {name: RECORDS_FROM + rng.integers(0, span, count).astype("timedelta64[D]") for name in CHECKS}
    # A lost job leaves an old wage record behind: its date gives it away.
    dead = wrong[0][wrong[2] == "dead_wage_record"]
    date["wage"][dead] = RECORDS_FROM + rng.integers(0, 1_100, len(dead)).astype("timedelta64[D]")
    return CrossChecks(
        value=value,
        date=date,
        blocks=_refusals(value),
        wrong_family=wrong[0],
        wrong_check=wrong[1],
        wrong_cause=wrong[2],
    )


def _power(rng: np.random.Generator, *, rank: Number) -> Number:
    draw = np.clip(rank * 0.75 + 0.25 * rng.random(len(rank)) + 0.06 * rng.standard_normal(len(rank)), 0, 0.9999)
    return np.array(p.POWER_STEPS, float)[np.searchsorted(p.POWER_CUTS, draw, side="right")]


def _refusals(value: dict[str, Number]) -> dict[str, Flags]:
    return {
        "vehicle": value["vehicle"] == 1,
        "land": value["land"] > p.LAND_CEILING,
        "power": value["power"] > p.POWER_CEILING,
        "wage": value["wage"] > p.MINIMUM_WAGE,
        "state_employment": value["state_employment"] == 1,
    }


def _make_wrong(rng: np.random.Generator, *, value: dict[str, Number]) -> tuple[Whole, np.ndarray, np.ndarray]:
    """Write the wrong answers into `value`; families that the check would refuse anyway are left out."""
    count = len(value["vehicle"])
    families, checks, causes = [], [], []
    for cause, share in p.WRONG_CHECKS.items():
        drawn = rng.random(count) < share
        lent = rng.random(count) < 0.5
        targets = {"vehicle": lent, "wage": ~lent} if cause == "lent_nik" else {SURE[cause]: np.ones(count, bool)}
        for name, among in targets.items():
            at = np.flatnonzero(drawn & among & ~_refusals(value)[name])
            value[name][at] = _wrong_value(rng, name=name, count=len(at))
            families.append(at)
            checks.append(np.full(len(at), name))
            causes.append(np.full(len(at), cause))
    return np.concatenate(families), np.concatenate(checks), np.concatenate(causes)


def _wrong_value(rng: np.random.Generator, *, name: str, count: int) -> Number:
    if name == "land":
        return np.round(p.LAND_CEILING * (1.05 + rng.exponential(0.8, count)))
    if name == "power":
        return rng.choice(np.array([2_200.0, 3_500.0]), count)
    if name == "wage":
        return np.round(p.MINIMUM_WAGE * (1.02 + rng.exponential(0.25, count)), -3)
    return np.ones(count)
