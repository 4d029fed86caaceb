"""Rencana Cek Lapangan: what visits buy, how many a target takes, what they cost, the command that draws them."""

from functools import partial

import streamlit as st

from dashboard import planning
from dashboard.head import page_head
from dashboard.panel import panel
from dashboard.reader import reader
from dashboard.tables import table
from dashboard.views import plans

view = reader()
words = view.words
title = st.container()
goal = planning.goal_choice(view)
with title:
    page_head(view, "rencana_cek", plans.title(view, goal=goal))
st.caption(f":material/info: {words('planning.only_visits')}")

planning.cards(view, goal)
left, right = st.columns(2)
with left:
    ignored = ["area", "channel", "since", "until"]
    panel(view, "curve", partial(plans.curve, goal=goal), metrics=[goal.error], ignores=ignored)
with right:
    planning.basis_panel(view, goal)
headers = {name: f"planning.district_{name}" for name in ("name", "visits", "rows", "width", "alone")}
table(view, "planning.districts", plans.districts(view, goal=goal), headers)
