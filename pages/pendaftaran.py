"""Pendaftaran: how many register, how, and how far they come."""

from functools import partial

import streamlit as st

from dashboard.findings import registration_title
from dashboard.head import page_head
from dashboard.kpi import kpi
from dashboard.panel import panel
from dashboard.reader import reader
from dashboard.views import registering

CARDS = ("registered_families", "registered_share", "agent_share", "first_attempt_match")

view = reader()
page_head(view, "pendaftaran", registration_title(view))

cards = st.columns(4)
for card, metric in zip(cards, CARDS, strict=True):
    with card:
        kpi(view, metric, trend="day" in view.metric(metric).dimensions)

panel(view, "registrations_by_week", partial(registering.by_channel, grain="week"), metrics=["registered_families"])
left, right = st.columns(2)
with left:
    panel(view, "stages", registering.stages, metrics=registering.STAGES)
    panel(view, "verification", registering.verification, metrics=["face_checks"])
with right:
    panel(view, "coverage_by_region", registering.coverage, metrics=["registered_share"])
