"""Ringkasan: the key figures, the open alerts, what the figures say, and both errors beside what was declared."""

import streamlit as st

from dashboard.briefs.record import add_part
from dashboard.controls import default_targeting
from dashboard.findings import summary_sentences, summary_title
from dashboard.head import page_head
from dashboard.kpi import kpi
from dashboard.panel import panel
from dashboard.reader import reader
from dashboard.views import alerts, targeting

view = reader()
words = view.words
page_head(view, "ringkasan", summary_title(view))

programmes = ([view.filters.programme] if view.filters.programme else view.scope().programmes)[:2]
for metric, other in zip(targeting.ERRORS, ("registered_families", "objections"), strict=True):
    *cards, last = st.columns(len(programmes) + 1)
    for card, programme in zip(cards, programmes, strict=True):
        title = words("targeting.error_of", error=view.label(metric), programme=programme)
        with card:
            kpi(default_targeting(view, programme), metric, grain="month", title=title)
    with last:
        kpi(view, other)

alerts.open_alerts(view)
left, right = st.columns(2)
with left:
    panel(default_targeting(view), "errors_by_programme", targeting.errors, metrics=targeting.ERRORS)
with right, st.container(border=True, height="stretch"):
    st.subheader(words("pages.three_things"), anchor=False)
    sentences = summary_sentences(view)
    add_part(words("pages.three_things"), notices=sentences)
    for sentence in sentences:
        st.markdown(f"- {sentence}")
