"""What analytics measures of objections under a reader's scope and filters, kept by both; and what a page lets choose.

Every answer comes from the warehouse that is cut to the scope, and is kept by snapshot, scope and filters.
"""

from typing import Final

import pandas as pd
import streamlit as st

from analytics.eligibility import rulebook
from analytics.estimation import Survival
from analytics.metrics import Filters
from analytics.objections import backlog as forecasting
from analytics.objections import durations as waiting
from analytics.objections import evidence as proving
from analytics.objections import flow as flowing
from analytics.objections import sources as correcting
from analytics.settings import settings
from dashboard.choices import choose
from dashboard.codes import code_name
from dashboard.reader import Reader, Seen, warehouse_of

_TTL: Final = "1h"
_ENTRIES: Final = 500


def window() -> int:
    """Return the days within which a case should end."""
    return settings().objection_days


def flow(reader: Reader, *, by: str) -> pd.DataFrame:
    """Return where cases went and how they ended, by groups."""
    return _flow(reader.seen, reader.filters, by)


def durations(reader: Reader, *, by: str = "step") -> pd.DataFrame:
    """Return days until cases end, by groups."""
    return _durations(reader.seen, reader.filters, by, window())


def curve(reader: Reader) -> Survival | None:
    """Return the share of cases still waiting by day; None where the snapshot does not tell."""
    return _curve(reader.seen, reader.filters)


def ages(reader: Reader) -> "pd.Series[int]":
    """Return the open cases by age in days."""
    return _ages(reader.seen, reader.filters)


def backlog(reader: Reader) -> forecasting.Backlog | None:
    """Return what was and what will be open."""
    return _backlog(reader.seen, reader.filters)


def overturned(reader: Reader, *, by: str) -> proving.Overturned | None:
    """Return how often a field check overturns refusals, by groups."""
    return _overturned(reader.seen, reader.filters, by)


def agent_spread(reader: Reader) -> proving.AgentSpread | None:
    """Return how far agents lie apart."""
    return _agent_spread(reader.seen, reader.filters)


def corrections(reader: Reader, *, programme: str) -> correcting.Corrections | None:
    """Return what correcting each data source would change."""
    return _corrections(reader.seen, reader.filters, programme)


def group_choice(reader: Reader, name: str, options: tuple[str, ...]) -> str:
    """Draw the choice of what a section is broken down by."""
    words = reader.words
    return choose(words, name, options, label=words("objections.by"), shown=lambda code: words(f"objections.by_{code}"))


def programme_choice(reader: Reader) -> str:
    """Return the programme of the filters, or draw the choice of one that has rules; empty where none has."""
    known = reader.ruled_programmes()
    if reader.filters.programme in known or not known:
        return reader.filters.programme if known else ""
    return choose(reader.words, "source_programme", known, label=reader.words("filters.name_programme"), shown=str)


def group_name(reader: Reader, by: str, code: str) -> str:
    """Return the name of a group in the reader's language."""
    words = reader.words
    if by == "district":
        return reader.place(code)
    if by == "programme":
        return code or words("objections.no_programme")
    return code_name(words, {"channel": "objection_channel"}.get(by, by), code)


@st.cache_data(ttl=_TTL, max_entries=_ENTRIES, show_spinner=False)
def _flow(seen: Seen, filters: Filters, by: str) -> pd.DataFrame:
    return flowing.flow(warehouse_of(seen), filters, by=by)


@st.cache_data(ttl=_TTL, max_entries=_ENTRIES, show_spinner=False)
def _durations(seen: Seen, filters: Filters, by: str, days: int) -> pd.DataFrame:
    return waiting.durations(warehouse_of(seen), filters, window=days, by=by)


@st.cache_data(ttl=_TTL, max_entries=_ENTRIES, show_spinner=False)
def _curve(seen: Seen, filters: Filters) -> Survival | None:
    return waiting.curve(warehouse_of(seen), filters)


@st.cache_data(ttl=_TTL, max_entries=_ENTRIES, show_spinner=False)
def _ages(seen: Seen, filters: Filters) -> "pd.Series[int]":
    return waiting.ages(warehouse_of(seen), filters)


@st.cache_data(ttl=_TTL, max_entries=_ENTRIES, show_spinner=False)
def _backlog(seen: Seen, filters: Filters) -> forecasting.Backlog | None:
    return forecasting.backlog(warehouse_of(seen), filters)


@st.cache_data(ttl=_TTL, max_entries=_ENTRIES, show_spinner=False)
def _overturned(seen: Seen, filters: Filters, by: str) -> proving.Overturned | None:
    return proving.overturned(warehouse_of(seen), filters, by=by)


@st.cache_data(ttl=_TTL, max_entries=_ENTRIES, show_spinner=False)
def _agent_spread(seen: Seen, filters: Filters) -> proving.AgentSpread | None:
    return proving.agent_spread(warehouse_of(seen), filters)


@st.cache_data(ttl=_TTL, max_entries=_ENTRIES, show_spinner=False)
def _corrections(seen: Seen, filters: Filters, programme: str) -> correcting.Corrections | None:
    warehouse = warehouse_of(seen)
    return correcting.corrections(warehouse, programme, rulebook(), day=warehouse.manifest.day, filters=filters)
