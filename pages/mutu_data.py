"""Mutu Data: what the last publication let in and kept out, which rules were broken, and in which rows."""

import streamlit as st

from analytics.metrics import quality
from dashboard.findings import quality_title
from dashboard.head import page_head
from dashboard.reader import reader
from dashboard.tables import table

view = reader()
words = view.words
page_head(view, "mutu_data", quality_title(view))

attempt = view.last_attempt()
if attempt is not None and not attempt.published:
    moment = words.moment(attempt.at, zone=view.manifest.dataset.timezone)
    st.warning(words("quality.failed", moment=moment, message=attempt.message), icon=":material/error:")

table(
    view,
    "quality.tables",
    quality.tables(view.manifest),
    {
        "table": "quality.table",
        "file": "quality.file",
        "rows": "quality.rows",
        "rejected": "quality.rejected",
        "share": "quality.share",
    },
    shares=("share",),
)
table(
    view,
    "quality.rules",
    quality.failing_rules(view.gate("results")),
    {
        f"says_{words.language}": "quality.rule",
        "rule": "quality.rule_id",
        "checked": "quality.checked",
        "failed": "quality.broken",
        "share": "quality.share",
    },
    shares=("share",),
)
table(
    view,
    "quality.quarantine",
    view.gate("quarantine"),
    {"table": "quality.table", "file": "quality.file", "row": "quality.row", "rule": "quality.rule_id"},
)
table(
    view,
    "quality.history",
    quality.over_time(view.history()),
    {
        "snapshot": "quality.snapshot",
        "published_at": "quality.published_at",
        "rows": "quality.rows",
        "rejected": "quality.rejected",
    },
)
