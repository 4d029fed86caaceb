"""Usul & Sanggah: how many are filed, how many wait too long, and what came of them."""

from functools import partial

import streamlit as st

from analytics.objections.evidence import GROUPS as EVIDENCE
from analytics.objections.flow import GROUPS, OUTCOMES, SCREENINGS
from dashboard import objections
from dashboard.briefs.record import add_part
from dashboard.findings import objection_title
from dashboard.head import page_head
from dashboard.kpi import kpi
from dashboard.panel import panel
from dashboard.reader import reader
from dashboard.tables import table
from dashboard.views import objecting, overturned, screening, trends, waiting

view = reader()
words = view.words
page_head(view, "usul_sanggah", objection_title(view))
add_part("", notices=[words("pages.objectors")])
st.caption(f":material/info: {words('pages.objectors')}")

cards = st.columns(4)
for card, metric in zip(cards, ("objections", "open_objections", "late_share", "upheld_share"), strict=True):
    with card:
        kpi(view, metric, trend=metric == "objections")  # the others judge cases that are still open

left, right = st.columns(2)
with left:
    panel(
        view, "objections_trend", partial(trends.over_time, metric="objections", grain="week"), metrics=["objections"]
    )
with right:
    panel(view, "objections_flow", objecting.objections_flow, metrics=objecting.FLOW)
by = objections.group_choice(view, "flow_by", GROUPS)
headers = {name: f"objections.{name}" for name in ("group", "filed", *SCREENINGS, *OUTCOMES)}
table(view, "objections.flow", objecting.flow_by(view, by=by), headers)
st.caption(f":material/visibility_off: {words('objections.flow_note')}")

st.header(words("objections.section_waiting"), anchor=False)
left, right = st.columns(2)
with left:
    panel(view, "waiting_curve", waiting.curve, metrics=["objections"], explains=["objections.how_waiting"])
    panel(view, "backlog", waiting.ages, metrics=["open_objections"])
with right:
    panel(view, "waiting_steps", waiting.steps, metrics=["objections"], explains=["objections.how_waiting"])
    panel(view, "forecast", waiting.forecast, metrics=["open_objections"], explains=["objections.how_forecast"])
if pace := waiting.pace(view):
    add_part("", notices=[pace])
    st.caption(f":material/speed: {pace}")
columns = ("name", "cases", "overdue", "median", "most", "in_time")
named = {name: f"objections.{'group' if name == 'name' else name}" for name in columns}
table(view, "objections.durations", waiting.durations(view, by=by), named)

st.header(words("objections.section_evidence"), anchor=False)
add_part("", notices=[words("objections.warning")])
st.markdown(f":material/warning: {words('objections.warning')}")
side = objections.group_choice(view, "evidence_by", EVIDENCE)
left, right = st.columns(2)
with left:
    panel(
        view, "overturned", partial(overturned.groups, by=side), metrics=["overturned_share"],
        explains=["objections.how_evidence"],
    )  # fmt: skip
    st.markdown(f":material/groups: {overturned.agents(view)}")
    panel(view, "upheld_by_grounds", objecting.upheld, metrics=["upheld_share"])
with right:
    programme = objections.programme_choice(view)
    panel(
        view, "source_corrections", partial(overturned.sources, programme=programme), metrics=[],
        explains=["objections.how_sources"],
    )  # fmt: skip
costs = {name: f"objections.{name}" for name in overturned.SOURCE_COLUMNS}
table(view, "objections.sources", overturned.source_rows(view, programme=programme), costs, face="words")
st.caption(f":material/info: {words('objections.how_sources')}")
screening.panels(view)
