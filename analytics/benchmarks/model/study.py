"""The model on the 5,756 households of the 2012 study, figure by figure against what was aimed at.

The households themselves are published on a temporary home and never enter the project.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analytics.benchmarks.model.speed import Report
from analytics.ingest import ingest
from analytics.risk.learners import learners
from analytics.risk.training import evaluated
from analytics.settings import Settings
from analytics.store import open_store

MAPPING = Path(__file__).parents[3] / "examples" / "alatas2012.toml"
PROGRAMME = "BLT-2008"
POOREST = 0.4
"""Share of the families that stands for entitled, by measured consumption."""
REPEATS = 3
AIMS = {
    "AUC": (0.84, "least"),
    "receivers above the line: AUC": (0.78, "least"),
    "receivers above the line: precision, top 5%": (0.91, "least"),
    "receivers above the line: precision, top 10%": (0.86, "least"),
    "receivers above the line: precision, top 20%": (0.79, "least"),
    "calibration error": (0.03, "most"),
    "receivers above the line: calibration error": (0.03, "most"),
}
"""What was aimed at before this was measured (assumed)."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure of the model beside the proxy-means test's, and what was aimed at."""

    name: str
    value: float
    proxy_means: float
    aim: float
    direction: str

    @property
    def holds(self) -> bool:
        """Whether the aim is reached."""
        return self.value >= self.aim if self.direction == "least" else self.value <= self.aim


@dataclass(frozen=True, kw_only=True)
class Study:
    """What the evaluation says, see `analytics.risk.training.evaluated`."""

    evaluation: dict[str, Any]
    figures: list[Figure]


def run(source: Path, *, report: Report) -> Study:
    """Publish the households of the study, evaluate the model ten-fold by village, three partitions."""
    report("Study of 2012: ingest and evaluate")
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home), data_docs=False)
        ingest(MAPPING, source, settings=settings)
        found = learners(open_store(settings).open(), PROGRAMME, poorest=POOREST)
        return compared(evaluated(found, repeats=REPEATS))


def compared(evaluation: dict[str, Any]) -> Study:
    """Put an evaluation beside what was aimed at."""
    model, other = (_named(evaluation["models"][name]) for name in ("xgboost", "proxy_means"))
    figures = [
        Figure(name=name, value=model[name], proxy_means=other[name], aim=aim, direction=direction)
        for name, (aim, direction) in AIMS.items()
    ]
    return Study(evaluation=evaluation, figures=figures)


def _named(model: dict[str, Any]) -> dict[str, float]:
    side = model["sides"]["not_entitled_receiver"]
    return {
        "AUC": model["auc"],
        "calibration error": model["calibration_error"],
        "receivers above the line: AUC": side["auc"],
        "receivers above the line: calibration error": side["calibration_error"],
        **{f"receivers above the line: precision, top {share}": value for share, value in side["precision"].items()},
    }
