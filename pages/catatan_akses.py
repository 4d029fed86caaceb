"""Catatan Akses: who saw, took away and decided what, and whether that record is as it was written."""

from functools import partial

import streamlit as st

from dashboard import log_chain, log_search
from dashboard.head import page_head
from dashboard.panel import panel
from dashboard.reader import reader
from dashboard.tables import table
from dashboard.views import access_log

view = reader()
words = view.words
title = st.container()
closed = log_search.closed(view)
if closed:
    with title:
        page_head(view, "catatan_akses", words("log.title_none"))
    st.info(words(f"log.{closed}"), icon=":material/info:")
else:
    checked = log_chain.state(view)
    asked = log_search.controls(view)
    found = log_search.load(view, asked)
    with title:
        page_head(view, "catatan_akses", log_search.title(view, found, checked))
        log_chain.draw(view, checked)
    log_search.entries_table(view, found)
    if access_log.is_course(found):
        panel(view, "log_days", partial(access_log.daily, days=found.days), metrics=(), explains=["log.define_days"])
    if found.total:
        for column, name in zip(st.columns(2), ("action", "actor"), strict=True):
            with column:
                headers = {name: f"log.{name}", "entries": "log.entries", "last": "log.last"}
                table(view, f"log.by_{name}", access_log.counted(view, found, name), headers)
    st.caption(f":material/lock: {words('log.kept')}")
