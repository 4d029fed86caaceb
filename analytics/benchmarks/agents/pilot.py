"""The simulated pilot, whose corrupt agents are known: who of them is proposed, and who is proposed for nothing."""

import datetime as dt
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from analytics.agents.cells import TABLES, count
from analytics.agents.expected import residual_variance
from analytics.agents.indicators import INDICATORS
from analytics.agents.judging import judge_agents
from analytics.benchmarks.agents.simulation import RAW
from analytics.estimation.intervals import clopper_pearson
from analytics.ingest import ingest
from analytics.ingest.pseudonyms import pseudonym_key, pseudonymise
from analytics.settings import Settings
from analytics.simulator import simulate
from analytics.store import open_store

UNTIL: Final = dt.date(2026, 8, 17)
MAPPING: Final = Path(__file__).parents[3] / "examples" / "banyuwangi.toml"
Report = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a review finds of corrupt agents.

    Attributes:
        families, agents, corrupt: Of the pilot.
        proposed, right: Agents proposed, and those of them who are corrupt.
        raw, raw_right: The same beyond three standard errors of any indicator, adjusted for case mix alone.
    """

    families: int
    agents: int
    corrupt: int
    proposed: int
    right: int
    raw: int
    raw_right: int

    def recall(self) -> tuple[float, float, float]:
        """Return the share of the corrupt that is proposed, with its 95 % interval (Clopper–Pearson)."""
        ends = clopper_pearson(self.right, self.corrupt)
        return self.right / self.corrupt, ends.low, ends.high

    def precision(self) -> tuple[float, float, float]:
        """Return the share of the proposed that is corrupt, with its 95 % interval."""
        ends = clopper_pearson(self.right, max(self.proposed, 1))
        return self.right / max(self.proposed, 1), ends.low, ends.high


def run(families: int, folder: Path, *, level: float, seed: int = 1, report: Report) -> Found:
    """Simulate a pilot, publish it and review its agents."""
    settings = Settings(home=folder, data_docs=False)
    exports, truth = folder / "exports", folder / "truth"
    report(f"{families:,} families: simulating the pilot")
    simulate(families=families, seed=seed, until=UNTIL, exports=exports, truth=truth)
    report(f"{families:,} families: publishing it")
    ingest(MAPPING, exports, settings=settings)
    report(f"{families:,} families: reviewing its agents")
    return evaluate(settings, truth, families=families, level=level)


def evaluate(settings: Settings, truth: Path, *, families: int, level: float) -> Found:
    """Review the agents of the pilot that is published, and compare with who is corrupt in truth."""
    with closing(open_store(settings).open()) as warehouse:
        known = warehouse.names("tables")
        counted = count({name: warehouse.table(name) for name in TABLES if name in known}, warehouse.run)
    judged = judge_agents(counted.cells, level=level)
    agents = pl.read_parquet(truth / "agents.parquet")
    ids = pseudonymise(agents["id_pendamping"], key=pseudonym_key(settings.home), scope="agent_id")
    worked = judged.agents["agent_id"]
    bad = worked.isin(ids.filter(agents["corrupt"]).to_list()).to_numpy()
    proposed = judged.agents["proposed"].to_numpy(bool)
    raw = np.zeros(len(worked), bool)
    for name, each in judged.indicators.items():
        rows = each.agents.set_index("agent_id").reindex(worked)
        observed, expected, exposure = (rows[column].to_numpy(float) for column in ("observed", "expected", "exposure"))
        if INDICATORS[name].kind == "mean":
            variance = residual_variance(counted.cells[name], mix=INDICATORS[name].mix)
            far = (expected - observed) / np.sqrt(variance * exposure)
        else:
            far = (observed - expected) / np.sqrt(np.maximum(expected, 1e-9))
        raw |= np.nan_to_num(far) > RAW
    return Found(
        families=families, agents=len(worked), corrupt=int(bad.sum()), proposed=int(proposed.sum()),
        right=int((proposed & bad).sum()), raw=int(raw.sum()), raw_right=int((raw & bad).sum()),
    )  # fmt: skip
