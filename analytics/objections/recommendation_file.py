"""The recommendations as a file for the portal: one row a reason. The portal decides; Tepat keeps none of it."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ibis

from analytics.files import DRAFT
from analytics.objections.screening import Screened, ScreeningError
from analytics.objections.screening.telling import told
from analytics.objections.visit_order import ordered

KINDS = (".parquet", ".csv")


def recommended(screened: Screened, scores: Any | None = None) -> Any:
    """Return the rows of the file, as an Ibis table.

    Returns:
        objection_id, kind, family_id (pseudonym), village, programme, grounds, filed_at, outcome, result, patterns,
        visit (place in the order of visits, from 1; empty for what is not to be visited), and the columns of `told`.
    """
    rows = screened.rows.select(
        "objection_id", "kind", "family_id", "village", "programme", "grounds", "filed_at", "outcome", "result",
        "patterns",
    )  # fmt: skip
    visits = ordered(screened, scores)
    place = ibis.row_number().over(ibis.window(order_by=[visits.weight.desc(), visits.filed_at, visits.objection_id]))
    visits = visits.select("objection_id", visit=place + 1)
    rows = rows.left_join(visits, "objection_id").drop("objection_id_right")
    return rows.join(told(screened), "objection_id").order_by("objection_id", "sort", "code")


def write_recommendations(screened: Screened, path: Path, scores: Any | None = None) -> None:
    """Write the file, whole or not at all, readable by its owner alone.

    Raises:
        ScreeningError: its name ends in something that is not written.
    """
    if path.suffix not in KINDS:
        raise ScreeningError(
            f"A file that ends in {path.suffix or 'nothing'} cannot be written.",
            next_step=f"Name one that ends in {' or '.join(KINDS)}.",
        )
    rows = recommended(screened, scores)
    # The engine makes files that anybody may read: it writes into a folder that is closed to others.
    with TemporaryDirectory(prefix=DRAFT, dir=path.parent) as folder:
        draft = Path(folder) / path.name
        if path.suffix == ".csv":
            rows.to_csv(draft)
        else:
            rows.to_parquet(draft)
        draft.chmod(0o600)
        draft.replace(path)
