"""Pendaftaran: how many register, how, and how far they come; whom face checks fail; agents without one."""

from functools import partial

import streamlit as st

from dashboard.briefs.record import add_part
from dashboard.findings import registration_title
from dashboard.head import page_head
from dashboard.kpi import kpi
from dashboard.panel import panel
from dashboard.reader import reader
from dashboard.views import regions, registering, trends, verifying

CARDS = (
    ("registered_families", "registered_share", "agent_share"),
    ("first_attempt_match", "verification_failed", "unverified_agent_days"),
)

view = reader()
page_head(view, "pendaftaran", registration_title(view))

for row in CARDS:
    for card, metric in zip(st.columns(len(row)), row, strict=True):
        with card:
            kpi(view, metric, trend="day" in view.metric(metric).dimensions)

panel(view, "registrations_by_week", partial(registering.by_channel, grain="week"), metrics=["registered_families"])
left, right = st.columns(2)
with left:
    panel(view, "stages", registering.stages, metrics=registering.STAGES)
    panel(view, "verification", registering.verification, metrics=["face_checks"])
with right:
    panel(view, "coverage_by_region", registering.coverage, metrics=["registered_share"])

add_part("", notices=[verifying.finding(view), verifying.how_to_read(view)])
st.markdown(verifying.finding(view))
st.caption(verifying.how_to_read(view))
for column, (name, metric) in zip(st.columns(len(verifying.PANELS)), verifying.PANELS.items(), strict=True):
    with column:
        shown = [metric, "mean_attempts", "verification_reviewed"]
        panel(view, name, partial(verifying.who_fails, metric=metric), metrics=shown)

left, right = st.columns(2)
with left:
    make = partial(trends.over_time, metric="unverified_agent_days", grain="month")
    panel(view, "agents_verified", make, metrics=["unverified_agent_days", "entered_unverified"])
level = view.level_below(view.filters.area)
if level in view.metric("unverified_agent_days").dimensions:
    with right:
        make = partial(regions.region_map, metric="unverified_agent_days", level=level)
        panel(view, "agents_by_region", make, metrics=["unverified_agent_days"])
