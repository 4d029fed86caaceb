"""Cross-fitting by village: each family's prediction comes from a model trained on the checks of other villages.

Source: Zrnic & Candès 2024, Cross-prediction-powered inference (PNAS 121); whole villages are left out together, since
neighbours resemble each other.
"""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analytics.prediction.features import COLUMNS, FEATURES, as_numbers
from analytics.store import Warehouse

if TYPE_CHECKING:
    import xgboost

PREDICTIONS = "predictions"
"""Name of the table in the room `derived`: family_id, programme, probability (of being entitled), fold."""

FOLDS = 5
LEAST_LABELS = 200
"""Checks of a programme below which nothing is predicted (assumed)."""
LEAST_OF_EACH = 20
"""Entitled and not entitled families that each model must have seen at least (assumed)."""
ROUNDS = 150
PARAMETERS = {
    "objective": "binary:logistic", "max_depth": 3, "eta": 0.08, "min_child_weight": 5, "subsample": 0.8,
    "colsample_bytree": 0.8, "tree_method": "hist", "seed": 20120401, "verbosity": 0,
}  # fmt: skip
"""Small trees, few rounds: prediction need not be perfect, only not random (assumed; estimates hold for any model)."""
BATCH_ROWS = 200_000

SCHEMA = pa.schema(
    [
        pa.field("family_id", pa.string(), nullable=False),
        pa.field("programme", pa.string(), nullable=False),
        pa.field("probability", pa.float64(), nullable=False),
        pa.field("fold", pa.int64(), nullable=False),
    ]
)


def predictions(warehouse: Warehouse) -> pd.DataFrame | None:
    """Return the predictions of a snapshot, None when its checks were too few.

    Returns:
        family_id, programme, probability (0 to 1), fold (the one that the family's village is in).
    """
    if PREDICTIONS not in warehouse.names("derived"):
        return None
    return warehouse.run(warehouse.table(PREDICTIONS, room="derived"))


def predict_all(tables: dict[str, Any], families: Path, path: Path) -> bool:
    """Write the predictions of every family and programme; memory holds a batch of families.

    Only checks that were drawn at random and answered teach, with their design weight.

    Args:
        tables: Ibis tables of the contract.
        families: Parquet file of the table families, read a batch at a time.
        path: Parquet file to write.

    Returns:
        Whether any programme had checks enough; without, no file is written.
    """
    if "audits" not in tables or "families" not in tables:
        return False
    labelled = _labelled(tables)
    models = {
        str(programme): fitted
        for programme, rows in labelled.groupby("programme", sort=True)
        if (fitted := _fit(rows)) is not None
    }
    if not models:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        for batch in _families(families):
            for programme, fitted in models.items():
                writer.write_table(_predicted(batch, programme, fitted))
    return True


def fold_of(villages: pd.Series) -> npt.NDArray[np.int64]:
    """Return the fold of each village, the same in every snapshot."""
    codes, names = pd.factorize(villages)
    folds = np.array([zlib.crc32(str(name).encode()) % FOLDS for name in names], dtype=np.int64)
    return folds[codes]


def _labelled(tables: dict[str, Any]) -> pd.DataFrame:
    """Return the families of the random checks that were answered: features, village, programme, entitled, weight."""
    checks = tables["audits"]
    checks = checks.filter(checks.entitled.notnull() & (checks.inclusion_probability > 0))
    checks = checks.select("family_id", "programme", "period", "entitled", weight=1.0 / checks.inclusion_probability)
    families = tables["families"]
    families = families.select(
        "family_id", "village", *(column.name for column in COLUMNS if column.name in families.columns)
    )
    rows: pd.DataFrame = checks.join(families, "family_id").to_pyarrow().to_pandas()
    return rows.sort_values(["programme", "period", "family_id"], ignore_index=True)


def _fit(rows: pd.DataFrame) -> "list[xgboost.Booster] | None":
    """Return one model a fold, trained on the other folds, or None when any of them would see too few checks."""
    import xgboost  # noqa: PLC0415 - takes a second to load

    features, folds = as_numbers(rows), fold_of(rows["village"])
    entitled = rows["entitled"].to_numpy(dtype=bool)
    weight = rows["weight"].to_numpy(dtype=float)
    models = []
    for fold in range(FOLDS):
        seen = folds != fold
        if seen.sum() < LEAST_LABELS or min(entitled[seen].sum(), (~entitled[seen]).sum()) < LEAST_OF_EACH:
            return None
        data = xgboost.DMatrix(
            features[seen], label=entitled[seen], weight=weight[seen] / weight[seen].mean(), feature_names=FEATURES
        )
        models.append(xgboost.train(PARAMETERS, data, num_boost_round=ROUNDS))
    return models


def _families(path: Path) -> Iterator[pd.DataFrame]:
    file = pq.ParquetFile(path)
    wanted = ["family_id", "village", *(column.name for column in COLUMNS if column.name in file.schema_arrow.names)]
    for batch in file.iter_batches(BATCH_ROWS, columns=wanted):
        yield batch.to_pandas()


def _predicted(families: pd.DataFrame, programme: str, models: "list[xgboost.Booster]") -> pa.Table:
    import xgboost  # noqa: PLC0415

    folds = fold_of(families["village"])
    features = as_numbers(families)
    probability = np.empty(len(families))
    for fold, model in enumerate(models):
        own = folds == fold
        if own.any():
            probability[own] = model.predict(xgboost.DMatrix(features[own], feature_names=FEATURES))
    return pa.table(
        {
            "family_id": families["family_id"].to_numpy(dtype=object),
            "programme": [programme] * len(families),
            "probability": probability,
            "fold": folds,
        },
        schema=SCHEMA,
    )
