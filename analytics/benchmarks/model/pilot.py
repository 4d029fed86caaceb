"""What the scores find in a simulated pilot, where the truth of every family is known and not only of those checked."""

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow.parquet as pq

from analytics.benchmarks.model.speed import Report
from analytics.eligibility import VERDICTS
from analytics.ingest import ingest
from analytics.ingest.pseudonyms import pseudonym_key, pseudonymise
from analytics.prediction.features import COLUMNS
from analytics.risk.calibration import Array, calibration_error
from analytics.risk.cross_validation import fitted
from analytics.risk.evaluation import SIDES, TOP, Side, scored
from analytics.risk.inputs import inputs, own_features
from analytics.risk.learners import Learners, learners
from analytics.risk.measures import Flags, auc, precision_at
from analytics.risk.scoring import BATCH_ROWS, score_all
from analytics.risk.training import train_all
from analytics.settings import Settings
from analytics.simulator import simulate
from analytics.store import Warehouse, open_store

FAMILIES = 60_000
UNTIL = dt.date(2026, 8, 17)
SEED = 20260817
MAPPING = Path(__file__).parents[3] / "examples" / "banyuwangi.toml"
REFUSED_FIRST = {"not_entitled": 0.0, "unknown": 0.5, "entitled": 1.0}
"""How entitled the rules hold a family; equals are put in a random order."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a ranking finds among the families of one side of a programme.

    Attributes:
        precision: By budget (share of the side that can be checked): share of the list that is on the wrong side.
        auc: Area under the curve against the truth.
    """

    ranking: str
    precision: dict[str, float]
    auc: float


@dataclass(frozen=True, kw_only=True)
class Corrupt:
    """Receivers who are not entitled and owe it, perhaps, to a corrupt agent; how many the top of the list holds.

    Attributes:
        kind: "agent" for all whom a corrupt agent registered, "relative" for those whom one made to look poor.
        cases: Their number, of those who have a score.
        found: By budget: share of them within it. A random list of that length finds the budget's share.
        others: By budget: share of the other receivers who are not entitled within it.
    """

    kind: str
    cases: int
    found: dict[str, float]
    others: dict[str, float]


@dataclass(frozen=True, kw_only=True)
class SideFound:
    """One score of one programme, on families that were never checked."""

    programme: str
    side: str
    families: int
    base_rate: float
    calibration_error: float
    rankings: list[Found]
    corrupt: list[Corrupt]


@dataclass(frozen=True, kw_only=True)
class Pilot:
    """A simulated pilot and what the scores find in it."""

    families: int
    seed: int
    checks: dict[str, int]
    seconds: dict[str, float]
    sides: list[SideFound]


def run(families: int, folder: Path, *, seed: int = SEED, report: Report) -> Pilot:
    """Simulate, ingest, train, score, and compare with the truth."""
    settings, exports, truth = Settings(home=folder, data_docs=False), folder / "exports", folder / "truth"
    clock = _Clock()
    report(f"Pilot of {families:,} families: simulating it")
    simulate(families=families, seed=seed, until=UNTIL, exports=exports, truth=truth)
    clock.lap("simulate")
    report("Pilot: ingest")
    ingest(MAPPING, exports, settings=settings)
    clock.lap("ingest")
    store = open_store(settings)
    warehouse = store.open()
    report("Pilot: train and evaluate")
    manifest = train_all(warehouse, settings)
    clock.lap("train and evaluate")
    report("Pilot: score")
    path = score_all(store, warehouse, settings, manifest)
    clock.lap("score")
    report("Pilot: compare with the truth")
    known = true_of(exports, truth, pseudonym_key(folder))
    scores = pd.read_parquet(path).merge(known, on="family_id")
    file = store.folder(warehouse.manifest.snapshot) / "tables" / "families.parquet"
    taught = {programme: learners(warehouse, programme) for programme in manifest.programmes}
    return Pilot(
        families=families,
        seed=seed,
        checks={programme: len(found) for programme, found in taught.items()},
        seconds=clock.laps,
        sides=[each for found in taught.values() for each in _programme(scores, warehouse, file, found, seed=seed)],
    )


class _Clock:
    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name], self._last = now - self._last, now


def true_of(exports: Path, truth: Path, key: bytes) -> pd.DataFrame:
    """Return family_id, entitled_pkh, entitled_bpnt, agent and relative (by a corrupt agent, made to look poor)."""
    filed = pl.read_parquet(exports / "pendaftaran.parquet", columns=["id_pendaftaran", "no_kk", "id_pendamping"])
    agents = pl.read_parquet(truth / "agents.parquet").filter("corrupt")["id_pendamping"]
    relatives = pl.read_parquet(truth / "relatives.parquet")["id_pendaftaran"]
    by = filed.group_by("no_kk").agg(
        agent=pl.col("id_pendamping").is_in(agents.implode()).any(),
        relative=pl.col("id_pendaftaran").is_in(relatives.implode()).any(),
    )
    families = pl.read_parquet(truth / "families.parquet").join(by, on="no_kk", how="left")
    return families.select(
        pl.Series("family_id", pseudonymise(families["no_kk"], key=key, scope="family_id")),
        "entitled_pkh", "entitled_bpnt", pl.col("agent").fill_null(value=False),
        pl.col("relative").fill_null(value=False),
    ).to_pandas()  # fmt: skip


def _programme(
    scores: pd.DataFrame, warehouse: Warehouse, file: Path, taught: Learners, *, seed: int
) -> Iterator[SideFound]:
    """Yield both sides of a programme, by families that taught nothing and have a score."""
    rows = scores[scores["programme"].eq(taught.programme) & scores["entitled"].notna()]
    rows = rows[~rows["family_id"].isin(taught.rows["family_id"])]
    rows = rows.merge(_proxy_means(taught, file), on="family_id").merge(_ruled(warehouse, taught), on="family_id")
    # The order of the file must not decide between equals.
    rows = rows.sample(frac=1, random_state=seed).reset_index(drop=True)
    truth = rows[f"entitled_{taught.programme.lower()}"].to_numpy(dtype=bool)
    for side in SIDES:
        own = rows["receives"].to_numpy() == side.receives
        yield side_found(rows[own].reset_index(drop=True), truth[own], side, programme=taught.programme)


def side_found(rows: pd.DataFrame, truth: Flags, side: Side, *, programme: str) -> SideFound:
    """Compare the rankings of one side with the truth.

    Args:
        rows: entitled, proxy, ruled (each the higher, the likelier entitled), agent, relative.
        truth: Whether entitled.
        side: Whom the rows are of.
        programme: What they receive or not.
    """
    happened, alike = truth != side.receives, np.ones(len(rows))
    rankings = {
        name: scored(rows[column].to_numpy(dtype=float), side)
        for name, column in (("XGBoost", "entitled"), ("proxy-means test", "proxy"), ("rules", "ruled"))
    }
    return SideFound(
        programme=programme,
        side=side.name,
        families=len(rows),
        base_rate=float(happened.mean()),
        calibration_error=calibration_error(rankings["XGBoost"], happened, alike),
        rankings=[
            Found(
                ranking=name,
                precision={f"{share:.0%}": precision_at(score, happened, alike, share) for share in TOP},
                auc=auc(score, happened, alike),
            )
            for name, score in rankings.items()
        ],
        corrupt=_corrupt(rows, happened, rankings["XGBoost"]) if side.receives else [],
    )


def _corrupt(rows: pd.DataFrame, wrong: Flags, score: Array) -> list[Corrupt]:
    """Return which share of the corrupt cases lies within each budget."""
    place = np.empty(len(score))
    place[np.argsort(-score, kind="stable")] = (np.arange(len(score)) + 1) / len(score)
    others = wrong & ~rows["agent"].to_numpy(dtype=bool)
    found = []
    for kind in ("agent", "relative"):
        cases = wrong & rows[kind].to_numpy(dtype=bool)
        found.append(
            Corrupt(kind=kind, cases=int(cases.sum()), found=_within(place[cases]), others=_within(place[others]))
        )
    return found


def _within(place: Array) -> dict[str, float]:
    return {f"{share:.0%}": float((place <= share).mean()) if len(place) else float("nan") for share in TOP}


def _proxy_means(taught: Learners, file: Path) -> pd.DataFrame:
    """Return family_id and the proxy-means test of the same checks, the likelier entitled the higher."""
    margin = fitted("proxy_means", taught)
    parquet = pq.ParquetFile(file)
    wanted = ["family_id", "village", *(each.name for each in COLUMNS if each.name in parquet.schema_arrow.names)]
    parts: list[dict[str, Any]] = []
    for batch in parquet.iter_batches(BATCH_ROWS, columns=wanted):
        rows = batch.to_pandas()
        matrix = inputs(own_features(rows), rows["village"], taught.means)
        parts.append({"family_id": rows["family_id"], "proxy": margin(matrix)[:, 0]})
    return pd.concat([pd.DataFrame(part) for part in parts])


def _ruled(warehouse: Warehouse, taught: Learners) -> pd.DataFrame:
    ruled = warehouse.table(VERDICTS, room="derived")
    found = warehouse.run(ruled.filter(ruled.programme == taught.programme).select("family_id", "verdict"))
    return pd.DataFrame({"family_id": found["family_id"], "ruled": found["verdict"].map(REFUSED_FIRST)})
