"""Usul and sanggah: flow, backlog, outcomes."""

import pandas as pd

from dashboard.charts.bars import bars
from dashboard.charts.chart import Chart, withholding
from dashboard.codes import code_name
from dashboard.reader import Reader
from dashboard.views.registering import flow

AGES = ("0-7", "8-14", "15-30", "31-60", "61+")
LAST_IN_TIME = "15-30"
"""The last age band within the one-month window."""
FLOW = ("objections", "objections_screened", "objections_resolved")


def objections_flow(reader: Reader) -> Chart | None:
    """Filed, screened, resolved."""
    return flow(reader, *FLOW, measure=reader.words("panels.objections_flow"))


def backlog(reader: Reader) -> Chart | None:
    """Open cases by age, against the one-month limit."""
    found = reader.groups("open_objections", "age")
    if found.empty:
        return None
    words = reader.words
    by_age = found.set_index("age")["value"].reindex(list(AGES), fill_value=0.0)
    names = [words("codes.days", age=age) for age in AGES]
    chart = bars(
        pd.DataFrame({"name": names, "value": by_age.to_numpy()}),
        words=words,
        measure=reader.label("open_objections"),
        category_label=words("codes.age"),
        limit_after=words("codes.days", age=LAST_IN_TIME),
        limit_label=words("codes.window"),
    )
    return withholding(chart, found["reason"], words=words)


def upheld(reader: Reader) -> Chart | None:
    """Share upheld by grounds; objectors select themselves, so this is not a rate of mistargeting."""
    every = reader.groups("upheld_share", "grounds").sort_values("value", ascending=False)
    found = every.dropna(subset=["value"])
    if found.empty and not (every["reason"] == "withheld").any():
        return None
    words = reader.words
    names = [
        words("codes.with_n", name=code_name(words, "grounds", code), n=words.number(n))
        for code, n in zip(found["grounds"], found["n"], strict=True)
    ]
    chart = bars(
        pd.DataFrame({"name": names, "value": found["value"].to_numpy()}),
        words=words,
        measure=reader.label("upheld_share"),
        category_label=words("codes.grounds"),
        unit="percent",
    )
    return withholding(chart, every["reason"], words=words)
