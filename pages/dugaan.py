"""Dugaan Salah Sasaran: what a budget of visits is expected to find among receivers, and among the missed."""

from functools import partial

import streamlit as st

from dashboard import suspicions
from dashboard.briefs.record import add_part
from dashboard.controls import programme_choice
from dashboard.head import page_head
from dashboard.panel import panel
from dashboard.reader import reader
from dashboard.tables import table
from dashboard.views import suspicion

view = reader()
words = view.words
title = st.container()
programme = programme_choice(view)
plan = suspicion.plan_choice(view, programme)
with title:
    page_head(view, "dugaan", suspicion.title(view, plan), programme=programme)
if plan is None:
    suspicion.standing_in_the_way(view, programme)
else:
    suspicion.due_process(view)
    for column, side in zip(st.columns(2), suspicions.LISTS, strict=True):
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
    add_part("", notices=[suspicion.assumptions(words)])
    st.caption(suspicion.assumptions(words))
