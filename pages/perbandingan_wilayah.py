"""Perbandingan Wilayah: funnel and caterpillar first, then peers, the map, who has too few checks; no league table."""

from functools import partial

import streamlit as st

from dashboard import drill
from dashboard.briefs.record import add_part
from dashboard.controls import estimate_choice, highlight_choice, level_choice, metric_choice, targeting_reader
from dashboard.findings import region_title
from dashboard.head import page_head
from dashboard.panel import panel
from dashboard.reader import reader
from dashboard.tables import table
from dashboard.views import regions

view = reader()
words = view.words
title = st.container()
with st.container(horizontal=True, vertical_alignment="bottom"):
    metric = metric_choice(view)
    if not metric:
        st.info(words("panels.no_table"))
        st.stop()
    level = level_choice(view, metric)
    selected = highlight_choice(view, level)
chosen = estimate_choice(targeting_reader(view)) if view.metric(metric).kind == "sample" else view
with title:
    page_head(
        chosen,
        "perbandingan_wilayah",
        region_title(chosen, metric, level=level),
        metric=view.label(metric),
        **({"period": ", ".join(chosen.filters.periods)} if chosen.filters.periods else {}),
    )
drill.ways(view, level=level, selected=selected)
add_part("", notices=[words("regions.league")])
st.caption(f":material/info: {words('regions.league')}")
drill.limits(chosen, metric, level=level)

shown = {"metric": metric, "level": level, "selected": selected}
left, right = st.columns(2)
with left:
    panel(chosen, "funnel", partial(regions.funnel, **shown), metrics=[metric])
with right:
    panel(chosen, "caterpillar", partial(regions.caterpillar, **shown), metrics=[metric])

left, right = st.columns(2)
with left:
    if selected:
        panel(chosen, "peers", partial(regions.peers, **shown), metrics=[metric], ignores=["area"])
    headers = {name: f"regions.few_{name}" for name in ("name", "n", "missing", "wanted")}
    table(chosen, "regions.few", regions.few(chosen, metric, level=level), headers)
with right:
    panel(chosen, "map", partial(regions.region_map, **shown), metrics=[metric])
