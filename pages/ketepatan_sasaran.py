"""Ketepatan Sasaran: both errors, where they come from and on whom they fall, their course, and the truth behind."""

from functools import partial

import streamlit as st

from dashboard.assistance import model_help, with_method
from dashboard.controls import targeting_reader
from dashboard.findings import targeting_title
from dashboard.head import page_head
from dashboard.kpi import kpi
from dashboard.panel import panel
from dashboard.reader import reader
from dashboard.truth import truth
from dashboard.views import causes, targeting, trends

view = reader()
title = st.container()
chosen = with_method(targeting_reader(view))
model_help(chosen)
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

for column, name, error in zip(st.columns(2), ("inclusion_sources", "exclusion_sources"), causes.SOURCES, strict=True):
    with column:
        panel(chosen, name, partial(causes.sources, error=error), metrics=causes.SOURCES[error])

for column, name, error in zip(st.columns(2), ("inclusion_gaps", "exclusion_gaps"), causes.SOURCES, strict=True):
    with column:
        panel(chosen, name, partial(causes.gaps, error=error), metrics=[error])

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
