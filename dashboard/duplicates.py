"""What leadership and officers see of the pairs: counts and rates alone, read anew as reviewers change them."""

from pathlib import Path
from typing import Any, Final

import streamlit as st

from analytics.adjudication import Adjudication, Overview, open_adjudication
from analytics.register import has_register
from analytics.settings import settings
from dashboard.briefs.record import add_card, add_part
from dashboard.filterbar import not_applied
from dashboard.reader import Reader, reader
from dashboard.views import duplicates as views

COMMAND: Final = "tepat faces duplicates"
REVIEW_PAGE: Final = Path(__file__).parents[1] / "pages" / "tinjau.py"
CARDS: Final = (("found", "to_review", "expected_false"), ("confirmed", "dismissed", "undecided"))
PLACES: Final = views.PLACES


@st.cache_resource(max_entries=1, show_spinner=False)
def _adjudication(register: str) -> Adjudication:
    del register  # the key
    return open_adjudication(settings())


def adjudication() -> Adjudication:
    """Return the register's pairs in this session's scope; the register is opened once. They name no person."""
    return _adjudication(f"{settings().home}|{settings().register_url}").within(
        reader().access.area, role=reader().access.role
    )


def load(reader: Reader) -> Overview | None:
    """Return the pairs of the shown data set; None where nobody has searched for any."""
    if not has_register(settings()):
        return None
    found = adjudication().overview(reader.manifest.dataset.name)
    return found if found.run else None


def title(reader: Reader, found: Overview | None) -> str:
    """Return how many pairs were found and how many of them are one person."""
    words = reader.words
    if found is None:
        return words("duplicates.title_none")
    if not found.found:
        return words("duplicates.title_clean")
    return words("duplicates.title", found=words.number(found.found), confirmed=words.number(found.confirmed))


def nothing_yet(reader: Reader) -> None:
    """Say that no search was run, and the command that runs one."""
    add_part("", notices=[reader.words("duplicates.none")])
    st.info(reader.words("duplicates.none"), icon=":material/info:")
    st.code(COMMAND, language="bash")


def notices(reader: Reader, found: Overview) -> None:
    """Say what a pair is not, which filters do not apply, and where pairs are judged."""
    words = reader.words
    add_part("", notices=[words("duplicates.stops_nothing"), words("duplicates.likeness")])
    st.markdown(f":material/shield: {words('duplicates.stops_nothing')}")
    st.markdown(f":material/family_restroom: {words('duplicates.likeness')}")
    skipped = not_applied(list(reader.given()), words)
    if skipped:
        st.caption(f":material/filter_alt_off: {skipped}")
    if found.run and found.run["snapshot"] != reader.snapshot:
        st.caption(f":orange-badge[:material/schedule:] {words('duplicates.older', snapshot=found.run['snapshot'])}")
    if found.to_review and reader.access.may_open("tinjau"):
        st.page_link(
            REVIEW_PAGE, label=words("duplicates.to_reviewing"), icon=":material/compare:",
            query_params={"lang": words.language},
        )  # fmt: skip


def cards(reader: Reader, found: Overview) -> None:
    """Draw how many pairs there are and what became of them."""
    words = reader.words
    values: dict[str, Any] = {
        "verdicts": words.number(found.verdicts),
        "pairs": words.number(found.run["pairs"] if found.run else None),
        "people": words.number(found.run["people"] if found.run else None),
    }
    for row in CARDS:
        for column, name in zip(st.columns(len(row)), row, strict=True):
            with column, st.container(border=True, height="stretch", key=f"duplicates_{name}"):
                shown = words.number(getattr(found, name), decimals=1 if name == "expected_false" else 0)
                label, says = words(f"duplicates.{name}"), words(f"duplicates.{name}_text", **values)
                st.metric(label, shown)
                st.caption(says)
                add_card(label, shown, says)


def operating_point(reader: Reader, found: Overview) -> None:
    """Draw at which operating point the pairs were found."""
    words = reader.words
    with st.container(border=True, height="stretch", key="duplicates_operating_point"):
        st.subheader(words("duplicates.operating_point"), anchor=False)
        facts = [f"**{words(f'duplicates.{name}')}**: {said}" for name, said in views.facts(reader, found)]
        add_part(words("duplicates.operating_point"), notices=[*facts, words("duplicates.operating_point_text")])
        st.markdown("  \n".join(facts))
        st.caption(words("duplicates.operating_point_text"))


def blind_spots(reader: Reader, found: Overview) -> None:
    """Draw what the search cannot see, with how many where that is known."""
    words = reader.words
    with st.container(border=True, height="stretch", key="duplicates_blind_spots"):
        st.subheader(words("duplicates.blind_spots"), anchor=False)
        unseen = views.unseen(words, found)
        add_part(words("duplicates.blind_spots"), notices=unseen)
        for said in unseen:
            st.markdown(f"- {said}")


def agreement(reader: Reader) -> None:
    """Draw how well blind reviewers agree, what κ means, and how fast they are."""
    words, dataset = reader.words, reader.manifest.dataset.name
    agreed = adjudication().agreement(dataset)
    with st.container(border=True, key="duplicates_agreement"):
        st.subheader(words("duplicates.agreement"), anchor=False)
        sentences = [] if agreed else [words("duplicates.agreement_none")]
        sentences += views.agreement_sentences(words, agreed)
        sentences += views.speed_sentences(words, adjudication().speeds(dataset))
        add_part(words("duplicates.agreement"), notices=sentences)
        for said in sentences:
            st.markdown(said)
    if len(agreed) > 1:
        views.agreement_table(reader, agreed)
