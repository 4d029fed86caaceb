"""The frame of a draw: every family of the snapshot, whether it receives, and its score."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from analytics.audits import AuditError
from analytics.store import Warehouse

FRAMES = ("receivers", "non_receivers")
ScoreSource = Literal["predictions", "decile", "none"]
"""What the families are put in order by: predicted entitlement, the registry's decile, or nothing."""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What is drawn from.

    Attributes:
        families: One row a family, in the order of family_id: family_id, village, district, frame (receivers: paid for
            any of the programmes in the period; non_receivers), score (predicted probability of entitlement, mean over
            the programmes, or decile; empty = not known), visited (a check of the period and any of the programmes is
            published already).
        period: Payment period.
        programmes: Programmes that a visit asks about.
        paid: Families paid in the period, by programme.
        score_source: What the score is.
        day: The day that the frame shows.
    """

    families: pd.DataFrame
    period: str
    programmes: tuple[str, ...]
    paid: dict[str, int]
    score_source: ScoreSource
    day: date

    @property
    def sizes(self) -> dict[str, int]:
        """Families of each frame."""
        counts = self.families["frame"].value_counts()
        return {name: int(counts.get(name, 0)) for name in FRAMES}


def build_frame(
    warehouse: Warehouse,
    *,
    period: str = "",
    programmes: Sequence[str] = (),
    predictions: pd.DataFrame | None = None,
) -> Frame:
    """Return the frame of a snapshot.

    A family that was visited for the period before stays in: taking it out would give it the probability 0. It is
    marked, and its new result takes the place of the one before.

    Args:
        warehouse: The snapshot.
        period: Payment period; empty = the latest with payments.
        programmes: Empty = all that were paid.
        predictions: family_id, programme, probability (of entitlement); None where there is no model.

    Raises:
        AuditError: there are no payments, or none of this period or programme.
    """
    if "payments" not in warehouse.names("tables"):
        raise AuditError(
            f"The data set {warehouse.manifest.dataset.name} has no payments.",
            cause="Without them nobody knows who receives.",
            next_step="Ingest an export with the table payments.",
        )
    payments = warehouse.table("payments")
    paid = warehouse.run(payments.filter(payments.amount > 0).select("family_id", "programme", "period").distinct())
    period = period or str(paid["period"].max())
    known = sorted(paid.loc[paid["period"] == period, "programme"].unique())
    asked = tuple(dict.fromkeys(programmes)) or tuple(known)
    unknown = [name for name in asked if name not in known]
    if not known or unknown:
        raise AuditError(
            f"Nobody was paid for {unknown[0] if known else 'the period'} in {period}.",
            cause=f"Paid were {', '.join(known)}."
            if known
            else f"Periods are {', '.join(sorted(set(paid['period'])))}.",
            next_step="Name another with --period or --programme.",
        )
    now = paid[(paid["period"] == period) & paid["programme"].isin(asked)]
    families = warehouse.run(warehouse.table("families").select("family_id", "village", "decile"))
    families = families.sort_values("family_id", ignore_index=True)
    score, source = _score(families, asked, predictions)
    return Frame(
        families=pd.DataFrame(
            {
                "family_id": families["family_id"],
                "village": families["village"],
                "district": families["village"].str.rpartition(".")[0],
                "frame": np.where(families["family_id"].isin(now["family_id"]), *FRAMES),
                "score": score,
                "visited": families["family_id"].isin(_visited(warehouse, period, asked)),
            }
        ),
        period=period,
        programmes=asked,
        paid={name: int((now["programme"] == name).sum()) for name in asked},
        score_source=source,
        day=warehouse.manifest.day,
    )


def _score(
    families: pd.DataFrame, programmes: tuple[str, ...], predictions: pd.DataFrame | None
) -> tuple[pd.Series, ScoreSource]:
    if predictions is not None:
        own = predictions[predictions["programme"].isin(programmes)]
        score = families["family_id"].map(own.groupby("family_id")["probability"].mean())
        if score.notna().any():
            return score.astype(float), "predictions"
    decile = families["decile"].astype(float)
    return decile, "decile" if decile.notna().any() else "none"


def _visited(warehouse: Warehouse, period: str, programmes: tuple[str, ...]) -> pd.Series:
    if "audits" not in warehouse.names("tables"):
        return pd.Series([], dtype=str)
    checks = warehouse.table("audits")
    checks = checks.filter((checks.period == period) & checks.programme.isin(list(programmes)))
    return warehouse.run(checks.select("family_id").distinct())["family_id"]
