"""The case queue: who is looking, what they ask for, and the cases of one page."""

import datetime as dt
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd
import streamlit as st

from analytics.access import VISITOR
from analytics.cases import NOBODY, SIDES, STATES, Cases, Page, open_cases
from analytics.register import has_register
from analytics.settings import settings
from dashboard.choices import choose, current, put
from dashboard.reader import Reader, reader
from dashboard.tables import table

OFFICERS: Final = tuple(f"petugas-{number}" for number in range(1, 7))
"""Officers to choose from where nobody signs in."""
PAGE_ROWS: Final = 20
ANYBODY, OWN, FREE = "all", "own", "free"
CASE_PAGE: Final = Path(__file__).parents[1] / "pages" / "kasus.py"


@dataclass(frozen=True)
class Asked:
    """What the reader asks the queue for; an empty part asks for all."""

    officer: str
    state: str
    side: str
    whose: str
    page: int


@st.cache_resource(max_entries=1, show_spinner=False)
def _cases(register: str) -> Cases:
    del register  # the key
    return open_cases(settings())


def cases() -> Cases:
    """Return the register's cases in this session's scope; the register is opened once for all sessions."""
    return _cases(f"{settings().home}|{settings().register_url}").within(
        reader().access.area, role=reader().access.role
    )


def officer_choice(reader: Reader) -> str:
    """Return the officer who acts: who signed in; a visitor chooses one."""
    if reader.officer:
        return reader.officer
    words = reader.words
    return choose(
        words, "officer", OFFICERS, label=words("cases.officer"), shown=lambda name: officer_name(reader, name),
        help_text=words("cases.officer_help"),
    )  # fmt: skip


def officer_name(reader: Reader, officer: str) -> str:
    """Return an officer's name; one who is not among those to choose from is shown by code."""
    if officer not in OFFICERS:
        return officer
    return reader.words("cases.officer_name", number=officer.rpartition("-")[2])


def controls(reader: Reader, officer: str) -> Asked:
    """Draw what the queue can be asked for."""
    words = reader.words

    def name(group: str) -> Any:
        return lambda code: words(f"cases.{group}_{code or 'all'}")

    with st.container(horizontal=True, vertical_alignment="bottom"):
        state = choose(words, "state", ["", *STATES], label=words("cases.state"), shown=name("state"))
        side = choose(words, "side", ["", *SIDES], label=words("cases.side"), face="segments", shown=name("side"))
        whose = choose(
            words, "whose", [ANYBODY, OWN, FREE], label=words("cases.whose"), face="segments", shown=name("whose")
        )
    page = current("page", "1")
    return Asked(officer, state, side, whose, int(page) if page.isdecimal() and int(page) else 1)


def load(reader: Reader, asked: Asked, *, state: str | None = None) -> Page:
    """Return a page of the cases of the shown data set and area; without a register, none."""
    if not has_register(settings()):
        return Page(rows=pd.DataFrame(), total=0)
    return cases().queue(
        dataset=reader.manifest.dataset.name,
        area=reader.filters.area,
        state=asked.state if state is None else state,
        assignee={ANYBODY: "", OWN: asked.officer, FREE: NOBODY}[asked.whose],
        side=asked.side,
        programme=reader.filters.programme,
        page=asked.page,
        rows=PAGE_ROWS,
    )


def title(reader: Reader, found: Page) -> str:
    """Return how many cases the filters leave, and how many of this page are past their deadline."""
    words = reader.words
    if not found.total:
        return words("cases.title_none")
    late = sum(is_late(day) for day in found.rows["due_on"])
    return words("cases.title_queue", total=words.number(found.total), late=words.number(late))


def place(reader: Reader, village: str, district: str) -> str:
    """Return a village with its district: two districts may have villages of one name."""
    return f"{reader.place(village)}, {reader.place(district)}"


def is_late(due_on: dt.date | None) -> bool:
    """Say whether a deadline is over; a closed case has none."""
    return due_on is not None and due_on < dt.datetime.now(dt.UTC).date()


def due_text(reader: Reader, due_on: dt.date | None) -> str:
    """Return a deadline in words; empty for a case without one."""
    if due_on is None:
        return ""
    return reader.words("cases.late" if is_late(due_on) else "cases.due", day=reader.words.day(due_on))


def holder(reader: Reader, assignee: str | None) -> str:
    """Return who holds a case, in words."""
    if not assignee:
        return reader.words("cases.nobody")
    return reader.words("cases.held_by", officer=officer_name(reader, assignee))


def cards(reader: Reader, found: Page) -> None:
    """Draw the cases of the page, each with the way into it, or say why there are none."""
    words = reader.words
    if not found.total:
        st.info(words("cases.none_here"), icon=":material/info:")
        st.code("tepat cases open", language=None)
        return
    for row in found.rows.to_dict("records"):
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"case_{row['id']}"):
            st.page_link(
                CASE_PAGE,
                label=f"**{row['id']}**",
                icon=":material/folder_open:",
                query_params=way_to(reader, row["id"]),
            )
            facts = [
                place(reader, row["village"], row["district"]), row["programme"], words(f"cases.side_{row['side']}"),
                words(f"cases.state_{row['state']}"), due_text(reader, row["due_on"]), holder(reader, row["assignee"]),
            ]  # fmt: skip
            st.markdown(" · ".join(fact for fact in facts if fact))


def way_to(reader: Reader, case: str) -> dict[str, str]:
    """Return the query of a case's page; language, and a visitor's role and officer, go along."""
    return {"case": case, "lang": reader.words.language} | visitor_choices(reader)


def visitor_choices(reader: Reader) -> dict[str, str]:
    """Return what a link carries of a visitor's choices; of who signed in nothing."""
    if reader.officer:
        return {}
    chosen = {"role": reader.access.role, "role_area": reader.access.area} if reader.access.role != VISITOR else {}
    return chosen | {"officer": current("officer", OFFICERS[0])}


def pager(reader: Reader, asked: Asked, found: Page) -> None:
    """Draw the way to the pages before and after."""
    words, last = reader.words, math.ceil(found.total / PAGE_ROWS)
    if not found.total:
        return
    first = (asked.page - 1) * PAGE_ROWS
    place = words("cases.page_of", first=words.number(first + 1), last=words.number(first + len(found.rows)),
                  total=words.number(found.total))  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center", key="pager"):
        for number, icon, label in (
            (asked.page - 1, "arrow_back", "before"),
            (asked.page + 1, "arrow_forward", "after"),
        ):
            st.button(
                words(f"cases.page_{label}"), icon=f":material/{icon}:", disabled=not 1 <= number <= last,
                on_click=put, args=("page", str(number)), key=f"page_{label}",
            )  # fmt: skip
        st.caption(place)


def as_table(reader: Reader, found: Page) -> None:
    """Draw the same cases as a table that can be downloaded."""
    if not found.total:
        return
    words, rows = reader.words, found.rows
    shown = pd.DataFrame(
        {
            "code": rows["id"],
            "village": [place(reader, *at) for at in zip(rows["village"], rows["district"], strict=True)],
            "programme": rows["programme"],
            "side": [words(f"cases.side_{side}") for side in rows["side"]],
            "state": [words(f"cases.state_{state}") for state in rows["state"]],
            "due_on": [words.day(day) for day in rows["due_on"]],
            "assignee": [officer_name(reader, name) if name else "" for name in rows["assignee"]],
        }
    )
    table(reader, "cases.table", shown, {name: f"cases.{name}" for name in shown.columns})
