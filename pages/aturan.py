"""Aturan & Andai: which rules are in force, and what the list would be were they others; nothing is decided here."""

from functools import partial

import streamlit as st

from dashboard import asking
from dashboard.head import page_head
from dashboard.panel import panel
from dashboard.reader import reader
from dashboard.tables import table
from dashboard.views import what_if

view = reader()
words = view.words
title = st.container()
programme = asking.programme_asked(view)
asked = asking.question(view, programme)
with title:
    page_head(view, "aturan", what_if.title(view, asked), day=words.day(view.manifest.day))
    asking.notices(view, asked)
asking.cards(view, asked)

if asking.has_checks(view, asked):
    shown = {"metrics": (), "ignores": asking.IGNORED, "explains": ["rules.errors_says"]}
    panel(view, "list_errors", partial(what_if.errors, question=asked), **shown)
    if asked.changes and asked.by:
        for column, error in zip(st.columns(2), what_if.ERRORS, strict=True):
            with column:
                panel(view, f"list_{error}", partial(what_if.errors_by, question=asked, error=error), **shown)
if programme:
    counts = {name: f"rules.column_{name}" for name in ("name", *what_if.COUNTS)}
    table(view, "rules.movers", what_if.movers(view, question=asked), counts)
    headers = {name: f"rules.column_{name}" for name in what_if.RULE_COLUMNS}
    table(view, "rules.in_force", what_if.rules(view, programme=programme), headers, face="words", badges=("status",))
    st.caption(words("rules.statuses"))
