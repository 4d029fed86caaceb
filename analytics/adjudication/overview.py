"""What leadership sees of the pairs: how many, at which operating point, how many false ones to expect, and where.

The counts are those of the register; what is too few to be shown is for who shows them to withhold.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from analytics.adjudication.agreement import Agreement, agreement
from analytics.adjudication.reading import lies_in
from analytics.adjudication.tables import PAIRS, RUNS
from analytics.register import Database

PLACES = ("district", "agent", "channel")
OF_ALL = ("people", "templates", "pairs", "expected_false", "distinct", "review", "probable")
"""Counts of a run: over the whole data set."""
COUNTS = ("found", "to_review", "undecided", "confirmed", "dismissed")


@dataclass(frozen=True, kw_only=True)
class Overview:
    """The pairs of a data set.

    Attributes:
        run: The latest run, a row of `duplicate_runs`; None = there was none.
        found: Pairs that were found, of any run.
        to_review: Of these that still need a verdict.
        verdicts: Verdicts that they need.
        undecided: Pairs that wait for a supervisor.
        confirmed: Pairs that are one person.
        dismissed: Pairs of two people.
        expected_false: Sum of 1 - probability over the pairs that are not decided: how many of two people to expect.
        bands: band, state, pairs.
        places: district, agent or channel to its counts: value, found, to_review, undecided, confirmed, dismissed. A
            pair counts once in each value that one of its two has; empty = not known.
        agreement: Of blind reviewers over all pairs; None = no pair has two verdicts.
    """

    run: Mapping[str, Any] | None
    found: int
    to_review: int
    verdicts: int
    undecided: int
    confirmed: int
    dismissed: int
    expected_false: float
    bands: pd.DataFrame
    places: Mapping[str, pd.DataFrame]
    agreement: Agreement | None


def overview(database: Database, dataset: str, *, area: str = "") -> Overview:
    """Count the pairs of a data set; see `Overview`."""
    sides = [f"{place}_{side}" for place in PLACES for side in "ab"]
    names = ("band", "state", "wanted", "outcome", "probability", *sides)
    query = sa.select(*(PAIRS.c[name] for name in names)).where(PAIRS.c.dataset == dataset, lies_in(area))
    pairs = database.frame(query)
    pairs = pairs.assign(found=True, to_review=(pairs["wanted"] > 0) & (pairs["band"] != "distinct"))
    pairs = pairs.assign(**{state: pairs["state"] == state for state in ("undecided", "confirmed", "dismissed")})
    runs = runs_of(database, dataset, area=area).to_dict("records")
    counts = {name: int(pairs[name].sum()) for name in COUNTS}
    every = agreement(database, dataset, area=area)
    return Overview(
        run={str(name): value for name, value in runs[0].items()} if runs else None,
        **counts,
        verdicts=int(pairs.loc[pairs["to_review"], "wanted"].sum()),
        expected_false=float((1 - pairs.loc[pairs["outcome"].isna(), "probability"].astype("float64")).sum()),
        bands=pairs.groupby(["band", "state"]).size().rename("pairs").reset_index(),
        places={place: _by(pairs, place) for place in PLACES},
        agreement=every[0] if every else None,
    )


def runs_of(database: Database, dataset: str, *, area: str = "") -> pd.DataFrame:
    """Return the runs of a data set, latest first: the columns of `duplicate_runs`; within an area their counts empty.

    A run searches the whole data set, so that its counts are those of everybody.
    """
    found = database.frame(sa.select(RUNS).where(RUNS.c.dataset == dataset).order_by(RUNS.c.at.desc(), RUNS.c.id))
    return found.assign(**dict.fromkeys(OF_ALL)) if area else found


def decided_pairs(database: Database, dataset: str, *, area: str = "") -> pd.DataFrame:
    """Return what people decided, to calibrate evidence by: a, b (person_id), same (bool)."""
    query = sa.select(PAIRS.c.a, PAIRS.c.b, (PAIRS.c.outcome == "same").label("same"))
    query = query.where(PAIRS.c.dataset == dataset, PAIRS.c.outcome.is_not(None), lies_in(area)).order_by(
        PAIRS.c.a, PAIRS.c.b
    )
    return database.frame(query).astype({"same": bool})


def _by(pairs: pd.DataFrame, place: str) -> pd.DataFrame:
    one, other = f"{place}_a", f"{place}_b"
    second = pairs[pairs[one] != pairs[other]].rename(columns={other: "value"})
    both = pd.concat([pairs.rename(columns={one: "value"}), second])
    counts: pd.DataFrame = both.groupby("value")[list(COUNTS)].sum().astype("int64").reset_index()
    return counts.sort_values(["found", "value"], ascending=[False, True], ignore_index=True)
