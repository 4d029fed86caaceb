"""What a metric is: everything that its label must say. A test fails on a gap."""

from dataclasses import dataclass
from typing import Literal

from analytics.disclosure.thresholds import LEAST_DENOMINATOR
from analytics.marts import MARTS
from validation.text import Text

UnitOfMetric = Literal["count", "share", "rupiah", "seconds", "mean"]
Polarity = Literal["higher_is_better", "lower_is_better", "neutral"]
Kind = Literal["register", "sample"]

Where = dict[str, tuple[str | bool, ...]]
MINIMUM_N = LEAST_DENOMINATOR
"""Fewest rows under a rate that is shown."""
RESULT = ["value", "low", "high", "se", "numerator", "denominator", "n", "reason", "method"]
"""Columns of every result; `reason` says why a value is empty: "", "no_data", "small_n", "one_cluster",
"withheld" (a region of few, or one that would tell of another); `method` how it was found: "count" (register
metrics), "direct", "ppi" (with the model's help) or "small_area"."""


@dataclass(frozen=True, kw_only=True)
class Cells:
    """Which cells of a mart are added up: `column` over the rows that satisfy any of `where`."""

    column: str
    where: tuple[Where, ...] = ({},)


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric.

    A `register` metric counts everything there is; a `sample` metric is estimated from the random field checks and
    always comes with an interval.
    """

    id: str
    label: Text
    unit: UnitOfMetric
    polarity: Polarity
    mart: str
    numerator: Cells
    numerator_says: Text
    denominator: Cells | None = None
    denominator_says: Text | None = None
    excludes: Text
    source: Text
    owner: Text
    refresh_days: int
    """Age of the data in days after which a page shows the figure as old."""
    target: float | None = None
    minimum_n: int = MINIMUM_N
    kind: Kind = "register"

    @property
    def dimensions(self) -> tuple[str, ...]:
        """What the metric can be filtered and grouped by."""
        return MARTS[self.mart].dimensions
