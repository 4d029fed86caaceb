"""Whether the access log is as it was written: when it was last found whole, and a verification at a button's press."""

from datetime import datetime
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analytics.access_log import Checked, Finding, Verified, end_is_kept, last_check, verify_and_keep
from analytics.settings import settings
from dashboard import logged
from dashboard.faults import guarded
from dashboard.reader import Reader
from dashboard.words import Words

VERIFIED: Final = "log.verified"
"""Of a session: how its last verification ended."""


def state(reader: Reader) -> Checked | None:
    """Return when the chain was last found whole, after the verification that was asked for; None = never."""
    if st.session_state.pop("log.asked", False):
        bar = st.progress(0.0, text=reader.words("log.verifying"))
        with guarded(reader.words):
            st.session_state[VERIFIED] = verify_and_keep(
                settings(), actor=logged.actor(reader), role=reader.access.role,
                progress=lambda share: _moved(bar, share, reader.words),
            )  # fmt: skip
        bar.empty()
    return last_check(logged.database())


def draw(reader: Reader, checked: Checked | None) -> None:
    """Draw the state of the chain, the first entry that is not as it was, and the button that verifies it."""
    words, found = reader.words, st.session_state.get(VERIFIED)
    with st.container(border=True, key="log_chain"):
        st.subheader(words("log.chain"), anchor=False)
        if isinstance(found, Verified) and not found.is_whole:
            st.error(_broken(words, found), icon=":material/link_off:")
        elif not end_is_kept(logged.database(), settings().home):
            st.error(words("log.end_lost"), icon=":material/link_off:")
        if checked is None:
            st.markdown(f":material/help: {words('log.never_checked')}")
        else:
            moment = words.moment(datetime.fromisoformat(checked.at), zone=reader.manifest.dataset.timezone)
            st.markdown(
                f":material/history: "
                f"{words('log.whole', moment=moment, actor=checked.actor, entries=words.number(checked.entries))}"
            )
        st.button(words("log.verify"), icon=":material/verified_user:", on_click=_ask, key="log_verify")
        st.caption(words("log.chain_says"))


def _moved(bar: DeltaGenerator, share: float, words: Words) -> None:
    bar.progress(share, text=words("log.verifying"))


def _ask() -> None:
    st.session_state["log.asked"] = True


def _broken(words: Words, found: Verified) -> str:
    first = words("log.broken", finding=finding_text(words, found.findings[0]))
    more = found.count - 1
    return f"{first} {words('log.broken_more', count=words.number(more))}" if more else first


def finding_text(words: Words, finding: Finding) -> str:
    """Return a finding in words."""
    numbers = words.number(finding.first)
    if finding.last != finding.first:
        numbers = words("log.from_to", first=numbers, last=words.number(finding.last))
    return words(f"log.finding_{finding.kind}", numbers=numbers, was=words.number(finding.was))
