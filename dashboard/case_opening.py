"""Opening cases of confirmed pairs: a visit to both families, whose benefits go on."""

from functools import partial

import pandas as pd
import streamlit as st

from analytics.adjudication import AdjudicationError
from analytics.adjudication.life import GRACE
from analytics.cases import CaseError
from analytics.register import has_register
from analytics.settings import settings
from dashboard.duplicates import adjudication
from dashboard.queue import CASE_PAGE, visitor_choices
from dashboard.reader import Reader


def open_confirmed(reader: Reader, officer: str) -> None:
    """Draw the form that opens cases of the pairs that were confirmed long enough ago to be no slip."""
    if not (reader.access.may("open_cases") and has_register(settings())):
        return
    words = reader.words
    with st.expander(words("duplicates.open_cases")), st.form("open_cases", border=False):
        minutes = words.number(GRACE.total_seconds() / 60)
        st.markdown(words("duplicates.open_cases_text", minutes=minutes))
        reason = st.text_input(words("cases.reason"), key="open_cases.reason")
        if st.form_submit_button(words("duplicates.open_cases")):
            _open(reader, officer, reason)
        if reader.access.may_open("antrean"):
            st.page_link(
                CASE_PAGE.with_name("antrean.py"), label=words("cases.to_queue"), icon=":material/inbox:",
                query_params={"lang": str(words.language)} | visitor_choices(reader),
            )  # fmt: skip


def _open(reader: Reader, officer: str, reason: str) -> None:
    words, manifest = reader.words, reader.manifest
    try:
        opened = adjudication().open_cases(
            partial(_receives, reader), dataset=manifest.dataset.name, snapshot=manifest.snapshot, officer=officer,
            reason=reason,
        )  # fmt: skip
    except (AdjudicationError, CaseError) as refused:
        st.error(" ".join(part for part in (refused.message, refused.cause, refused.next_step) if part))
        return
    count = opened.cases + opened.joined
    if count:
        st.success(words("duplicates.cases_opened", cases=words.number(opened.cases),
                         joined=words.number(opened.joined)))  # fmt: skip
    else:
        st.info(words("duplicates.no_cases"), icon=":material/info:")


def _receives(reader: Reader) -> pd.DataFrame:
    """Return family_id, programme of those that receive."""
    from analytics.cases.selection import candidates  # noqa: PLC0415 - loads the models' libraries

    return candidates(reader.warehouse).query("side == 'receives'")
