"""Ketepatan Sasaran: both errors, their floor and course, who is reached, and where the truth is from."""

from functools import partial

import streamlit as st

from dashboard.controls import targeting_reader
from dashboard.findings import targeting_title
from dashboard.head import page_head
from dashboard.kpi import kpi
from dashboard.panel import panel
from dashboard.reader import reader
from dashboard.truth import truth
from dashboard.views import targeting, trends

view = reader()
title = st.container()
chosen = targeting_reader(view)
with title:
    page_head(chosen, "ketepatan_sasaran", targeting_title(chosen), period=", ".join(chosen.filters.periods))

cards = st.columns(3)
for card, metric in zip(cards, ("inclusion_error", "exclusion_error", "total_error"), strict=True):
    with card:
        kpi(chosen, metric, grain="month")

left, right = st.columns(2)
with left:
    panel(chosen, "errors", targeting.errors, metrics=targeting.ERRORS)
with right:
    truth(chosen)

for column, name, metric in zip(st.columns(2), ("inclusion_trend", "exclusion_trend"), targeting.ERRORS, strict=True):
    with column:
        make = partial(trends.over_time, metric=metric, grain="month")
        panel(chosen, name, make, metrics=[metric], ignores=["periods"])

left, right = st.columns(2)
with left:
    panel(chosen, "incidence", targeting.incidence, metrics=["coverage"])
with right:
    panel(chosen, "concentration", targeting.concentration, metrics=["coverage"])
if len(view.scope().rules) > 1:
    panel(chosen, "errors_by_rule", targeting.by_rule, metrics=["total_error"])
