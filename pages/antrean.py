"""Antrean Kasus: the visits that wait, earliest deadline first; who holds them, and the way into each."""

import streamlit as st

from dashboard import queue
from dashboard.head import page_head
from dashboard.reader import reader

view = reader()
title = st.container()
officer = queue.officer_choice(view)
asked = queue.controls(view, officer)
found = queue.load(view, asked)
with title:
    page_head(view, "antrean", queue.title(view, found))
st.caption(f":material/shield: {view.words('cases.decides_nothing')}")
st.caption(f":material/casino: {view.words('cases.blind')}")
queue.cards(view, found)
queue.pager(view, asked, found)
queue.as_table(view, found)
