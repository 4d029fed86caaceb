"""The plan: how many visits a target interval needs, from what the last random checks have shown."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from analytics.audits.frame import FRAMES, Frame
from analytics.audits.planning import visits_needed
from analytics.estimation.intervals import LEVEL
from analytics.metrics import METRICS, Filters, measure
from analytics.metrics.scope import scope
from analytics.store import Warehouse

ASSUMED_SHARE = 0.5
"""The share whose interval is widest, where no check has shown one (assumed)."""
ASSUMED_DESIGN_EFFECT = 1.5
"""Where no check has shown one (assumed)."""
ASSUMED_YIELD = 0.9
"""Share of visits that end with an answer, where no check has shown one (assumed)."""
ERRORS = ("inclusion_error", "exclusion_error")


@dataclass(frozen=True, kw_only=True)
class Basis:
    """What is known beforehand of one error of one programme.

    Attributes:
        error: Metric.
        programme: Programme.
        share: The error.
        design_effect: Variance over that of a simple random sample of as many rows, at least 1.
        answered: Rows under it in the last checks; 0 = there were none.
        assumed: Nothing was measured: share and design effect are assumed.
        population: Families that the share is of; None where not known.
        visits_per_row: Visits of each frame for one row under the rate, as the last checks were shared out.
    """

    error: str
    programme: str
    share: float
    design_effect: float
    answered: int
    assumed: bool
    population: float | None
    visits_per_row: dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A plan.

    Attributes:
        bases: What it rests on, one for each error and programme.
        needs: One row an error and programme: error, programme, rows (answers under the rate), receivers and
            non_receivers (visits); with districts one row for each, with district and the rows for it.
        visits: Visits of each frame: the most that any rate needs.
        answer_rate: Share of visits that end with an answer.
        answer_rate_assumed: It was not measured.
        cost: Rupiah, None without a cost of a visit.
    """

    bases: tuple[Basis, ...]
    needs: pd.DataFrame
    visits: dict[str, int]
    answer_rate: float
    answer_rate_assumed: bool
    cost: int | None

    def as_json(self) -> dict[str, object]:
        """Return the plan as plain data."""
        return {
            "basis": [asdict(basis) for basis in self.bases],
            "needs": self.needs.to_dict("records"),
            "visits": self.visits | {"all": sum(self.visits.values())},
            "answer_rate": self.answer_rate,
            "answer_rate_assumed": self.answer_rate_assumed,
            "cost": self.cost,
        }


def make_plan(
    warehouse: Warehouse,
    frame: Frame,
    *,
    half_width: float,
    level: float = LEVEL,
    by_district: bool = False,
    visit_cost: int | None = None,
) -> Plan:
    """Return the visits that bring both errors of every programme within ± `half_width`.

    The inclusion error needs receivers. The exclusion error needs entitled families, whom nobody can draw: so many
    visits of both frames, shared out as in the last checks, as find enough of them. Shares and design effects are of
    the last random checks; these drew villages first, so that a draw of families directly needs rather fewer.

    Args:
        warehouse: The snapshot.
        frame: What will be drawn from.
        half_width: Half the width of the interval, as a share.
        level: Coverage of the interval.
        by_district: The target is for each district by itself, with the share and design effect of the whole.
        visit_cost: Rupiah a visit.

    Raises:
        EstimationError: the half-width or level does not lie between 0 and 1.
    """
    rate, assumed, per_frame = _answers(warehouse, frame)
    bases = tuple(
        _basis(warehouse, frame, error=error, programme=programme, rate=rate, per_frame=per_frame)
        for programme in frame.programmes
        for error in ERRORS
    )
    families = frame.families
    places: Mapping[str, pd.DataFrame] = (
        {str(name): own for name, own in families.groupby("district")} if by_district else {"": families}
    )
    needs = pd.DataFrame(
        [
            _need(basis, place, own, families=families, half_width=half_width, level=level)
            for place, own in places.items()
            for basis in bases
        ]
    )
    most = needs.groupby("district")[list(FRAMES)].max().sum()
    visits = {name: int(most[name]) for name in FRAMES}
    return Plan(
        bases=bases,
        needs=needs if by_district else needs.drop(columns="district"),
        visits=visits,
        answer_rate=rate,
        answer_rate_assumed=assumed,
        cost=None if visit_cost is None else visit_cost * sum(visits.values()),
    )


def _answers(warehouse: Warehouse, frame: Frame) -> tuple[float, bool, dict[str, float]]:
    """Return the share of the last random visits with an answer, whether it is assumed, and visits by frame."""
    if "audits" not in warehouse.names("tables"):
        return ASSUMED_YIELD, True, {}
    checks = warehouse.table("audits")
    checks = checks.filter(
        (checks.reason == "random")
        & checks.period.isin(list(scope(warehouse).recent_periods))
        & checks.programme.isin(list(frame.programmes))
    )
    counts = warehouse.run(
        checks.group_by("frame").aggregate(visits=checks.count(), answered=checks.entitled.count())
    ).set_index("frame")
    total = counts["visits"].sum()
    if not total:
        return ASSUMED_YIELD, True, {}
    programmes, families = len(frame.programmes), max(sum(frame.sizes.values()), 1)
    # Checks that were drawn from all families at once met receivers as often as there are.
    elsewhere = float(counts["visits"].drop(list(FRAMES), errors="ignore").sum())
    return (
        float(counts["answered"].sum() / total),
        False,
        {
            name: (float(counts["visits"].get(name, 0)) + elsewhere * frame.sizes[name] / families) / programmes
            for name in FRAMES
        },
    )


def _basis(
    warehouse: Warehouse, frame: Frame, *, error: str, programme: str, rate: float, per_frame: dict[str, float]
) -> Basis:
    filters = Filters(programme=programme, periods=scope(warehouse).recent_periods)
    found = measure(warehouse, METRICS[error], filters)
    row = found.iloc[0] if len(found) else None
    shown = row is not None and pd.notna(row["value"])
    share = float(row["value"]) if row is not None and shown else ASSUMED_SHARE
    n = int(row["n"]) if row is not None else 0
    effect = ASSUMED_DESIGN_EFFECT
    flat = not 0 < share < 1
    if row is not None and shown and not flat:
        effect = max(float(row["se"]) ** 2 * n / (share * (1 - share)), 1.0)
    if error == "inclusion_error":
        paid = frame.paid[programme]
        population: float | None = float(paid)
        # The frame's receivers are of any of the programmes.
        visits_per_row = {"receivers": frame.sizes["receivers"] / paid / rate, "non_receivers": 0.0}
    else:
        population = float(row["denominator"]) if row is not None and shown else None
        # Half of the receivers are entitled, and half of the entitled are no receivers: as many outside.
        hit = ASSUMED_SHARE / 2 + ASSUMED_SHARE / 2 * frame.sizes["receivers"] / max(frame.sizes["non_receivers"], 1)
        visits_per_row = (
            {name: per_frame.get(name, 0.0) / n for name in FRAMES}
            if shown and n
            else dict.fromkeys(FRAMES, 0.5 / rate / hit)
        )
    return Basis(
        error=error,
        programme=programme,
        share=ASSUMED_SHARE if flat else share,
        design_effect=effect,
        answered=n,
        assumed=not shown or flat,
        population=population,
        visits_per_row=visits_per_row,
    )


def _need(
    basis: Basis, place: str, own: pd.DataFrame, *, families: pd.DataFrame, half_width: float, level: float
) -> dict[str, object]:
    """Return the row of `Plan.needs`; a district's part of the population is its part of the receivers."""
    receivers = families["frame"] == FRAMES[0]
    here = own["frame"] == FRAMES[0]
    part = float(here.sum() / max(receivers.sum(), 1))
    population = None if basis.population is None else max(basis.population * part, 1.0)
    rows = visits_needed(
        half_width, share=basis.share, design_effect=basis.design_effect, population=population, level=level
    )
    sizes: Sequence[int] = (int(here.sum()), int((~here).sum()))
    visits = {
        name: min(math.ceil(rows * basis.visits_per_row[name] - np.finfo(float).eps), size)
        for name, size in zip(FRAMES, sizes, strict=True)
    }
    return {"district": place, "error": basis.error, "programme": basis.programme, "rows": rows} | visits
