"""Pendamping: who is proposed to be looked at again, in a funnel of honest spread; one profile; whom to ask again."""

from functools import partial

import streamlit as st

from dashboard import agents
from dashboard.head import page_head
from dashboard.panel import panel
from dashboard.reader import reader
from dashboard.views import agents as views

view = reader()
words = view.words
shown = agents.load(view)
page_head(view, "pendamping", agents.title(view, shown))
if shown is None:
    agents.nothing_yet(view)
else:
    agents.notices(view, shown)
    agents.cards(view, shown)
    indicator = views.indicator_choice(view, shown)
    same = {"review": shown.review.id, "indicator": indicator}
    explains = {"metrics": [], "explains": ["agents.define_funnel", f"agents.define_{indicator}"]}
    left, right = st.columns(2)
    with left:
        panel(view, "agent_funnel", partial(views.funnel, **same), **explains)
    with right:
        if shown.identified:
            panel(view, "agent_caterpillar", partial(views.caterpillar, **same), **explains)
        else:
            views.share_table(view, shown)
    if shown.identified:
        views.one_agent(view, shown)
        views.share_table(view, shown)
        left, right = st.columns([2, 3])
        with left:
            views.draw_table(view)
        with right:
            views.precision_table(view)
    st.caption(words("agents.method"))
