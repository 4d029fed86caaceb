"""In which order the recommended visits are made: the only place where a score meets the screening.

It orders what `needs_visit` and changes no result: rejecting is done by then, in a package that may not import
`analytics.risk` (import-linter).
"""

from typing import Any, Final

import ibis

from analytics.objections.screening import Screened
from analytics.risk.saved import ModelError, current
from analytics.risk.scoring import scores_path
from analytics.settings import Settings
from analytics.store import Warehouse

UNSCORED: Final = 0.5
"""Where nothing is known of a family, both errors are as likely: the middle of the order."""


def ordered(screened: Screened, scores: Any | None = None) -> Any:
    """Return the visits, those first where an error is likeliest, then those that have waited longest.

    The weight of an error is the probability that the family is entitled, for a claim, and that it is not, for an
    objection against it; a misused NIK always comes first. Without scores all others weigh the same.

    Args:
        screened: The screening.
        scores: Ibis table on the same connection: family_id, programme, entitled (probability); None = none.

    Returns:
        Columns of `screened.rows` and weight (0 to 1); what is resolved already is left out.
    """
    rows = screened.rows
    rows = rows.filter((rows.result == "needs_visit") & (rows.outcome == "pending"))
    entitled: Any = ibis.literal(UNSCORED)
    if scores is not None:
        known = scores.select("family_id", "programme", "entitled")
        rows = rows.left_join(known, ["family_id", "programme"]).drop("family_id_right", "programme_right")
        entitled = rows.entitled.coalesce(UNSCORED)
    weight = ibis.cases(
        (rows.direction == "misuse", 1.0), (rows.direction == "against", 1.0 - entitled), else_=entitled
    )
    rows = rows.mutate(weight=weight)
    rows = rows.drop("entitled") if scores is not None else rows
    return rows.order_by([rows.weight.desc(), rows.filed_at, rows.objection_id])


def current_scores(warehouse: Warehouse, settings: Settings) -> Any | None:
    """Return the scores of the snapshot by the current model, None where there are none or they are switched off."""
    if not settings.scores:
        return None
    try:
        path = scores_path(
            settings, current(settings.home, warehouse.manifest.dataset.name), warehouse.manifest.snapshot
        )
    except ModelError:
        return None
    return ibis.memtable(_read(path)) if path.is_file() else None


def _read(path: Any) -> Any:
    import pyarrow.parquet as pq  # noqa: PLC0415 - only where a model has scored

    return pq.read_table(path, columns=["family_id", "programme", "entitled"])
