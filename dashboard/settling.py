"""Pairs on which three reviewers came to no majority: a supervisor who judged none of them settles it."""

import time
from collections.abc import Callable
from functools import partial
from typing import Final

import streamlit as st

from analytics.adjudication import OUTCOMES, AdjudicationConflict, AdjudicationError, RevealedPair, Reviewed
from analytics.register import has_register
from analytics.settings import settings
from dashboard.duplicates import adjudication
from dashboard.faults import guarded
from dashboard.pair_records import look, side_by_side
from dashboard.reader import Reader

LOOKED: Final = "reviewing.settling"


def settle_undecided(reader: Reader, officer: str) -> None:
    """Draw the pairs that wait for a supervisor; one that is opened shows its records and the form."""
    if not has_register(settings()):
        return
    words = reader.words
    waiting = adjudication().undecided(reader.manifest.dataset.name)
    if waiting.empty:
        st.session_state.pop(LOOKED, None)
        return
    with st.expander(words("duplicates.undecided_list", count=words.number(len(waiting)))), guarded(words):
        st.markdown(words("duplicates.undecided_list_text"))
        pair = st.selectbox(
            words("duplicates.pair"), list(waiting["pair"]), index=None, key=f"settling.{words.language}"
        )
        if pair is not None:
            version = int(waiting.loc[waiting["pair"] == pair, "version"].iloc[0])
            _settle(reader, adjudication().reveal(pair, viewer=officer), officer, version)


def _settle(reader: Reader, revealed: RevealedPair, officer: str, version: int) -> None:
    words = reader.words
    reviewers = {each.reviewer for each in revealed.reviews or ()}
    if officer in reviewers:
        st.info(words("duplicates.settle_not_you"), icon=":material/info:")
        return
    looked = st.session_state.get(LOOKED)
    if looked is None or (looked.pair, looked.viewer) != (revealed.id, officer):
        looked = look(revealed, viewer=officer, since=time.monotonic())
        st.session_state[LOOKED] = looked
    side_by_side(reader, revealed, looked)
    said = [words(f"duplicates.verdict_{each.verdict}").lower() for each in revealed.reviews or ()]
    st.markdown(words("duplicates.settle_said", verdicts=words.listed(said)))
    with st.form(f"settle-{revealed.id}", border=False):
        outcome = st.pills(
            words("duplicates.outcome"), OUTCOMES, key=f"settle.{revealed.id}.outcome",
            format_func=lambda name: words(f"duplicates.verdict_{name}"),
        )  # fmt: skip
        reason = st.text_input(words("duplicates.settle_reason"), key=f"settle.{revealed.id}.reason")
        if st.form_submit_button(words("duplicates.settle"), type="primary"):
            if outcome is None:
                st.error(words("cases.choose_one"))
            else:
                settle = adjudication().settle
                signed = partial(settle, revealed.id, officer=officer, version=version, reason=reason)
                _do(reader, partial(signed, outcome=outcome))


def _do(reader: Reader, settle: Callable[[], Reviewed]) -> None:
    try:
        settle()
    except AdjudicationConflict:
        st.warning(reader.words("duplicates.acted_meanwhile"))
    except AdjudicationError as refused:
        st.error(" ".join(part for part in (refused.message, refused.cause, refused.next_step) if part))
    else:
        st.session_state.pop(LOOKED, None)
        st.toast(reader.words("cases.done"), icon=":material/check:")
        st.rerun()
