"""Checked families whose truth is known: poor families own less, and an agent's favour is in no record."""

import numpy as np
import pandas as pd
import pytest

from analytics.marts.groups import GROUPS
from analytics.risk.inputs import INPUTS, OWN
from analytics.risk.learners import Learners


def made(count: int = 1_500, *, seed: int = 1, measured: bool = True) -> Learners:
    rng = np.random.default_rng(seed)
    village = rng.integers(0, 75, count)
    level = rng.normal(0, 0.4, 75)
    welfare = level[village] + rng.normal(0, 1, count)
    inputs = np.full((count, len(INPUTS)), np.nan, dtype=np.float32)
    for name, slope in (
        ("has_car", 2.0),
        ("has_refrigerator", 1.5),
        ("has_motorcycle", 1.0),
        ("cooks_with_wood", -1.5),
    ):
        inputs[:, OWN.index(name)] = rng.random(count) < 1 / (1 + np.exp(-slope * welfare))
    inputs[:, OWN.index("floor_area")] = np.exp(3 + 0.3 * welfare + rng.normal(0, 0.3, count))
    inputs[:, OWN.index("size")] = rng.integers(1, 8, count)
    entitled = welfare < -0.3
    receives = rng.random(count) < np.where(entitled, 0.7, 0.3)
    rows = pd.DataFrame(
        {
            "family_id": [f"f{number}" for number in range(count)],
            "village": [f"35.10.{village % 5:02d}.{2000 + village}" for village in village],
            "district": [f"35.10.{village % 5:02d}" for village in village],
            "province": "35",
            "period": np.where(rng.random(count) < 0.6, "2026-Q1", "2026-Q2"),
        }
    )
    return Learners(
        programme="BPNT",
        inputs=inputs,
        entitled=entitled,
        welfare=np.exp(13 + 0.5 * welfare) if measured else np.full(count, np.nan),
        weight=rng.uniform(5, 15, count),
        receives=receives,
        rows=rows.assign(**dict.fromkeys(GROUPS, "no")),
        means=pd.DataFrame(),
        used=np.isfinite(inputs[:, : len(OWN)]).any(axis=0),
        too_little=0,
    )


@pytest.fixture(scope="session")
def checked() -> Learners:
    return made()
