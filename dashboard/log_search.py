"""The access log's entries: what an inspector asks for, and what was found; each question is itself in the log."""

import json
import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from analytics.access_log import ACTIONS, Checked, actors, began, entries, is_ref, tally
from analytics.access_log.entry import Detail
from analytics.register import has_register
from analytics.settings import settings
from dashboard import logged
from dashboard.choices import choose, choose_day, choose_text, clear, current, put
from dashboard.filterbar import not_applied
from dashboard.offers import offer
from dashboard.reader import Reader, holds_real_data
from dashboard.words import NO_VALUE, Words

PAGE_ROWS: Final = 50
MOST_TAKEN: Final = 50_000
"""Entries of one download."""
CHOICES: Final = ("who", "did", "object", "from_day", "to_day", "log_page")
"""Names of the choices in the URL; the log's days are others than the data's."""
COLUMNS: Final = ("number", "actor", "action", "at", "object", "role", "details", "purpose")
"""In the order of what a phone must show."""


@dataclass(frozen=True)
class Asked:
    """What is asked for; an empty part asks for all. Days are those of the data set's zone."""

    actor: str
    action: str
    ref: str
    since: date | None
    until: date | None
    page: int


@dataclass(frozen=True, eq=False)
class Found:
    """What was found.

    Attributes:
        asked: The question, its page among those that there are.
        rows: Entries of the page, newest first; see `analytics.access_log.entries`.
        tally: Of all entries found; see `analytics.access_log.tally`, and `day` in the data set's zone.
        days: Day and entries of it, oldest first.
        total: Entries found.
    """

    asked: Asked
    rows: pd.DataFrame
    tally: pd.DataFrame
    days: tuple[tuple[date, int], ...]
    total: int


def closed(reader: Reader) -> str:
    """Return why there is nothing to read here, as the key of a text; empty where there is.

    A visitor is told nothing of what officers did with personal data that lie beside simulated ones.
    """
    if not reader.officer and holds_real_data():
        return "closed"
    return "" if has_register(settings()) and began(logged.database()) else "nothing"


def controls(reader: Reader) -> Asked:
    """Draw what can be asked for, and say which filters do not apply."""
    words, zone = reader.words, ZoneInfo(reader.manifest.dataset.timezone)
    days = {"first": _local(began(logged.database()), zone).date(), "last": datetime.now(zone).date()}
    with st.container(horizontal=True, vertical_alignment="bottom", key="log_controls"):
        actor = choose(
            words, "who", ["", *actors(logged.database())], label=words("log.actor"),
            shown=lambda code: code or words("log.everybody"),
        )  # fmt: skip
        action = choose(
            words, "did", ["", *ACTIONS], label=words("log.action"), shown=lambda code: action_name(words, code)
        )
        ref = choose_text(
            words, "object", label=words("log.object"), valid=_is_known, help_text=words("log.object_help")
        )
        # Its icons are smaller than a thumb: days are asked for one level down, as in the filters.
        with st.popover(words("log.span"), icon=":material/date_range:"):
            since = choose_day(words, "from_day", label=words("filters.name_since"), **days)
            until = choose_day(words, "to_day", label=words("filters.name_until"), **days)
    if ref is None:
        st.warning(words("log.no_ref"), icon=":material/error:")
    skipped = not_applied(list(reader.given()), words)
    if skipped:
        st.caption(f":material/filter_alt_off: {skipped}")
    page = current("log_page", "1")
    number = int(page) if page.isdecimal() and len(page) < 8 and int(page) else 1
    return Asked(actor, action, ref or "", since, until, number)


def load(reader: Reader, asked: Asked) -> Found:
    """Keep that the log is looked at, then return what it says.

    Raises:
        NotLoggedError: that cannot be kept.
    """
    database, zone = logged.database(), ZoneInfo(reader.manifest.dataset.timezone)
    wanted = _wanted(asked, zone)
    logged.searched(reader, _said(asked))
    counts = tally(database, **wanted)
    counts["day"] = [_local(f"{hour}:00", zone).date() for hour in counts["hour"]]
    total = int(counts["entries"].sum())
    page = max(1, min(asked.page, math.ceil(total / PAGE_ROWS)))
    rows = entries(database, **wanted, rows=PAGE_ROWS, skip=(page - 1) * PAGE_ROWS)
    days = tuple((day, int(own["entries"].sum())) for day, own in counts.groupby("day") if isinstance(day, date))
    return Found(Asked(**{**asked.__dict__, "page": page}), rows, counts, days, total)


def _is_known(ref: str) -> bool:
    """Return whether the log names such an object: anything else may be somebody's name, and is kept nowhere."""
    return is_ref(ref) and not entries(logged.database(), ref=ref, rows=1).empty


def title(reader: Reader, found: Found, checked: Checked | None) -> str:
    """Return how many entries were found, and when the chain was last found whole."""
    words = reader.words
    total = words.number(found.total)
    if checked is None:
        return words("log.title_unchecked", total=total)
    day = words.day(_local(checked.at, ZoneInfo(reader.manifest.dataset.timezone)).date())
    return words("log.title", total=total, day=day)


def entries_table(reader: Reader, found: Found) -> None:
    """Draw the entries of the page, the way to the others, and the download of all; or that there are none."""
    words = reader.words
    with st.container(border=True, key="log_entries"):
        st.subheader(words("log.found"), anchor=False)
        if not found.total:
            st.info(words("log.none_found"), icon=":material/info:")
            st.button(words("filters.clear"), icon=":material/close:", on_click=clear, args=(CHOICES,))
            return
        shown = _in_words(reader, found.rows)
        st.dataframe(shown, hide_index=True, alt=words("log.found"), width="stretch")
        _pager(words, found)
        with st.container(horizontal=True):
            notes = [words("log.found"), words("log.most_taken", most=words.number(MOST_TAKEN))]
            taken = partial(_taken, reader, found.asked)
            offer(reader, "log_entries", taken, title=words("log.found"), notes=notes)


def action_name(words: Words, action: str) -> str:
    """Return what was done, in words."""
    return words(f"log.did_{action}") if action else words("log.everything")


def _said(asked: Asked) -> dict[str, Detail]:
    """Return what the log says of a question."""
    said: dict[str, Detail] = {
        "actor": asked.actor, "action": asked.action, "object": asked.ref, "since": str(asked.since or ""),
        "until": str(asked.until or ""), "page": asked.page if asked.page > 1 else 0,
    }  # fmt: skip
    return {name: value for name, value in said.items() if value}


def _wanted(asked: Asked, zone: ZoneInfo) -> dict[str, Any]:
    since = datetime.combine(asked.since, time.min, zone) if asked.since else None
    until = datetime.combine(asked.until, time.max, zone) if asked.until else None
    return {"actor": asked.actor, "action": asked.action, "ref": asked.ref, "since": since, "until": until}


def _local(at: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(at).replace(tzinfo=UTC).astimezone(zone)


def _in_words(reader: Reader, rows: pd.DataFrame) -> pd.DataFrame:
    words, zone = reader.words, reader.manifest.dataset.timezone
    said = {
        "number": [words.number(number) for number in rows["number"]],
        "at": [words.moment(datetime.fromisoformat(at), zone=zone) for at in rows["at"]],
        "actor": rows["actor"],
        "role": [words(f"log.role_{role}") if role else NO_VALUE for role in rows["role"]],
        "action": [action_name(words, action) for action in rows["action"]],
        "object": [_object(words, *at) for at in zip(rows["kind"], rows["ref"], strict=True)],
        "details": [_details(text) for text in rows["details"]],
        "purpose": rows["purpose"],
    }
    return pd.DataFrame({words(f"log.{name}"): said[name] for name in COLUMNS})


def _object(words: Words, kind: str, ref: str) -> str:
    return " ".join(part for part in (words(f"log.kind_{kind}") if kind else "", ref) if part)


def _details(text: str) -> str:
    return " · ".join(f"{name}: {value}" for name, value in json.loads(text).items() if value not in ("", None))


def _taken(reader: Reader, asked: Asked) -> pd.DataFrame:
    """Return all entries found, as codes and UTC, for machines as well as people."""
    zone = ZoneInfo(reader.manifest.dataset.timezone)
    rows = entries(logged.database(), **_wanted(asked, zone), rows=MOST_TAKEN)
    return rows.rename(columns={name: reader.words(f"log.column_{name}") for name in rows.columns})


def _pager(words: Words, found: Found) -> None:
    page, last = found.asked.page, math.ceil(found.total / PAGE_ROWS)
    first = (page - 1) * PAGE_ROWS
    with st.container(horizontal=True, vertical_alignment="center", key="log_pager"):
        for number, icon, label in ((page - 1, "arrow_back", "before"), (page + 1, "arrow_forward", "after")):
            st.button(
                words(f"cases.page_{label}"), icon=f":material/{icon}:", disabled=not 1 <= number <= last,
                on_click=put, args=("log_page", str(number)), key=f"log_page_{label}",
            )  # fmt: skip
        st.caption(
            words("log.page_of", first=words.number(first + 1), last=words.number(first + len(found.rows)),
                  total=words.number(found.total))
        )  # fmt: skip
