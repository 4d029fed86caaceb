"""Kasus: one family and programme; what the record says, what to look at, what was done, what can be done next."""

import streamlit as st

from dashboard import casework
from dashboard.casefile import history, reasons, record, why_opened
from dashboard.head import page_head
from dashboard.queue import officer_choice
from dashboard.reader import reader

view = reader()
title = st.container()
officer = officer_choice(view)
case = casework.chosen(view)
with title:
    page_head(view, "kasus", casework.title(view, case))
if case is None:
    casework.nothing_chosen(view)
else:
    casework.summary(view, case)
    record(view, case)
    left, right = st.columns(2)
    with left:
        reasons(view, case)
        why_opened(view, case)
    with right:
        casework.actions(view, case, officer)
    history(view, case)
