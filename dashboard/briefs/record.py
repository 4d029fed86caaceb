"""What a page drew for its reader, written down while it ran: the one source of a brief.

`page_head` begins a record; cards, sentences, panels and tables add themselves. Figures are kept as what makes them:
nothing is drawn twice unless a brief is asked for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import pandas as pd
import streamlit as st

from analytics.metrics import Filters
from dashboard.charts.chart import Chart
from dashboard.faults import told
from dashboard.words import Words

PAGES: Final = (
    "ringkasan",
    "pendaftaran",
    "usul_sanggah",
    "ketepatan_sasaran",
    "perbandingan_wilayah",
    "dugaan",
    "duplikat",
    "aturan",
    "mutu_data",
)
"""Pages with a brief: those of counts and rates. Pages about single families and pairs have none."""
KEY: Final = "brief"
"""Where a session keeps its record."""


@dataclass(frozen=True)
class Card:
    """One key figure: its name, its value in words, what it rests on, and, where there is one, its trend in words."""

    label: str
    value: str
    basis: str
    trend: str = ""


@dataclass(frozen=True)
class Content:
    """A figure or table: `data` has numbers as numbers, `shown` the same cells as the screen words them."""

    data: pd.DataFrame
    chart: Chart | None = None
    shown: pd.DataFrame | None = None


@dataclass(frozen=True)
class Part:
    """One panel, table or list of sentences.

    Attributes:
        title: Its title on the page.
        make: Makes the content; a sentence where there is nothing to show; None for a part of sentences alone.
        notices: What stands above the figure: filters that do not apply, stale data; or the sentences themselves.
        definitions: What the figure counts, one paragraph each, in Markdown.
    """

    title: str
    make: Callable[[], Content | str] | None = None
    notices: tuple[str, ...] = ()
    definitions: tuple[str, ...] = ()

    def content(self, words: Words) -> Content | str | None:
        """Return what is to be printed; a failure is a sentence here as it is on the page."""
        if self.make is None:
            return None
        try:
            return self.make()
        except Exception as error:  # told and logged; the rest of the brief stays
            return told(error, words)


@dataclass
class Record:
    """What one run of a page drew, in its order; `given` are the filters that it ran under."""

    page: str
    dataset: str
    title: str
    subtitle: str
    words: Words
    stamp: str
    filters: str
    snapshot: str
    simulated: bool
    given: Filters
    cards: list[Card] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)


def begin(record: Record) -> None:
    """Let the parts that follow be written to `record`; to nothing when its page has no brief."""
    st.session_state[KEY] = record if record.page in PAGES else None


def recorded() -> Record | None:
    """Return the record of the page that runs, None where it has no brief."""
    found = st.session_state.get(KEY)
    return found if isinstance(found, Record) else None


def add_card(label: str, value: str, basis: str, *, trend: str = "") -> None:
    """Write down a key figure."""
    record = recorded()
    if record is not None:
        record.cards.append(Card(label, value, basis, trend))


def add_part(
    title: str,
    make: Callable[[], Content | str] | None = None,
    *,
    notices: Sequence[str] = (),
    definitions: Sequence[str] = (),
) -> None:
    """Write down a panel, a table, or sentences under a title."""
    record = recorded()
    if record is not None:
        kept = tuple(notice for notice in notices if notice)
        record.parts.append(Part(title, make, notices=kept, definitions=tuple(definitions)))
