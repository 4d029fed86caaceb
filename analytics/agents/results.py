"""What families say when asked again: read from a CSV, kept, and turned into how often a proposal finds something."""

import csv
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, Literal, get_args

import pandas as pd

from analytics.agents.errors import AgentError
from analytics.agents.storing import AgentRegister
from analytics.estimation.ratio import ratios

Result = Literal["as_entered", "differs", "did_not_apply", "not_met"]
RESULTS: Final[tuple[Result, ...]] = get_args(Result)
"""as_entered: the family confirms what was entered; differs: answers differ that decide; did_not_apply: knows nothing
of an application; not_met: nobody to ask, which says nothing."""
PROBLEMS: Final = {"differs", "did_not_apply"}
COLUMNS: Final = ("code", "visited_on", "result")
ALONE: Final = 0.001
"""p below which one indicator is said to stand out when its own worth is measured (assumed)."""
LEAST_ANSWERS: Final = 10
"""Fewest answers under a share; shares here are for the inspectorate, which sees the single answers too."""
HELD: Final = {
    "unknown": "its code belongs to no interview",
    "day": "the day is no date (2026-08-17) from the draw to today",
    "result": f"the result is none of {', '.join(RESULTS)}",
    "twice": "its code stands in the file before",
    "kept": "it came back before with another result",
}


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What an import did: interviews that are new, that were in already, and lines held back (line number, why)."""

    fresh: int
    already_in: int
    held: tuple[tuple[int, str], ...]


def import_results(path: Path, register: AgentRegister) -> Imported:
    """Bring in a CSV with the columns code, visited_on and result; lines without a result are left for later.

    Raises:
        AgentError: the file cannot be read, or has other columns.
    """
    lines = [(number, line) for number, line in enumerate(_lines(path), start=2) if line["result"]]
    found = register.find(list({line["code"] for _, line in lines}))
    known = {str(row["code"]): row for row in found.to_dict("records")}
    fresh, held, already, seen = [], [], 0, set()
    for number, line in lines:
        kept = known.get(line["code"])
        day = _day(line["visited_on"], since=kept["made_at"].date() if kept else date.max)
        why = "unknown" if kept is None else "twice" if line["code"] in seen else ""
        why = why or ("result" if line["result"] not in RESULTS else "day" if day is None else "")
        seen.add(line["code"])
        if not why and kept and kept["result"]:
            if (kept["result"], kept["visited_on"]) == (line["result"], day):
                already += 1
                continue
            why = "kept"
        if why:
            held.append((number, HELD[why]))
        else:
            fresh.append({"code": line["code"], "visited_on": day, "result": line["result"]})
    if fresh:
        register.note(pd.DataFrame(fresh))
    return Imported(fresh=len(fresh), already_in=already, held=tuple(held))


def precision(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Return how often families asked again say something else than was entered.

    Args:
        outcomes: Of `AgentRegister.outcomes`.

    Returns:
        One row a group and draw, `draw` empty for all draws together: group (proposed, others, a family of indicators
        that made agents be proposed, an indicator that stood out by itself among all drawn), draw, and the columns of
        `ratios`: weighted by the draw, agents as clusters, draws and kinds of agent as strata.
    """
    asked = outcomes[outcomes["result"] != "not_met"]
    if asked.empty:
        return pd.DataFrame(columns=["group", "draw", "value", "low", "high", "n"])
    weight = 1 / (asked["agent_probability"].astype(float) * asked["family_probability"].astype(float))
    rows = pd.DataFrame(
        {
            "draw": asked["draw"],
            "stratum": asked["draw"] + "/" + asked["proposed"].astype(bool).map({True: "proposed", False: "others"}),
            "cluster": asked["draw"] + "/" + asked["agent_id"],
            "numerator": weight * asked["result"].isin(PROBLEMS),
            "denominator": weight,
            "n": 1,
        }
    )
    design = rows[["stratum", "cluster"]].drop_duplicates()
    groups = pd.Series(
        [_groups(bool(one), str(named), judged) for one, named, judged in
         zip(asked["proposed"], asked["families"], asked["indicators"], strict=True)], index=rows.index,
    )  # fmt: skip
    single = rows.assign(group=groups).explode("group")
    both = pd.concat([single.assign(draw=""), single])
    return ratios(both, by=("group", "draw"), design=design, minimum=LEAST_ANSWERS)


def _groups(proposed: bool, families: str, indicators: dict[str, dict[str, float]]) -> list[str]:  # noqa: FBT001
    alone = [name for name, found in indicators.items() if found["p"] <= ALONE]
    return ["proposed", *families.split(), *alone] if proposed else ["others", *alone]


def _lines(path: Path) -> list[dict[str, str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        reader = csv.DictReader(text.splitlines(), delimiter=";" if ";" in text.partition("\n")[0] else ",")
        if not set(COLUMNS) <= set(reader.fieldnames or ()):
            raise AgentError(
                f"{path.name} is no list of results.", cause=f"It needs the columns {', '.join(COLUMNS)}.",
                next_step="Fill in the list that `tepat agents list` wrote.",
            )  # fmt: skip
        return [{name: (line[name] or "").strip() for name in COLUMNS} for line in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise AgentError(f"{path.name} cannot be read.", next_step="Give a CSV file in UTF-8.") from error


def _day(text: str, *, since: date) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if since <= day <= datetime.now(UTC).date() else None
