"""Mutu Data: how much of the last export passed, which rules were broken, where, since when, and in which rows."""

import streamlit as st

from dashboard import quality
from dashboard.findings import quality_title
from dashboard.head import page_head
from dashboard.reader import reader
from dashboard.tables import table
from dashboard.views import quality as views

view = reader()
page_head(view, "mutu_data", quality_title(view))
quality.tools(view)
quality.last_attempt(view)

table(
    view,
    "quality.tables",
    views.tables(view),
    {
        "table": "quality.table",
        "passed": "quality.passed",
        "rows": "quality.rows",
        "rejected": "quality.rejected",
        "file": "quality.file",
    },
    passed=("passed",),
)
quality.rule_table(view)

chosen = quality.choose_findings(view)
left, right = st.columns(2)
with left:
    quality.districts(view, chosen)
with right:
    quality.over_time(view, chosen)
quality.rows(view, chosen)
