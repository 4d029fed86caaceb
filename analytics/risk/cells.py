"""The scores of a snapshot added up into a small table, so that a page never reads a row a family.

Made once, when families are scored: what pages read grows with districts, not with families.
"""

from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pyarrow.parquet as pq

from analytics.risk.saved import ModelManifest
from analytics.settings import Settings
from analytics.store import Store

STEPS = 100
"""Steps of a score; within one, families are told apart by their rupiah alone."""
RUPIAH_STEP = 600_000
"""Rupiah a year in a class, a quarter of a year's Sembako (assumed: finer than the programmes' components)."""
MEMORY = "2GB"
"""Memory of adding up before it uses disk."""
SIDES = {"not_entitled_receiver": True, "entitled_non_receiver": False}
"""Score to whether the families that it speaks of receive; the names of `analytics.risk.evaluation.SIDES`."""
KEYS = ("programme", "side", "district", "step", "rupiah_class")
SUMS = ("families", "score", "rupiah_known", "rupiah", "at_risk")


def cells_path(settings: Settings, manifest: ModelManifest, snapshot: str) -> Path:
    """Return where the cells of a snapshot's scores by a model are kept, beside the scores."""
    return settings.home / "models" / manifest.dataset / manifest.id / f"cells-{snapshot}.parquet"


def keep_cells(store: Store, settings: Settings, manifest: ModelManifest, snapshot: str, *, scores: Path) -> Path:
    """Write the cells of a snapshot's scores.

    Args:
        store: Where the snapshot lies: its regions, and what the rules say of each family.
        settings: Home.
        manifest: The model that scored.
        snapshot: Which was scored.
        scores: What `score_all` wrote.

    Returns:
        The Parquet file, one row a cell:

        | column | holds |
        |---|---|
        | programme, district | |
        | side | not_entitled_receiver, entitled_non_receiver |
        | step | whole hundredths of the score, 0 to 99; empty = too little known for a score |
        | rupiah_class | which `RUPIAH_STEP` the rupiah a year lie in; empty = not known |
        | families | |
        | score | sum of the scores: expected families on the wrong side |
        | rupiah_known, rupiah | families whose rupiah a year are known, and their sum |
        | at_risk | sum of score x rupiah a year |
    """
    folder = store.folder(snapshot)
    path = cells_path(settings, manifest, snapshot)
    connection = ibis.duckdb.connect(memory_limit=MEMORY, temp_directory=str(path.with_suffix(".spill")))
    rows = connection.read_parquet(str(scores), table_name="scores")
    regions = connection.read_parquet(str(folder / "tables" / "regions.parquet"), table_name="regions")
    rows = rows.join(regions.select(village=regions.code, district=regions.parent), "village")
    rows = _with_rupiah(connection, rows, folder / "derived" / "verdicts.parquet")
    found = cells_of(rows).to_pyarrow()
    connection.disconnect()
    temporary = path.with_suffix(".tmp")
    pq.write_table(found, temporary, compression="zstd")
    temporary.replace(path)
    return path


def cells_of(rows: Any) -> Any:
    """Add up an Ibis table of families: programme, district, receives, entitled, a_year."""
    score = rows.receives.ifelse(1.0 - rows.entitled, rows.entitled)
    receivers, others = SIDES
    rows = rows.mutate(
        side=rows.receives.ifelse(receivers, others),
        score=score,
        # Not least(): DuckDB's leaves an empty score out, which would put families too little known at the top.
        step=(score >= 1.0).ifelse(STEPS - 1, (score * STEPS).floor()).cast("int32"),
        rupiah_class=(rows.a_year / RUPIAH_STEP).floor().cast("int32"),
    )
    return (
        rows.group_by(*KEYS)
        .aggregate(
            families=rows.count(),
            score=rows.score.sum().coalesce(0.0),
            rupiah_known=rows.a_year.count(),
            rupiah=rows.a_year.sum().coalesce(0).cast("float64"),
            at_risk=(rows.score * rows.a_year).sum().coalesce(0.0),
        )
        .order_by(*KEYS)
    )


def read_cells(path: Path, programme: str) -> pd.DataFrame:
    """Return the cells of a programme."""
    return pd.read_parquet(path, filters=[("programme", "==", programme)])


def _with_rupiah(connection: Any, rows: Any, verdicts: Path) -> Any:
    """Add what the rules say that each family's record comes to, rupiah a year; empty where they do not speak of it."""
    if not verdicts.is_file():
        return rows.mutate(a_year=ibis.null("int64"))
    ruled = connection.read_parquet(str(verdicts), table_name="verdicts")
    return rows.left_join(ruled.select("family_id", "programme", "a_year"), ["family_id", "programme"])
