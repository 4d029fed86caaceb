"""One measurement, in the process of its own that runs it: `python -m analytics.benchmarks.model.tasks …`.

The clock starts after the imports. Tepat's side is the product's own code: `learn`, `Ensembles`, `Calibration`.
"""

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import xgboost

from analytics.benchmarks.model import plain
from analytics.benchmarks.model.families import BATCH_ROWS, DISTRICT, DISTRICTS, LABEL, NAMES, RECEIVES
from analytics.risk.batches import MEMORY, matrix, stored
from analytics.risk.calibration import Calibration
from analytics.risk.model import ENTITLED, Ensembles, learn, parameters

FLAGGED = 0.01
"""Share of the families that is explained, the likeliest entitled: more than anybody can check."""
IDENTITY = Calibration(
    intercept=0.0, slopes=(1.0,), receivers=0.0, receivers_slopes=(0.0,),
    districts={f"35.10.{number:02d}": 0.0 for number in range(1, DISTRICTS + 1)},
)  # fmt: skip
"""A calibration that costs what any does and changes nothing, so that both sides must give the same scores."""


def model_of(folder: Path, who: str) -> Path:
    """Return where a side's model is kept."""
    return folder / f"{who}.ubj"


def scores_of(folder: Path, who: str) -> Path:
    """Return where a side's scores are kept."""
    return folder / f"{who}-scores.parquet"


def contributions_of(folder: Path, who: str) -> Path:
    """Return where a side's reasons are kept."""
    return folder / f"{who}-reasons.npy"


def flagged_of(folder: Path) -> Path:
    """Return where it is kept which rows are explained, by both sides."""
    return folder / "flagged.npy"


def flag(folder: Path) -> None:
    """Choose the rows to explain: trees give many families equal scores, and each side would cut them elsewhere."""
    scores = pq.read_table(scores_of(folder, "plain"))["entitled"].to_numpy()
    chosen = np.zeros(len(scores), dtype=bool)
    chosen[np.argsort(-scores, kind="stable")[: round(FLAGGED * len(scores))]] = True
    np.save(flagged_of(folder), chosen)


def _tepat(task: str, folder: Path, path: Path, rounds: int) -> int:
    if task == "train":
        batches = stored(path, names=NAMES, label=LABEL)
        learn(batches, ENTITLED, rounds=rounds, scratch=folder).save_model(model_of(folder, "tepat"))
        return batches.rows
    ensembles = Ensembles(boosters={ENTITLED: xgboost.Booster(model_file=model_of(folder, "tepat"))})
    return _score(ensembles, path, folder) if task == "score" else _explain(ensembles, path, folder)


def _score(ensembles: Ensembles, path: Path, folder: Path) -> int:
    schema, count = pa.schema([("entitled", pa.float64())]), 0
    with pq.ParquetWriter(scores_of(folder, "tepat"), schema, compression="zstd") as writer:
        columns = [*NAMES, RECEIVES, DISTRICT]
        for rows in pq.ParquetFile(path).iter_batches(BATCH_ROWS, columns=columns):
            receives = rows[RECEIVES].to_numpy(zero_copy_only=False)
            district: pd.Series[str] = rows[DISTRICT].to_pandas()
            found = IDENTITY.probability(ensembles.margins(matrix(rows, NAMES)), receives, district)
            writer.write_table(pa.table({"entitled": found}, schema=schema))
            count += len(found)
    return count


def _explain(ensembles: Ensembles, path: Path, folder: Path) -> int:
    chosen = np.load(flagged_of(folder))
    parts, first = [], 0
    for rows in pq.ParquetFile(path).iter_batches(BATCH_ROWS, columns=list(NAMES)):
        flagged = matrix(rows, NAMES)[chosen[first : first + len(rows)]]
        data = xgboost.DMatrix(flagged, feature_names=list(NAMES))
        parts.append(ensembles.boosters[ENTITLED].predict(data, pred_contribs=True))
        first += len(rows)
    np.save(contributions_of(folder, "tepat"), np.concatenate(parts))
    return int(chosen.sum())


def _plain(task: str, folder: Path, path: Path, rounds: int) -> int:
    model, scores = model_of(folder, "plain"), scores_of(folder, "plain")
    rows = int(pq.ParquetFile(path).metadata.num_rows)
    if task == "train":
        on_disk = stored(path, names=NAMES, label=LABEL).quantised_bytes > MEMORY  # the kind of matrix that Tepat takes
        cache = folder / "plain-cache" if on_disk else None
        plain.train(
            path, NAMES, LABEL, parameters(ENTITLED, NAMES), rounds=rounds, rows=BATCH_ROWS, cache=cache, to=model
        )
        return rows
    if task == "score":
        plain.score(path, NAMES, model, rows=BATCH_ROWS, to=scores)
        return rows
    found = plain.explain(path, NAMES, model, np.load(flagged_of(folder)), rows=BATCH_ROWS)
    np.save(contributions_of(folder, "plain"), found)
    return len(found)


def main(task: str, who: str, folder: Path, rounds: int) -> dict[str, float]:
    """Run a task and return rows, seconds, cpu_seconds, peak_gib."""
    work = {"tepat": _tepat, "plain": _plain}[who]
    before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    rows = work(task, folder, folder / "families.parquet", rounds)
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"rows": rows, "seconds": seconds, "cpu_seconds": cpu, "peak_gib": _peak_bytes() / 2**30}


def _peak_bytes() -> int:
    """Return this program's peak of memory; what Linux says of a process may be its parent's from before it began."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))))
