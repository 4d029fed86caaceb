"""The open alerts that a reader may see, and what is said of one."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from analytics.alerts.catalogue import Entry, Unit, catalogue
from analytics.alerts.reading import Alerts, Judgement
from analytics.alerts.reading import open_alerts as opened
from analytics.metrics.quality import district_of
from analytics.register import has_register
from analytics.settings import settings
from dashboard.choices import current
from dashboard.filterbar import place_name
from dashboard.queue import OFFICERS
from dashboard.reader import Reader
from dashboard.words import NO_VALUE, Words

INDEX_DECIMALS: Final = 2


@dataclass(frozen=True)
class Open:
    """The alerts of the reader's area and programme, the worst first, and when they were judged; None = never."""

    rows: pd.DataFrame
    judgement: Judgement | None


def load(reader: Reader) -> Open:
    """Return the alerts under the reader's filters: never of a region outside their scope."""
    if not has_register(settings()):
        return Open(pd.DataFrame(), None)
    dataset = reader.manifest.dataset.name
    rows = register(reader).within(district_of(reader.filters.area)).listed(dataset)
    if reader.filters.programme:
        rows = rows[rows["programme"].isin(["", reader.filters.programme])]
    return Open(rows, register(reader).judgement(dataset))


def acknowledge(reader: Reader, row: dict[str, Any], reason: str) -> None:
    """Say that the reader looks after one alert.

    Raises:
        AlertError: it is not open any more, or the reason is none.
    """
    register(reader).acknowledge(
        row["dataset"], row["code"], by=reader.officer or current("officer", OFFICERS[0]), reason=reason,
        role=reader.access.role, number=int(row["id"]),
    )  # fmt: skip


def register(reader: Reader) -> Alerts:
    """Return the register's alerts in the reader's scope; it is opened once for all sessions."""
    return _opened(f"{settings().home}|{settings().register_url}").within(reader.access.area)


@st.cache_resource(max_entries=1, show_spinner=False)
def _opened(key: str) -> Alerts:
    del key
    return opened(settings())


def heading(reader: Reader, row: dict[str, Any]) -> str:
    """Return what an alert is about: its name, place and programme."""
    name = catalogue()[row["code"]].name.to(reader.words.language)
    place = place_name(reader, row["area"]) if row["area"] else reader.words("alerts.whole")
    return " · ".join(part for part in (f"**{name}**", place, row["programme"]) if part)


def figure(row: dict[str, Any], words: Words) -> str:
    """Return an alert's figure beside its threshold, with the interval and the rows under it where it has them."""
    entry = catalogue()[row["code"]]
    kind = "limit" if entry.source == "trend" else entry.direction
    said = [
        words(
            f"alerts.figure_{kind}",
            value=_shown(row["value"], entry.unit, words),
            threshold=_shown(row["threshold"], entry.unit, words),
        )
    ]
    if entry.grain:
        said.append(words(f"kpi.grain_{entry.grain}"))
    if row["low"] is not None:
        said.append(words("alerts.interval", interval=_interval(row, entry, words)))
    if row["n"]:
        said.append(words("alerts.rows", n=words.number(row["n"])))
    return " · ".join(said)


def local_day(reader: Reader, utc: datetime) -> date:
    """Return the day of a moment where the data set is."""
    return utc.replace(tzinfo=UTC).astimezone(ZoneInfo(reader.manifest.dataset.timezone)).date()


def _interval(row: dict[str, Any], entry: Entry, words: Words) -> str:
    if entry.unit == "share":
        return words.interval(row["low"], row["high"])
    return f"{words.number(100 * row['low'], decimals=1)}–{_shown(row['high'], entry.unit, words)}"


def _shown(value: float | None, unit: Unit, words: Words) -> str:
    if value is None:
        return NO_VALUE
    if unit == "share":
        return words.percent(value)
    if unit == "points":
        return words.points(value)
    if unit in {"days", "times"}:
        decimals = 1 if unit == "days" else INDEX_DECIMALS
        return words(f"alerts.{unit}", count=words.number(value, decimals=decimals))
    return words.number(value, decimals=INDEX_DECIMALS if unit == "index" else 0)
