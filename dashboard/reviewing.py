"""Judging pairs: the next pair stands there after each verdict; what a reviewer judged can be taken back.

Blind: before the own verdict no score, band or verdict of another is in a session. What the vault gave stays in the
session of who looked, for the pair in hand alone: a rerun is no second look, and no other session can reach it.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from analytics.adjudication import VERDICTS, AdjudicationConflict, AdjudicationError, PairToReview
from analytics.adjudication.life import Verdict
from analytics.register import has_register
from analytics.settings import settings
from dashboard.access import still_holds
from dashboard.duplicates import COMMAND, adjudication
from dashboard.pair_records import Looked, look
from dashboard.reader import Reader
from dashboard.reader import reader as current_reader

KEYS: Final[dict[Verdict, str]] = {"same": "s", "different": "b", "cannot_tell": "t"}
"""Keys of the verdicts in either language, so that no hand learns them twice."""
ICONS: Final[dict[Verdict, str]] = {
    "same": ":material/person:", "different": ":material/group:", "cannot_tell": ":material/question_mark:",
}  # fmt: skip
UNDO_KEY: Final = "u"
LEAST_LOOK: float = 1.0
"""Seconds that a pair must have been there before a key judges it (assumed): a key pressed twice judges one pair."""
LEAST_TIMED: Final = 10
"""Fewest verdicts whose average time is said."""
SHOWN: Final = 6
"""Last verdicts that are listed."""
DAY_ROWS: Final = 1_000
"""Most verdicts of a day that are counted."""

OWN: Final = "reviewing."
"""What one officer saw and did begins so in a session."""
LOOKED, JUDGED, SAID, OFFICER = f"{OWN}looked", f"{OWN}judged", f"{OWN}said", f"{OWN}officer"


@dataclass(frozen=True)
class InHand:
    """A pair in the reviewer's hand with what the vault says of both."""

    pair: PairToReview
    looked: Looked


def take(reader: Reader, officer: str) -> InHand | None:
    """Take the next pair of an officer, None where there is none; what another officer saw leaves the session."""
    if st.session_state.get(OFFICER) != officer:
        for name in [str(name) for name in st.session_state if str(name).startswith(OWN)]:
            del st.session_state[name]
        st.session_state[OFFICER] = officer
    if not has_register(settings()):
        return None
    pair = adjudication().next_pair(officer, dataset=reader.manifest.dataset.name)
    if pair is None:
        st.session_state.pop(LOOKED, None)
        return None
    looked = st.session_state.get(LOOKED)
    if looked is None or looked.pair != pair.id:
        looked = look(pair, viewer=officer, since=time.monotonic())
        st.session_state[LOOKED] = looked
    return InHand(pair, looked)


def title(reader: Reader, held: InHand | None) -> str:
    """Return the question of the pair, or that there is none."""
    return reader.words("duplicates.none_left" if held is None else "duplicates.question")


def nothing_left(reader: Reader) -> None:
    """Say why there is no pair for the officer now, and what brings new ones."""
    words = reader.words
    if not has_register(settings()):
        st.info(words("duplicates.none"), icon=":material/info:")
        st.code(COMMAND, language="bash")
        return
    st.info(words("duplicates.none_left_text"), icon=":material/info:")


def spoken(reader: Reader) -> None:
    """Say once what came of the last key, where that was not a verdict."""
    kind, key, more = st.session_state.pop(SAID, ("", "", ""))
    if kind:
        said = " ".join(part for part in (reader.words(key), more) if part)
        {"info": st.info, "warning": st.warning, "error": st.error}[kind](said)


def verdicts(reader: Reader, held: InHand, officer: str) -> None:
    """Draw the three verdicts, each with its key."""
    words = reader.words
    with st.container(horizontal=True, key="verdicts"):
        for verdict in VERDICTS:
            st.button(
                words(f"duplicates.verdict_{verdict}"), icon=ICONS[verdict], shortcut=KEYS[verdict], type="primary",
                on_click=_judge, args=(held.pair.id, officer, verdict), key=f"{verdict}.{held.pair.id}",
            )  # fmt: skip


def note(reader: Reader, held: InHand, officer: str) -> None:
    """Draw where a reviewer may write what the verdict rests on."""
    words = reader.words
    with st.expander(words("duplicates.note")):
        st.text_area(
            words("duplicates.note_label"), key=_note_key(held.pair.id, officer), height=68,
            help=words("duplicates.note_help"),
        )  # fmt: skip


def progress(reader: Reader, officer: str, own: pd.DataFrame) -> None:
    """Draw which pair of the day this is, and how many an hour the officer judges."""
    words = reader.words
    zone = ZoneInfo(reader.manifest.dataset.timezone)
    today = datetime.now(zone).date()
    done = sum(at.replace(tzinfo=UTC).astimezone(zone).date() == today for at in own["at"])
    said = words("duplicates.progress", number=words.number(done + 1))
    speeds = adjudication().speeds(reader.manifest.dataset.name)
    timed = speeds[(speeds["reviewer"] == officer) & (speeds["reviews"] >= LEAST_TIMED)]
    speed = timed["pairs_per_hour"].dropna()
    if len(speed):
        said += " · " + words("duplicates.progress_speed", per_hour=words.number(speed.iloc[0]))
    st.caption(f":material/timer: {said}")


def own_verdicts(reader: Reader, officer: str) -> pd.DataFrame:
    """Return the officer's verdicts that stand, newest first; none without a register."""
    if not has_register(settings()):
        return pd.DataFrame()
    return adjudication().reviewed(officer, dataset=reader.manifest.dataset.name, rows=DAY_ROWS)


def last_verdict(reader: Reader, officer: str, own: pd.DataFrame) -> str | None:
    """Draw the verdict that was just given, with the way to take it back; return its pair."""
    judged = st.session_state.get(JUDGED)
    rows = own[own["pair"] == judged] if judged and not own.empty else pd.DataFrame()
    if rows.empty:
        return None
    row = rows.iloc[0]
    words = reader.words
    with st.container(horizontal=True, vertical_alignment="center", key="last_verdict"):
        said = words(
            "duplicates.recorded", pair=row["pair"], verdict=words(f"duplicates.verdict_{row['verdict']}").lower()
        )
        st.markdown(f":material/check_circle: {said}", width="content")
        st.button(
            words("duplicates.undo"), icon=":material/undo:", shortcut=UNDO_KEY, disabled=not row["undoable"],
            on_click=_undo, args=(row["pair"], officer, int(row["version"])), key=f"undo.{row['pair']}",
        )  # fmt: skip
    return str(row["pair"])


def history(reader: Reader, officer: str, own: pd.DataFrame) -> None:
    """Draw the officer's last verdicts, each with the way to take it back."""
    words, zone = reader.words, reader.manifest.dataset.timezone
    if own.empty:
        return
    with st.expander(words("duplicates.own", count=words.number(min(len(own), SHOWN)))):
        for row in own.head(SHOWN).to_dict("records"):
            with st.container(horizontal=True, vertical_alignment="center", key=f"own_{row['pair']}"):
                verdict = words(f"duplicates.verdict_{row['verdict']}").lower()
                st.markdown(f"**{row['pair']}** · {verdict} · {words.moment(row['at'], zone=zone)}", width="content")
                if row["undoable"]:
                    st.button(
                        words("duplicates.undo"), icon=":material/undo:", type="tertiary", on_click=_undo,
                        args=(row["pair"], officer, row["version"]), key=f"undo_own.{row['pair']}",
                    )  # fmt: skip
        st.caption(words("duplicates.own_text"))


def _judge(pair: str, officer: str, verdict: Verdict) -> None:
    if not still_holds(current_reader()):
        return
    looked = st.session_state.get(LOOKED)
    if looked is None or looked.pair != pair or time.monotonic() - looked.since < LEAST_LOOK:
        _say("info", "duplicates.too_quick")
        return
    written = str(st.session_state.get(_note_key(pair, officer), "")).strip()
    try:
        adjudication().review(pair, reviewer=officer, verdict=verdict, note=written)
    except AdjudicationConflict:
        _say("warning", "duplicates.judged_meanwhile")
    except AdjudicationError as refused:
        _say("error", "duplicates.not_kept", " ".join(part for part in (refused.message, refused.next_step) if part))
    else:
        st.session_state[JUDGED] = pair


def _undo(pair: str, officer: str, version: int) -> None:
    if not still_holds(current_reader()):
        return
    try:
        again = adjudication().undo(pair, officer=officer, version=version)
    except AdjudicationConflict:
        _say("warning", "duplicates.acted_meanwhile")
        return
    except AdjudicationError as refused:
        _say("error", "duplicates.not_undone", " ".join(part for part in (refused.message, refused.cause) if part))
        return
    if st.session_state.get(JUDGED) == pair:
        st.session_state.pop(JUDGED)
    looked = st.session_state.get(LOOKED)
    if again is not None and looked is not None and looked.pair != pair:
        # The pair that was taken back comes first: the one in hand goes back to all.
        adjudication().release(looked.pair, reviewer=officer)
    _say("info", "duplicates.undone_others" if again is None else "duplicates.undone")


def _say(kind: str, key: str, more: str = "") -> None:
    st.session_state[SAID] = (kind, key, more)


def _note_key(pair: str, officer: str) -> str:
    return f"note.{officer}.{pair}"
