"""Eksplorasi: any measure by what it knows, over time or not, as figure and table; nothing tells of a few."""

from functools import partial

import streamlit as st

from dashboard import exploring
from dashboard.head import page_head
from dashboard.panel import panel
from dashboard.reader import reader
from dashboard.tables import table
from dashboard.views import exploring as views

view = reader()
words = view.words
title = st.container()
chosen = exploring.asked(view)
with title:
    page_head(view, "eksplorasi", exploring.title(*(chosen or (view, None))))
if chosen is not None:
    seen, question = chosen
    found = exploring.answer(seen, question)
    if found is None:
        st.info(words("exploring.too_fine"), icon=":material/grid_on:")
    elif found.empty:
        st.info(words("exploring.empty"), icon=":material/info:")
    else:
        st.markdown(exploring.sentence(seen, question, found))
        left, right = st.columns(2)
        with left:
            panel(seen, "explored", partial(views.figure, question=question), metrics=[question.metric])
        with right:
            shown = views.rows(seen, question, found)
            looks = exploring.looks(question)
            table(seen, "exploring.table", shown, views.headers(question, shown), **looks)
        st.caption(words("exploring.protected"))
