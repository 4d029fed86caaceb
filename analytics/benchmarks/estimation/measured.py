"""One line of the benchmark of estimators."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """A simulated quantity and the range that it has to lie in."""

    setting: str
    estimator: str
    quantity: str
    """coverage (of nominal 95 % intervals), width (mean), width ratio or RMSE ratio."""
    value: float
    error: float
    """Standard error of the simulation; NaN where it was not computed."""
    least: float | None
    most: float | None

    @property
    def holds(self) -> bool:
        """Whether the value lies in its range; true where none is set."""
        return (self.least is None or self.value >= self.least) and (self.most is None or self.value <= self.most)
