"""Agents' work made up: a warehouse's tables in which one agent does what corrupt ones do, and honest others."""

import datetime as dt

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from analytics.agents.answers import ANSWERS

FAMILIES_EACH = 40
AGENTS = 12
NAIVE = dt.datetime(2026, 3, 2, 3, 0)  # noqa: DTZ001 - a Monday, 10 in the morning at Banyuwangi


def registrations() -> pd.DataFrame:
    rows = []
    for agent in range(AGENTS):
        for number in range(FAMILIES_EACH):
            bad = agent == 0
            at = NAIVE + dt.timedelta(days=number, minutes=7 * agent)
            if bad and number % 2:
                at += dt.timedelta(hours=13, minutes=30)  # half past eleven at night
            rows.append(
                {"family_id": f"f{agent:02d}{number:03d}", "channel": "agent", "agent_id": f"a{agent:02d}",
                 "village": f"35.10.0{1 + agent % 2}.2001", "submitted_at": at, "duration": 25.0 if bad else 60.0,
                 "device": f"d{agent:02d}"}
            )  # fmt: skip
    rows += [  # "by themselves", four of them on the device of the first agent
        {"family_id": f"s{number:03d}", "channel": "self", "agent_id": None, "village": "35.10.01.2001",
         "submitted_at": NAIVE, "duration": 300.0, "device": "d00" if number < 4 else f"own{number}"}
        for number in range(6)
    ]  # fmt: skip
    rows.append(rows[5] | {"submitted_at": NAIVE + dt.timedelta(days=60)})  # a family entered again
    frame = pd.DataFrame(rows)
    applicant = "p" + frame["family_id"]
    return frame.assign(registration_id=[f"r{n:05d}" for n in range(len(frame))], applicant=applicant, district=None)


@pytest.fixture(scope="session")
def tables():
    rng = np.random.default_rng(2)
    made = registrations()
    families = pd.DataFrame({"family_id": sorted(made["family_id"].unique())})
    families = families.assign(
        village="35.10.01.2001", head_birth_year=np.where(rng.random(len(families)) < 0.2, 1950, 1985),
        floor_area=rng.integers(20, 90, len(families)).astype(float),
        **{name: rng.random(len(families)) < 0.5 for name in ANSWERS[:-3]}, **dict.fromkeys(ANSWERS[-3:], "none"),
    )  # fmt: skip
    copies = families["family_id"].str.startswith("f00")
    for name in ANSWERS[:-3]:
        families.loc[copies, name] = True
    by_agent = made[made["channel"] == "agent"]
    applicants = pd.DataFrame(
        {"registration_id": by_agent["registration_id"], "subject": "applicant", "attempt": 1,
         "outcome": ["no_match" if n % 5 == 0 else "match" for n in range(len(by_agent))]}
    )  # fmt: skip
    own = by_agent[by_agent["agent_id"] != "a00"]
    own = pd.DataFrame(
        {"registration_id": own["registration_id"], "subject": "agent", "attempt": 1, "outcome": "match"}
    )
    codes = ["35.10.01.2001", "35.10.02.2001"]
    frames = {
        "registrations": made,
        "families": families,
        "regions": pd.DataFrame({"code": codes, "parent": [code[:8] for code in codes]}),
        "verifications": pd.concat([applicants, own], ignore_index=True),
        "objections": pd.DataFrame({"family_id": ["f00001", "f00001", "f01002"], "kind": "sanggah",
                                    "outcome": ["upheld", "upheld", "rejected"]}),
        "audits": pd.DataFrame({"family_id": ["f00003", "f00003", "f02002"], "reason": "random", "frame": "receivers",
                                "entitled": [True, False, True]}),
    }  # fmt: skip
    connection = ibis.duckdb.connect()
    return {name: connection.create_table(name, arrow(frame)) for name, frame in frames.items()}


def arrow(frame):
    whole = pa.Table.from_pandas(frame, preserve_index=False)
    kinds = [field.with_type(pa.string()) if pa.types.is_null(field.type) else field for field in whole.schema]
    return whole.cast(pa.schema(kinds))


def run(expression):
    return expression.to_pyarrow().to_pandas()
