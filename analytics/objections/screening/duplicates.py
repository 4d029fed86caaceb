"""Families that another family's card may repeat, as the search for duplicates and its reviewers found."""

from typing import Any, Final

import ibis
import pandas as pd
import pyarrow as pa

from analytics.objections.screening.standing import KEY, with_standing
from analytics.objections.screening.steps import Keep

PAIR_COLUMNS: Final = ("family_a", "family_b", "confirmed")
"""confirmed: two reviewers said that both are one person; otherwise the pair waits for them."""


def with_duplicates(rows: Any, tables: dict[str, Any], pairs: pd.DataFrame | None, *, keep: Keep) -> Any:
    """Add maybe_double (a pair waits for its reviewers) and double_receives (a confirmed one receives already).

    Args:
        rows: Objections: objection_id, family_id, programme, filed_at.
        tables: Ibis tables of the contract.
        pairs: `PAIR_COLUMNS`; None = no search was made.
        keep: Works a step out.
    """
    no = ibis.literal(value=False)
    if pairs is None or pairs.empty:
        return rows.mutate(maybe_double=no, double_receives=no)
    turned = pairs.rename(columns={"family_a": "family_b", "family_b": "family_a"})
    both = pd.concat([pairs, turned], ignore_index=True)[list(PAIR_COLUMNS)]
    both = both[both["family_a"] != both["family_b"]].rename(columns={"family_a": "family_id", "family_b": "other"})
    both = both.groupby(["family_id", "other"])["confirmed"].max().reset_index()
    found = rows.select(*KEY).join(ibis.memtable(pa.Table.from_pandas(both, preserve_index=False)), "family_id")
    number = ibis.row_number().over(ibis.window(order_by=[found.objection_id, found.other])).cast("string")
    others = found.select(
        "confirmed", "programme", "filed_at", of="objection_id", family_id="other",
        objection_id=found.objection_id + ibis.literal("/") + number,
    )  # fmt: skip
    others = with_standing(keep(others), tables, keep=keep)
    found = others.group_by("of").aggregate(
        maybe_double=(~others.confirmed).ifelse(1, 0).max() == 1,
        double_receives=(others.confirmed & (others.standing == "receives")).ifelse(1, 0).max() == 1,
    )
    joined = rows.left_join(found, rows.objection_id == found.of).drop("of")
    return joined.mutate(
        maybe_double=joined.maybe_double.fill_null(no), double_receives=joined.double_receives.fill_null(no)
    )
