"""Near-duplicate answers: families of one agent whose answers hardly differ (percent match, Kuriakose, Robbins 2016).

Kuriakose and Robbins (Statistical Journal of the IAOS 32:283) call a respondent a likely copy at a match of 85 % with
another over a long questionnaire. Ours has two dozen answers, mostly yes and no, so neighbours are alike honestly: all
but one must be equal here, and an agent is compared with agents of the district who have as many families compared.
"""

from collections.abc import Callable
from typing import Any, Final

import ibis
import numpy as np
import pandas as pd

from analytics.marts.common import Tables

ANSWERS: Final = (
    "solid_floor", "solid_wall", "solid_roof", "private_toilet", "clean_water", "grid_power", "cooks_with_wood",
    "owns_home", "has_ac", "has_computer", "has_television", "has_gas", "has_refrigerator", "has_motorcycle", "has_car",
    "has_phone", "has_radio", "has_video_player", "has_satellite_dish", "has_bicycle", "has_jewelry", "has_poultry",
    "has_cattle", "has_credit", "head_married", "head_school", "head_work", "head_sector",
)  # fmt: skip
"""Answers that are compared."""
Run = Callable[[Any], pd.DataFrame]
MATCH: Final = 0.96
"""Share of the answers of both families that must be equal: of 28 all but one (assumed)."""
LEAST_ANSWERS: Final = 15
"""Answers that both families must have given (assumed): fewer are alike by themselves."""
COMPARED: Final = 60
"""Most families of an agent that are compared, drawn by their pseudonyms: pairs grow with the square."""


def twin_answers(run: Run, rows: Any, tables: Tables) -> pd.DataFrame | None:
    """Return cells of `twin_answers`: agent_id, district, sampled (class of size), exposure, observed.

    Args:
        run: Executes an Ibis expression.
        rows: Of `counting.applications`.
        tables: The warehouse's tables.
    """
    drawn = rows.filter(rows.again == 0).select("agent_id", "family_id", "district").distinct()
    place = ibis.row_number().over(ibis.window(group_by="agent_id", order_by=drawn.family_id))
    drawn = drawn.mutate(place=place)
    drawn = drawn.filter(drawn.place < COMPARED)
    answers = run(drawn.join(tables["families"].select("family_id", *ANSWERS), "family_id").drop("family_id"))
    if answers.empty or answers[list(ANSWERS)].isna().all(axis=None):
        return None
    return matched(answers)


def matched(answers: pd.DataFrame) -> pd.DataFrame:
    """Return for each agent how many families have a near twin among the agent's other families.

    Args:
        answers: agent_id, district, and the answers; empty = not answered.
    """
    ordered = answers.sort_values("agent_id", kind="stable")
    given = np.column_stack([pd.factorize(ordered[name])[0].astype(np.int8) for name in ANSWERS])
    starts = np.flatnonzero(~ordered["agent_id"].duplicated())
    twins = [int(near_twins(part).sum()) for part in np.split(given, starts[1:])]
    sizes = np.diff([*starts, len(given)])
    agents = ordered.iloc[starts]
    cells = pd.DataFrame(
        {"agent_id": agents["agent_id"].to_numpy(), "district": agents["district"].to_numpy(),
         "sampled": np.log2(sizes).round().astype(int), "exposure": sizes, "observed": twins}
    )  # fmt: skip
    return cells[cells["exposure"] > 1].reset_index(drop=True)


def near_twins(given: Any) -> Any:
    """Return which rows of answers (whole numbers, −1 = not answered) have a near twin among the others.

    >>> near_twins(np.array([[0, 1] * 14, [0, 1] * 14, [1, 0] * 14])).tolist()
    [True, True, False]
    """
    levels = np.arange(int(np.max(given, initial=0)) + 1)
    chosen = (given[:, :, np.newaxis] == levels).astype(np.float32).reshape(len(given), -1)
    answered = (given >= 0).astype(np.float32)
    equal, both = chosen @ chosen.T, answered @ answered.T
    alike = (equal >= MATCH * both) & (both >= LEAST_ANSWERS)
    np.fill_diagonal(alike, val=False)
    return alike.any(axis=1)
