"""What a plan of field checks rests on, and the arithmetic of visits, half-widths and costs.

The same figures as `tepat audit plan`: shares, design effects and answers of the last random checks.
"""

import math
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from analytics.audits import AuditError
from analytics.audits.frame import FRAMES, build_frame
from analytics.audits.plan import Basis, make_plan
from analytics.audits.planning import LEAST_IN_STRATUM, half_width, visits_needed
from analytics.estimation import MINIMUM_DENOMINATOR
from analytics.metrics.precision import Gain
from analytics.store import Warehouse

ANY_WIDTH: Final = 0.05
"""What a plan rests on does not depend on the width that it aims at."""


@dataclass(frozen=True)
class Groundwork:
    """What is known beforehand of one programme.

    Attributes:
        bases: Both errors: share, design effect, answers, whether they are assumed.
        answer_rate: Share of visits that end with an answer.
        answer_rate_assumed: It was not measured.
        sizes: Families of each frame.
        districts: One row a district: district, receivers, non_receivers (families).
        period: Payment period that the next visits ask about.
    """

    bases: tuple[Basis, ...]
    answer_rate: float
    answer_rate_assumed: bool
    sizes: dict[str, int]
    districts: pd.DataFrame
    period: str


def groundwork(warehouse: Warehouse, programme: str) -> Groundwork | None:
    """Return what a plan for a programme rests on, None when nobody was paid for it."""
    try:
        frame = build_frame(warehouse, programmes=(programme,))
    except AuditError:
        return None
    plan = make_plan(warehouse, frame, half_width=ANY_WIDTH)
    counts = frame.families.groupby(["district", "frame"]).size().unstack(fill_value=0)
    return Groundwork(
        bases=plan.bases,
        answer_rate=plan.answer_rate,
        answer_rate_assumed=plan.answer_rate_assumed,
        sizes=frame.sizes,
        districts=counts.reindex(columns=list(FRAMES), fill_value=0).reset_index(),
        period=frame.period,
    )


@dataclass(frozen=True)
class Outlook:
    """What visits buy for one error of one programme; widths are shares (.03 = ± 3 percentage points)."""

    basis: Basis
    ground: Groundwork

    @property
    def visits_per_row(self) -> float:
        """Visits, of both frames, for one answer under the rate; 0 where the checks do not say how they were drawn."""
        return sum(self.basis.visits_per_row.values())

    @property
    def visits_now(self) -> float:
        """Visits behind the error as it is known now."""
        return 0.0 if self.basis.assumed else self.basis.answered * self.visits_per_row

    @property
    def districts(self) -> int:
        """Districts that visits are shared out among."""
        return len(self.ground.districts)

    def helped(self, gain: Gain | None) -> "Outlook | None":
        """Return the same with the model's help, None where it cannot help: its variance over that of the checks."""
        if gain is None or not self.basis.answered:
            return None
        ratio = self.basis.answered / (self.basis.answered + gain.visits)
        return replace(self, basis=replace(self.basis, design_effect=self.basis.design_effect * ratio))

    def widths(self, visits: Sequence[float], *, part: float = 1.0) -> np.ndarray:
        """Return the half-width that each number of visits gives, of a `part` of families and visits.

        Empty (NaN) where fewer answers than the least stand under the rate: none would be shown.
        """
        rows = np.asarray(visits, dtype=float) * part / self.visits_per_row
        whole = self.basis.population
        found = half_width(
            np.maximum(rows, 1.0),
            share=self.basis.share,
            design_effect=self.basis.design_effect,
            population=None if whole is None else max(whole * part, 1.0),
        )
        return np.where(rows < MINIMUM_DENOMINATOR, np.nan, found)

    def needed(self, width: float, *, part: float = 1.0) -> int:
        """Return the answers under the rate that a half-width takes."""
        whole = self.basis.population
        rows = visits_needed(
            width,
            share=self.basis.share,
            design_effect=self.basis.design_effect,
            population=None if whole is None else max(whole * part, 1.0),
        )
        return max(rows, MINIMUM_DENOMINATOR)

    def under(self, width: float) -> float:
        """Return the visits that bring the answers under the rate which a half-width takes."""
        return self.needed(width) * self.visits_per_row

    def visits(self, width: float) -> dict[str, int]:
        """Return the visits of each frame for a half-width; a draw leaves no district without visits of either."""
        rows = self.needed(width)
        least = self.ground.districts[list(FRAMES)].clip(upper=LEAST_IN_STRATUM).sum()
        return {
            name: min(max(math.ceil(rows * self.basis.visits_per_row[name]), int(least[name])), self.ground.sizes[name])
            for name in FRAMES
        }

    def parts(self) -> pd.Series:
        """Return each district's part of the receivers, by which visits are shared out, by district code."""
        own = self.ground.districts.set_index("district")["receivers"]
        return own / max(own.sum(), 1)

    def by_district(self, width: float) -> pd.DataFrame:
        """Return what each district gets of the visits for a half-width of the whole.

        Columns: district, visits, rows (answers under the rate), width (NaN = n too small), alone (visits that the
        district would need to reach the half-width by itself).
        """
        parts = self.parts()
        rows = self.needed(width) * parts
        visits = rows * self.visits_per_row
        alone = [math.ceil(self.needed(width, part=part) * self.visits_per_row) for part in parts]
        return pd.DataFrame(
            {
                "district": parts.index,
                "visits": visits.round().astype(int).to_numpy(),
                "rows": np.floor(rows).astype(int).to_numpy(),
                "width": [float(self.widths([self.under(width)], part=part)[0]) for part in parts],
                "alone": alone,
            }
        )


def command(visits: dict[str, int], *, dataset: str, programme: str) -> str:
    """Return the command that draws the families to visit."""
    receivers, others = (visits[name] for name in FRAMES)
    words = ["tepat", "audit", "draw", "--dataset", dataset, "--programme", programme]
    return shlex.join([*words, "--receivers", str(receivers), "--others", str(others)])
