"""Scoring every family of a snapshot with a saved model, a batch at a time."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analytics.marts.common import with_district
from analytics.prediction.features import COLUMNS
from analytics.risk.cells import keep_cells
from analytics.risk.cross_validation import Progress
from analytics.risk.inputs import LEAST_KNOWN, inputs, known_share, own_features
from analytics.risk.learners import RiskError, surroundings, without_category
from analytics.risk.saved import Loaded, ModelManifest, load
from analytics.risk.switch import demand_switched_on
from analytics.settings import Settings
from analytics.store import Store, Warehouse

BATCH_ROWS = 200_000
SAMPLE = 50_000
"""Families that a model's scores are compared by, the first by their pseudonym, a keyed hash: as good as drawn at
random. The share in a tenth has a standard error of .0013."""
SCHEMA = pa.schema(
    [
        pa.field("family_id", pa.string(), nullable=False),
        pa.field("programme", pa.string(), nullable=False),
        pa.field("village", pa.string(), nullable=False),
        pa.field("receives", pa.bool_(), nullable=False),
        pa.field("entitled", pa.float64()),
    ]
)


def scores_path(settings: Settings, manifest: ModelManifest, snapshot: str) -> Path:
    """Return where the scores of a snapshot by a model are kept."""
    return settings.home / "models" / manifest.dataset / manifest.id / f"scores-{snapshot}.parquet"


def score_all(
    store: Store,
    warehouse: Warehouse,
    settings: Settings,
    manifest: ModelManifest,
    *,
    progress: Progress = lambda _what, _share: None,
) -> Path:
    """Write the calibrated probability of being entitled of every family and programme.

    A family receives when it was paid for the programme in the latest period that anybody was paid for. Families of
    whose record too little is known have no score.

    Returns:
        The Parquet file: family_id, programme, village, receives, entitled (probability, empty = too little known).

    Raises:
        ModelError: a model's file is not the one that was evaluated.
        RiskError: the model was trained on another data set, or the scores are switched off.
    """
    demand_switched_on(settings)
    demand_same_dataset(manifest, warehouse)
    models = {programme: load(settings.home, manifest, programme) for programme in manifest.programmes}
    tables = {name: warehouse.table(name) for name in ("families", "regions")}
    means, used = surroundings(warehouse, tables)
    districts = warehouse.run(with_district(tables["families"].select("village").distinct(), tables))
    district = districts.set_index("village")["district"]
    paid = {programme: paid_now(warehouse, programme) for programme in models}
    reached = {programme: reached_by(warehouse, tables["families"], programme) for programme in models}
    path = scores_path(settings, manifest, warehouse.manifest.snapshot)
    temporary = path.with_suffix(".tmp")
    file = pq.ParquetFile(store.folder(warehouse.manifest.snapshot) / "tables" / "families.parquet")
    wanted = ["family_id", "village", *(each.name for each in COLUMNS if each.name in file.schema_arrow.names)]
    done = 0
    with pq.ParquetWriter(temporary, SCHEMA, compression="zstd") as writer:
        for batch in file.iter_batches(BATCH_ROWS, columns=wanted):
            rows = batch.to_pandas()
            own = own_features(rows)
            enough = known_share(own, used) >= LEAST_KNOWN
            matrix = inputs(own, rows["village"], means)
            for programme, model in models.items():
                receives = rows["family_id"].isin(paid[programme]).to_numpy()
                found = _scored(model, matrix, receives, rows["village"].map(district))
                table = _table(rows, programme, receives, np.where(enough, found, np.nan))
                writer.write_table(table.filter(rows["family_id"].isin(reached[programme]).to_numpy()))
            done += len(rows)
            progress("score", done / max(file.metadata.num_rows, 1))
    temporary.replace(path)
    keep_cells(store, settings, manifest, warehouse.manifest.snapshot, scores=path)
    return path


def sampled(warehouse: Warehouse) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Return SAMPLE families (family_id, village, place = district), their inputs, and of whom enough is known."""
    tables = {name: warehouse.table(name) for name in ("families", "regions")}
    means, used = surroundings(warehouse, tables)
    chosen = tables["families"].order_by("family_id").limit(SAMPLE)
    chosen = chosen.select("family_id", "village", *(column.name for column in COLUMNS))
    rows = warehouse.run(with_district(chosen, tables)).rename(columns={"district": "place"})
    own = own_features(rows)
    return rows, inputs(own, rows["village"], means), known_share(own, used) >= LEAST_KNOWN


def _scored(model: Loaded, matrix: np.ndarray, receives: np.ndarray, district: "pd.Series[str]") -> np.ndarray:
    return model.calibration.probability(model.ensembles.margins(matrix), receives, district)


def demand_same_dataset(manifest: ModelManifest, warehouse: Warehouse) -> None:
    """Refuse to speak of families of another data set than the model learnt from.

    Raises:
        RiskError: names both.
    """
    if manifest.dataset != warehouse.manifest.dataset.name:
        raise RiskError(
            f"The model {manifest.id} was trained on {manifest.dataset}.",
            next_step=f"Train one on {warehouse.manifest.dataset.name} with `tepat train`.",
        )


def paid_now(warehouse: Warehouse, programme: str, family_ids: Sequence[str] | None = None) -> pd.Index:
    """Return the families that were paid in the latest period that anybody was paid for; among some, or all."""
    if "payments" not in warehouse.names("tables"):
        return pd.Index([])
    payments = warehouse.table("payments")
    payments = payments.filter((payments.amount > 0) & (payments.programme == programme))
    latest = payments.filter(payments.period == payments.period.max())
    if family_ids is not None:
        latest = latest.filter(latest.family_id.isin(family_ids))
    families: pd.Index = pd.Index(warehouse.run(latest.select("family_id").distinct())["family_id"])
    return families


def reached_by(warehouse: Warehouse, families: Any, programme: str) -> pd.Index:
    """Return the families with a member whom the programme is for, as far as is known."""
    found = without_category(families.select("family_id"), warehouse, programme)
    reached: pd.Index = pd.Index(warehouse.run(found)["family_id"])
    return reached


def _table(rows: pd.DataFrame, programme: str, receives: np.ndarray, entitled: np.ndarray) -> pa.Table:
    return pa.table(
        {
            "family_id": rows["family_id"].to_numpy(dtype=object),
            "programme": [programme] * len(rows),
            "village": rows["village"].to_numpy(dtype=object),
            "receives": receives,
            "entitled": pa.array(entitled, from_pandas=True),
        },
        schema=SCHEMA,
    )
