"""Pairs on both engines, with a clock that the test moves."""

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import closing

import pandas as pd
import pytest

from analytics.adjudication import Adjudication, open_adjudication
from analytics.linkage.findings import Findings, SearchRun
from analytics.settings import Settings
from tests.analytics.cases.conftest import Clock

DATASET = "pilot"
AT = dt.datetime(2026, 11, 1, 2, 0, tzinfo=dt.UTC)
EVIDENCE = (
    {"field": "name", "level": "spelling", "log10_lr": 2.25},
    {"field": "birth_date", "level": "exact", "log10_lr": 4.375},
    {"field": "face", "level": "strong", "log10_lr": 3.5},
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pairs(register_settings: Settings, clock: Clock) -> Iterator[Adjudication]:
    with closing(open_adjudication(register_settings, clock=clock)) as opened:
        yield opened


def pair(number: int = 1, **changes: object) -> dict[str, object]:
    """Return a pair of people of two families in two districts."""
    return {
        "a": f"p{number:04d}a", "b": f"p{number:04d}b", "family_a": f"f{number:04d}a", "family_b": f"f{number:04d}b",
        "village_a": "35.10.01.2001", "village_b": "35.10.02.2001", "district_a": "35.10.01", "district_b": "35.10.02",
        "channel_a": "self", "channel_b": "agent", "agent_a": None, "agent_b": "AG-1", "face": 3.5, "record": 6.625,
        "prior": -7.25, "probability": 0.8765, "band": "review", "named": "", "cluster": number, "evidence": EVIDENCE,
    } | changes  # fmt: skip


def found(*rows: dict[str, object], **changes: object) -> Findings:
    given = {
        "dataset": DATASET, "snapshot": "s1", "at": AT, "people": 1000, "templates": 900, "pairs": 499_500,
        "model": "dlib", "calibration": "c1", "settings": {"seed": 1}, "method": "exact", "recall": 1.0,
        "target": 0.001, "expected_false": 0.5,
    }  # fmt: skip
    return Findings(run=SearchRun(**given | changes), pairs=pd.DataFrame(list(rows) or [pair()]))


def judge(pairs: Adjudication, reviewer: str, verdict: str) -> str:
    """Take the next pair and judge it; return its id."""
    taken = pairs.next_pair(reviewer, dataset=DATASET)
    assert taken is not None
    return pairs.review(taken.id, reviewer=reviewer, verdict=verdict).pair


def judged(pairs: Adjudication, *verdicts: str) -> str:
    """Store one pair, have it judged by R-1, R-2, … and return its id."""
    pairs.store(found())
    (id_,) = {judge(pairs, f"R-{number}", verdict) for number, verdict in enumerate(verdicts, start=1)}
    return id_


def row(pairs: Adjudication, id_: str) -> dict[str, object]:
    """Return the pair's row, as no reviewer sees it."""
    from analytics.adjudication.reading import row_of

    assert re.fullmatch(r"[A-Z]{5}-[A-Z]{5}", id_)
    with pairs.database.reading() as connection:
        return row_of(connection, id_)
