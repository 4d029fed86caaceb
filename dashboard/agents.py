"""What the page of agents shows of the latest review: read once, as a review never changes; draws are read anew."""

from dataclasses import dataclass
from typing import Final

import pandas as pd
import streamlit as st

from analytics.agents.results import precision
from analytics.agents.storing import AgentRegister, Review, open_agent_register
from analytics.disclosure import SMALLEST
from analytics.register import has_register
from analytics.settings import settings
from dashboard.briefs.record import add_card, add_part
from dashboard.filterbar import not_applied
from dashboard.reader import Reader
from dashboard.words import Words

COMMAND: Final = "tepat agents review"
CARDS: Final = ("judged", "proposed", "innocent")


@dataclass(frozen=True)
class Shown:
    """The latest review of the data set, and whether this reader may see single agents."""

    review: Review
    findings: pd.DataFrame
    identified: bool


def load(reader: Reader) -> Shown | None:
    """Return the latest review of the shown data set; None where nobody has made one."""
    if not has_register(settings()):
        return None
    found = _register().review(reader.manifest.dataset.name)
    if found is None:
        return None
    findings = _findings(_key(), found.id)
    return Shown(found, findings, reader.access.may("see_agents"))


def draws(reader: Reader) -> pd.DataFrame:
    """Return the blind draws of the data set."""
    return _register().draws(reader.manifest.dataset.name)


def found_by_asking(reader: Reader) -> pd.DataFrame:
    """Return how often families asked again say something else; see `analytics.agents.results.precision`."""
    return precision(_register().outcomes(reader.manifest.dataset.name))


def counted(words: Words, count: int) -> str:
    """Return a number of agents, or that it is small."""
    return words("agents.few", n=SMALLEST) if 0 < count < SMALLEST else words.number(count)


def told(words: Words, shown: Shown, count: int) -> str:
    """Return a number of agents as this reader may know it."""
    return words.number(count) if shown.identified else counted(words, count)


def title(reader: Reader, shown: Shown | None) -> str:
    """Return how many agents are proposed to be looked at again."""
    words = reader.words
    if shown is None:
        return words("agents.title_none")
    if not shown.review.proposed:
        return words("agents.title_nobody", agents=words.number(shown.review.agents))
    proposed = told(words, shown, shown.review.proposed)
    return words("agents.title", proposed=proposed, agents=words.number(shown.review.agents))


def nothing_yet(reader: Reader) -> None:
    """Say that there is no review, and the command that makes one."""
    add_part("", notices=[reader.words("agents.none")])
    st.info(reader.words("agents.none"), icon=":material/info:")
    st.code(COMMAND, language="bash")


def notices(reader: Reader, shown: Shown) -> None:
    """Say what a proposal is not, how many honest agents are among the proposed, and what cannot be seen."""
    words, review = reader.words, shown.review
    said = [words("agents.no_accusation"), words("agents.two_families", level=words.percent(review.level, decimals=0))]
    add_part("", notices=[*said, words("agents.unseen")])
    st.markdown(f":material/shield: {said[0]}")
    st.markdown(f":material/balance: {said[1]}")
    st.caption(f":material/visibility_off: {words('agents.unseen')}")
    if not shown.identified:
        st.caption(f":material/lock: {words('agents.without_names', n=SMALLEST)}")
    skipped = not_applied(list(reader.given()), words)
    if skipped:
        st.caption(f":material/filter_alt_off: {skipped}")
    if review.snapshot != reader.snapshot:
        st.caption(f":orange-badge[:material/schedule:] {words('agents.older', snapshot=review.snapshot)}")


def cards(reader: Reader, shown: Shown) -> None:
    """Draw how many agents were judged, are proposed, and of these may be proposed for nothing."""
    words, review = reader.words, shown.review
    hidden = not shown.identified and 0 < review.proposed < SMALLEST
    level = words.percent(review.level, decimals=0)
    values = {
        "judged": words.number(review.agents),
        "proposed": told(words, shown, review.proposed),
        "innocent": words("agents.few", n=1) if hidden else words.number(review.expected_innocent, decimals=1),
    }
    texts = {
        "judged": words("agents.judged_text", applications=words.number(review.applications)),
        "proposed": words("agents.proposed_text"),
        "innocent": words("agents.innocent_text", level=level),
    }
    for column, name in zip(st.columns(len(CARDS)), CARDS, strict=True):
        with column, st.container(border=True, height="stretch", key=f"agents_{name}"):
            label = words(f"agents.{name}")
            st.metric(label, values[name])
            st.caption(texts[name])
            add_card(label, values[name], texts[name])


def _key() -> str:
    return f"{settings().home}|{settings().register_url}"


def _register() -> AgentRegister:
    return _opened(_key())


@st.cache_resource(max_entries=1, show_spinner=False)
def _opened(register: str) -> AgentRegister:
    del register  # the key
    return open_agent_register(settings())


@st.cache_data(max_entries=3, show_spinner=False)
def _findings(register: str, review: str) -> pd.DataFrame:
    return _opened(register).findings(review)
