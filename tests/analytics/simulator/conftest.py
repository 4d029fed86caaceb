"""One simulated pilot of 20,000 families, made once for all tests of the folder."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from analytics.simulator import SimulationSummary, simulate

UNTIL = dt.date(2026, 9, 30)
FAMILIES = 20_000


@dataclass(frozen=True)
class Simulated:
    exports: Path
    truth: Path
    summary: SimulationSummary
    stages: tuple[tuple[str, float], ...]

    def export(self, name: str) -> pl.DataFrame:
        return pl.read_parquet(self.exports / f"{name}.parquet")

    def true(self, name: str) -> pl.DataFrame:
        return pl.read_parquet(self.truth / f"{name}.parquet")

    def receivers(self, programme: str, period: str) -> pl.Series:
        paid = self.export("penyaluran").filter(program=programme, periode=period)
        return paid["no_kk"].unique()


@pytest.fixture(scope="session")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    folder = tmp_path_factory.mktemp("pilot")
    stages: list[tuple[str, float]] = []
    summary = simulate(
        families=FAMILIES,
        seed=20250918,
        until=UNTIL,
        exports=folder / "exports",
        truth=folder / "truth",
        progress=lambda stage, share: stages.append((stage, share)),
    )
    return Simulated(folder / "exports", folder / "truth", summary, tuple(stages))
