"""What the screening is worth: against what field checks found, and against the truth where a simulation knows it.

A field outcome is there only where somebody looked, which the portal's own screening decided: a claim that it rejected
on the desk has none, and is counted beside. Checkers err too; nothing is corrected for it. A decision that a correction
took the place of is no longer known, so that such a case is judged on less than there was when it was filed.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from analytics.estimation.intervals import clopper_pearson, wilson
from analytics.objections.screening.patterns import PATTERNS
from analytics.objections.screening.screen import RESULTS, Screened
from analytics.store import Warehouse

MEASURES: Final = {
    "rejection_precision": "of the rejected, wrong",
    "rejection_recall": "of the wrong, rejected",
    "wrong_rejections": "of the right, rejected",
    "passing_precision": "of those that pass, right",
}
"""Measure to what it is a share of. `wrong_rejections` is the harm: its interval is Clopper–Pearson's, which covers at
least its level; those of the others are Wilson's."""
EXACT: Final = ("wrong_rejections",)
ALL: Final = ""


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Both tables.

    Attributes:
        confusion: ground ("" = all), result, right, wrong: objections with a known answer.
        measures: ground, measure, value, low, high, numerator, denominator; NaN where nothing is under the share.
        patterns: pattern, measure (precision, recall), value, low, high, numerator, denominator; empty without truth.
        answered: Objections with a known answer.
        unanswered: The others: still open, withdrawn, or decided without a field check.
    """

    confusion: pd.DataFrame
    measures: pd.DataFrame
    patterns: pd.DataFrame
    answered: int
    unanswered: int


def against_field_checks(warehouse: Warehouse, screened: Screened) -> Evaluation:
    """Compare with the outcomes of field checks."""
    rows = screened.rows
    seen = (rows.screening == "field_check") & rows.outcome.isin(["upheld", "rejected"])
    right = seen.fill_null(False).ifelse((rows.outcome == "upheld").ifelse(1, 0), None)  # noqa: FBT003 - Ibis' own
    counts = rows.group_by("grounds", "result", right=right).aggregate(n=rows.count())
    return _evaluation(warehouse.run(counts), pd.DataFrame())


def against_truth(warehouse: Warehouse, screened: Screened, truth: pd.DataFrame) -> Evaluation:
    """Compare with what a simulation knows.

    Args:
        warehouse: The snapshot that was screened.
        screened: Its screening.
        truth: objection_id, right (what it says holds), planted (a pattern or empty).
    """
    rows = screened.rows
    found = warehouse.run(rows.select("objection_id", "grounds", "result", "patterns"))
    found = found.merge(truth[["objection_id", "right", "planted"]], on="objection_id", how="left")
    right = found["right"].astype("boolean").astype("Int64")
    counts = found.assign(right=right, n=1).groupby(["grounds", "result", "right"], dropna=False)["n"].sum()
    return _evaluation(counts.reset_index(), _patterns(found.dropna(subset="right")))


def _evaluation(counts: pd.DataFrame, patterns: pd.DataFrame) -> Evaluation:
    known = counts.dropna(subset="right")
    both = pd.concat([known.assign(grounds=ALL), known], ignore_index=True)
    wide = both.pivot_table(index=["grounds", "result"], columns="right", values="n", aggfunc="sum", fill_value=0)
    wide = wide.reindex(columns=[1, 0], fill_value=0).set_axis(["right", "wrong"], axis=1)
    grounds = sorted(set(both["grounds"]))
    every = pd.MultiIndex.from_product([grounds, RESULTS], names=["grounds", "result"])
    confusion = wide.reindex(every, fill_value=0).astype(int).reset_index()
    answered = int(known["n"].sum())
    return Evaluation(
        confusion=confusion,
        measures=pd.DataFrame(
            [row for ground in grounds for row in _measures(ground, confusion[confusion["grounds"] == ground])]
        ),
        patterns=patterns,
        answered=answered,
        unanswered=int(counts["n"].sum()) - answered,
    )


def _measures(ground: str, cells: pd.DataFrame) -> list[dict[str, Any]]:
    by_result = cells.set_index("result")
    rejected = by_result.loc["reject"]
    passed = by_result.drop(index="reject")[["right", "wrong"]].sum()
    shares = {
        "rejection_precision": (rejected["wrong"], rejected["wrong"] + rejected["right"]),
        "rejection_recall": (rejected["wrong"], rejected["wrong"] + passed["wrong"]),
        "wrong_rejections": (rejected["right"], rejected["right"] + passed["right"]),
        "passing_precision": (passed["right"], passed["right"] + passed["wrong"]),
    }
    return [{"grounds": ground, "measure": name} | _share(name, *counts) for name, counts in shares.items()]


def _patterns(found: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for name in sorted(set(found["planted"]) & set(PATTERNS)):
        named = found["patterns"].str.split(";").map(lambda codes, name=name: name in codes)
        planted = found["planted"] == name
        hits = int((named & planted).sum())
        rows.append({"pattern": name, "measure": "precision"} | _share("", hits, int(named.sum())))
        rows.append({"pattern": name, "measure": "recall"} | _share("", hits, int(planted.sum())))
    return pd.DataFrame(rows)


def _share(name: str, numerator: int, denominator: int) -> dict[str, Any]:
    interval = clopper_pearson if name in EXACT else wilson
    low, high = interval(float(numerator), float(denominator))
    value = numerator / denominator if denominator else np.nan
    return {
        "value": value, "low": low, "high": high, "numerator": int(numerator), "denominator": int(denominator)
    }  # fmt: skip
