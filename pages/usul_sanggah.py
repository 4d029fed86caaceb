"""Usul & Sanggah: how many are filed, how many wait too long, and what came of them."""

from functools import partial

import streamlit as st

from dashboard.briefs.record import add_part
from dashboard.findings import objection_title
from dashboard.head import page_head
from dashboard.kpi import kpi
from dashboard.panel import panel
from dashboard.reader import reader
from dashboard.views import objecting, screening, trends

view = reader()
page_head(view, "usul_sanggah", objection_title(view))
add_part("", notices=[view.words("pages.objectors")])
st.caption(f":material/info: {view.words('pages.objectors')}")

cards = st.columns(4)
for card, metric in zip(cards, ("objections", "open_objections", "late_share", "upheld_share"), strict=True):
    with card:
        kpi(view, metric, trend=metric == "objections")  # the others judge cases that are still open

panel(view, "objections_trend", partial(trends.over_time, metric="objections", grain="week"), metrics=["objections"])
left, right = st.columns(2)
with left:
    panel(view, "backlog", objecting.backlog, metrics=["open_objections", "late_share"])
with right:
    panel(view, "objections_flow", objecting.objections_flow, metrics=objecting.FLOW)
panel(view, "upheld_by_grounds", objecting.upheld, metrics=["upheld_share"])
screening.panels(view)
