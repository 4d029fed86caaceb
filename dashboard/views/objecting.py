"""Usul and sanggah: flow and outcomes."""

import pandas as pd

from dashboard import objections
from dashboard.charts.bars import bars
from dashboard.charts.chart import Chart, withholding
from dashboard.codes import code_name
from dashboard.reader import Reader
from dashboard.views.registering import flow

FLOW = ("objections", "objections_screened", "objections_to_check", "objections_resolved")


def objections_flow(reader: Reader) -> Chart | None:
    """Filed, screened, sent to a field check, resolved."""
    return flow(reader, *FLOW, measure=reader.words("panels.objections_flow"))


def flow_by(reader: Reader, *, by: str) -> pd.DataFrame:
    """Counts of each group by what the screening said and how they ended, groups named."""
    found = objections.flow(reader, by=by)
    return found.assign(group=[objections.group_name(reader, by, code) for code in found["group"]])


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
