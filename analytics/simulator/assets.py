"""Dwelling and assets of each family, from the ownership shares of the 2012 study."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from analytics.simulator import parameters as p
from analytics.simulator.arrays import Flags, Number, stream
from analytics.simulator.asset_table import FLOOR_AREA_LOG, FLOOR_AREA_SPREAD, OWNERSHIP, SINCE_2012
from analytics.simulator.households import Households
from analytics.simulator.welfare import Welfare

DECILE_MIDDLES = (np.arange(10) + 0.5) / 10


@dataclass(frozen=True, kw_only=True)
class Assets:
    """One entry a family: flags by name, and floor area in m² a head."""

    owned: dict[str, Flags]
    floor_area: Number

    @property
    def matrix(self) -> Number:
        """Everything as columns, for a regression."""
        return np.column_stack((*self.owned.values(), np.log(self.floor_area))).astype(float)


def share_today(name: str) -> Number:
    """Share of each decile that has the asset, brought from 2012 to today on the logit scale."""
    odds = np.array([share / (1 - share) for share in OWNERSHIP[name]]) * np.exp(SINCE_2012.get(name, 0.0))
    share: Number = odds / (1 + odds)
    return share


def draw_assets(*, people: Households, welfare: Welfare, seed: int) -> Assets:
    """Draw the assets given the rank of welfare; a double reports the assets of its original."""
    rng = stream(seed, "assets")
    rank = welfare.rank[: people.real]
    common = rng.standard_normal(people.real) * np.sqrt(p.ASSETS_TOGETHER)
    source = np.where(people.double, people.original, np.arange(len(people.village)))
    owned = {}
    for name in OWNERSHIP:
        cut = np.array([NormalDist().inv_cdf(share) for share in share_today(name)])
        reversed_sign = -1.0 if name == "cooks_with_wood" else 1.0
        draw = reversed_sign * common + np.sqrt(1 - p.ASSETS_TOGETHER) * rng.standard_normal(people.real)
        owned[name] = (draw < np.interp(rank, DECILE_MIDDLES, cut))[source]
    log_area = np.interp(rank, DECILE_MIDDLES, FLOOR_AREA_LOG) + FLOOR_AREA_SPREAD * rng.standard_normal(people.real)
    # The study's families have 4.4 members; smaller ones have more room a head, by less than in proportion.
    log_area += 0.5 * np.log(4.4 / people.size[: people.real]) - 0.17
    return Assets(owned=owned, floor_area=np.round(np.clip(np.exp(log_area), 2, 300), 1)[source])
