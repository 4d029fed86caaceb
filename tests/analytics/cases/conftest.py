"""Cases on both engines, with a clock that the test moves."""

import datetime as dt
from collections.abc import Iterator
from contextlib import closing

import pandas as pd
import pytest

from analytics.cases import Cases, open_cases
from analytics.settings import Settings

START = dt.datetime(2026, 11, 2, 3, 0, tzinfo=dt.UTC)
WHY = "Sesuai hasil kunjungan"


class Clock:
    """The moment, until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> dt.datetime:
        return self.now

    def forward(self, **span: int) -> None:
        self.now += dt.timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cases(register_settings: Settings, clock: Clock) -> Iterator[Cases]:
    with closing(open_cases(register_settings, clock=clock)) as opened:
        yield opened


def flag(number: int = 1, **changes: object) -> dict[str, object]:
    """Return a flag of a family that receives, of the rule on wages."""
    return {
        "family_id": f"f{number:04d}", "programme": "BPNT", "side": "receives", "kind": "rule", "ref": "wage",
        "village": f"35.10.{number % 3 + 1:02d}.2001", "district": f"35.10.{number % 3 + 1:02d}",
        "evidence": {"rulebook": "2026.1"}, "probability": None,
    } | changes  # fmt: skip


def opened(cases: Cases, *flags: dict[str, object], dataset: str = "pilot", snapshot: str = "s1"):
    return cases.open(
        pd.DataFrame(list(flags)), dataset=dataset, snapshot=snapshot, officer="ADM-1", reason="Putaran November"
    )


def one(cases: Cases, **changes: object) -> str:
    """Open one case and return its id."""
    opened(cases, flag(**changes))
    (id_,) = cases.queue().rows["id"]
    return id_


def find(cases: Cases, id_: str, finding: str = "not_entitled", **changes: object):
    given = {
        "officer": "BPS-01", "finding": finding, "evidence": "Rumah batu, dua sepeda motor",
        "records": ["kartu keluarga"], "version": cases.case(id_).version, "reason": WHY,
    }  # fmt: skip
    return cases.record_finding(id_, **given | changes)


def act(cases: Cases, action: str, id_: str, officer: str, **more: object):
    """Act on the case as it stands."""
    return getattr(cases, action)(id_, officer=officer, version=cases.case(id_).version, **{"reason": WHY} | more)


def proposed(cases: Cases, clock: Clock, **changes: object) -> str:
    """Return a case whose exclusion is proposed by P-1 after the window."""
    id_ = one(cases, **changes)
    find(cases, id_)
    act(cases, "notice", id_, "P-1")
    clock.forward(days=31)
    act(cases, "propose", id_, "P-1", outcome="recommend_exclusion")
    return id_
