"""The screening in counts and shares, as the command prints it and the page shows it."""

from pathlib import Path
from typing import Any, Final

import pandas as pd

from analytics.objections.screening import RESULTS, Screened, ScreeningError
from analytics.objections.screening.evaluation import ALL, Evaluation, against_field_checks, against_truth
from analytics.objections.screening.patterns import PATTERNS
from analytics.objections.screening.screen import LISTS
from analytics.store import Warehouse

TRUTH: Final = "objections.parquet"
"""File of a simulation's truth: no_perkara, right, planted."""
NAMING: Final = ("filer", "agent_id", "device")
"""Columns without which nobody can tell who filed: earlier exports have none."""


def counts(warehouse: Warehouse, screened: Screened) -> pd.DataFrame:
    """Return grounds, outcome, result, patterns and the codes of all reasons, with n (objections)."""
    rows = screened.rows
    return warehouse.run(rows.group_by("direction", "grounds", "result", *LISTS).aggregate(n=rows.count()))


def report(warehouse: Warehouse, screened: Screened) -> dict[str, Any]:
    """Return what the screening says, in counts.

    Returns:
        objections; results (result, claim, against, misuse); reasons (code, objections, most first); patterns (pattern,
        objections); names_filers (whether the export says who filed, without which patterns of filing are not seen).
    """
    found = counts(warehouse, screened)
    by_result = found.pivot_table(index="result", columns="direction", values="n", aggfunc="sum", fill_value=0)
    by_result = by_result.reindex(index=list(RESULTS), columns=["claim", "against", "misuse"], fill_value=0)
    rows = screened.rows
    named = warehouse.run(rows.aggregate(**{name: rows[name].count() for name in NAMING})).iloc[0].sum()
    return {
        "objections": int(found["n"].sum()),
        "results": [{"result": result} | _whole(row) for result, row in by_result.iterrows()],
        "reasons": tally(found, ["rejected_by", "doubts", "supports"]),
        "patterns": [{"pattern": name, "objections": _holding(found, name)} for name in PATTERNS],
        "names_filers": bool(named),
    }


def tally(found: pd.DataFrame, lists: list[str]) -> list[dict[str, Any]]:
    """Return code and objections of every reason that was given, most first."""
    codes = pd.concat(
        [found[["n"]].assign(code=found[name].str.split(";")).explode("code") for name in lists], ignore_index=True
    )
    sums = codes[codes["code"] != ""].groupby("code")["n"].sum().sort_values(ascending=False, kind="stable")
    return [{"code": str(code), "objections": int(number)} for code, number in sums.items()]


def evaluate(warehouse: Warehouse, screened: Screened, truth: Path | None = None) -> Evaluation:
    """Compare with the outcomes of field checks, or with a simulation's truth.

    Args:
        warehouse: The snapshot that was screened.
        screened: Its screening.
        truth: Folder of the truth, None = field checks.

    Raises:
        ScreeningError: the folder holds no truth of objections.
    """
    if truth is None:
        return against_field_checks(warehouse, screened)
    path = truth / TRUTH
    if not path.is_file():
        raise ScreeningError(
            "There is no truth of objections in that folder.",
            next_step="Name the folder that `tepat simulate` wrote to TEPAT_HOME/truth.",
        )
    known = pd.read_parquet(path).rename(columns={"no_perkara": "objection_id"})
    return against_truth(warehouse, screened, known)


def evaluated(evaluation: Evaluation) -> dict[str, Any]:
    """Return an evaluation in plain values, None where a share has nothing under it; all grounds come first."""
    tables = {
        name: [{str(key): None if pd.isna(value) else value for key, value in row.items()} for row in
               getattr(evaluation, name).replace({"grounds": {ALL: "all"}}).to_dict("records")]
        for name in ("confusion", "measures", "patterns")
    }  # fmt: skip
    return {"answered": evaluation.answered, "unanswered": evaluation.unanswered} | tables


def _whole(row: "pd.Series[int]") -> dict[str, int]:
    return {str(name): int(value) for name, value in row.items()}


def _holding(found: pd.DataFrame, pattern: str) -> int:
    holds = found["patterns"].str.split(";").map(lambda codes: pattern in codes)
    return int(found.loc[holds, "n"].sum())
