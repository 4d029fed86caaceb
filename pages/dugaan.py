"""Dugaan Salah Sasaran: what a budget of visits is expected to find among receivers, and among the missed."""

from functools import partial

import streamlit as st

from dashboard import suspicions
from dashboard.controls import programme_choice
from dashboard.head import page_head
from dashboard.panel import panel
from dashboard.reader import reader
from dashboard.tables import table
from dashboard.views import suspicion

view = reader()
words = view.words
title = st.container()
with st.container(horizontal=True, vertical_alignment="bottom"):
    programme = programme_choice(view)
why = suspicions.state(view, programme)
model = suspicions.current_model(view)
if why != "ready" or model is None:
    with title:
        page_head(view, "dugaan", words("suspicion.title_none"), programme=programme)
    suspicion.standing_in_the_way(view, why, programme=programme)
    st.stop()
visits = suspicion.visits_choice(view)
plan = suspicions.budget(view, model, programme=programme, visits=visits)
with title:
    page_head(view, "dugaan", suspicion.title(view, plan), programme=programme)
suspicion.due_process(view)

for column, side in zip(st.columns(2), suspicions.SIDES, strict=True):
    with column:
        st.header(words(f"suspicion.{side}"), anchor=False)
        st.markdown(words(f"suspicion.{side}_text"))
        if suspicion.is_small(plan.bought(side)):
            st.info(words("suspicion.few"), icon=":material/visibility_off:")
            continue
        suspicion.cards(view, plan, side=side)
        shown = {"plan": plan, "side": side}
        rest = {"metrics": [], "ignores": suspicions.ignored(view), "explains": suspicion.DEFINITIONS}
        panel(view, f"curve_{side}", partial(suspicion.curve, **shown), **rest)
        panel(view, f"districts_{side}", partial(suspicion.districts, **shown), **rest)
        districts = suspicion.district_table(view, plan, side=side)
        table(view, f"suspicion.districts_{side}", districts, suspicion.headers("district"), passed=("precision",))
        bands = suspicion.band_table(view, plan, side=side)
        table(view, f"suspicion.bands_{side}", bands, suspicion.headers("band"), passed=("precision",))
st.caption(suspicion.assumptions(words))
