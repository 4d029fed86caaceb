"""The panel of open alerts: how bad, what, where, since when, whose it is, and the way to the figure."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd
import streamlit as st

from analytics.alerts.catalogue import Entry, catalogue
from analytics.alerts.observation import CRITICAL_FROM, SEVERITIES, WARNING_FROM, Severity
from dashboard.alerts import Open, acknowledge, figure, heading, load, local_day
from dashboard.briefs.record import add_part
from dashboard.choices import put
from dashboard.faults import guarded
from dashboard.reader import Reader
from validation.errors import TepatError

PAGES: Final = Path(__file__).parents[2] / "pages"
BADGES: Final[Mapping[Severity, tuple[str, str]]] = {
    "critical": ("red", "error"),
    "warning": ("orange", "warning"),
    "notice": ("blue", "info"),
}
"""Colour and icon of each severity; the word stands beside them."""
SHOWN: Final = 3
"""Alerts that are open to the eye; the others fold."""


def open_alerts(reader: Reader) -> None:
    """Draw the panel; where the alerts cannot be read, it says so and the page stands."""
    words = reader.words
    with st.container(border=True, key="panel_alerts"):
        st.subheader(words("alerts.title"), anchor=False)
        with guarded(words):
            found = load(reader)
            rows = _records(found.rows)
            add_part(words("alerts.title"), notices=_in_brief(reader, found, rows))
            if found.judgement is None:
                st.markdown(f":material/help: {words('alerts.never')}")
                return
            st.markdown(_counted(reader, rows) if rows else f":material/check_circle: {words('alerts.none')}")
            for row in rows[:SHOWN]:
                _alert(reader, row)
            if len(rows) > SHOWN:
                with st.expander(words("alerts.more", count=words.number(len(rows) - SHOWN))):
                    for row in rows[SHOWN:]:
                        _alert(reader, row)
            st.caption(" · ".join(_notes(reader, found)))


def _alert(reader: Reader, row: dict[str, Any]) -> None:
    """Draw one alert."""
    words, entry = reader.words, catalogue()[row["code"]]
    with st.container(border=True, key=f"alert_{row['id']}", gap="small"):
        st.markdown(f"{_badge(reader, row['severity'])} {heading(reader, row)}")
        facts = [
            figure(row, words), words("alerts.since", day=words.day(local_day(reader, row["opened_at"]))),
            words("alerts.owner", owner=entry.owner.to(words.language)),
        ]  # fmt: skip
        st.markdown(" · ".join(facts))
        if row["acknowledged_by"]:
            said = words(
                "alerts.acknowledged", officer=row["acknowledged_by"], reason=row["acknowledged_reason"],
                day=words.day(local_day(reader, row["acknowledged_at"])),
            )  # fmt: skip
            st.markdown(f":material/task_alt: {said}")
        with st.container(horizontal=True, gap="small", key=f"alert_tools_{row['id']}"):
            _way(reader, row, entry)
            with st.popover(words("alerts.about"), icon=":material/menu_book:", type="tertiary"):
                st.markdown(_about(reader, entry))
            if reader.access.may("acknowledge") and not row["acknowledged_by"]:
                _take_on(reader, row)


def _way(reader: Reader, row: dict[str, Any], entry: Entry) -> None:
    """Draw the way to the page of the figure, under the filters that show it; none to a page that is closed."""
    if not reader.access.may_open(entry.page):
        return
    label = reader.words("alerts.go", page=reader.words(f"pages.{entry.page}"))
    went = st.button(
        label, icon=":material/arrow_forward:", key=f"alert_go_{row['id']}", type="tertiary", on_click=_narrow,
        args=(row["area"] or reader.access.area, row["programme"]),
    )  # fmt: skip
    if went:
        st.switch_page(PAGES / f"{entry.page}.py")


def _narrow(area: str, programme: str) -> None:
    put("area", area)
    put("programme", programme)


def _take_on(reader: Reader, row: dict[str, Any]) -> None:
    words, key = reader.words, f"alert_take_{row['id']}"
    with (
        st.popover(words("alerts.acknowledge"), icon=":material/back_hand:", type="tertiary"),
        st.form(key, border=False),
    ):
        st.caption(words("alerts.acknowledge_help"))
        reason = st.text_area(words("alerts.reason"), key=f"{key}_reason", height="content")
        if not st.form_submit_button(words("alerts.acknowledge"), type="primary"):
            return
        try:
            acknowledge(reader, row, reason)
        except TepatError as refused:
            st.error(f"{refused.message} {refused.next_step}")
            return
        st.toast(words("alerts.done"), icon=":material/check:")
        st.rerun()


def _about(reader: Reader, entry: Entry) -> str:
    words = reader.words
    status = words("alerts.status_assumed") if entry.status == "assumed" else entry.status
    rule = words("alerts.severity_rule", critical=words.number(CRITICAL_FROM),
                 warning=words.number(WARNING_FROM, decimals=2))  # fmt: skip
    parts = (entry.definition.to(words.language), f"**{entry.action.to(words.language)}**",
             words("alerts.status", status=status), rule)  # fmt: skip
    return "\n\n".join(parts)


def _badge(reader: Reader, severity: Severity) -> str:
    colour, icon = BADGES[severity]
    return f":{colour}-badge[:material/{icon}: {reader.words(f'alerts.severity_{severity}').upper()}]"


def _counted(reader: Reader, rows: list[dict[str, Any]]) -> str:
    counts = {name: reader.words.number(sum(row["severity"] == name for row in rows)) for name in SEVERITIES}
    return reader.words("alerts.counts", **counts)


def _notes(reader: Reader, found: Open) -> list[str]:
    """Return when the alerts were judged, and what does not show."""
    words, judgement = reader.words, found.judgement
    if judgement is None:
        return [words("alerts.never")]
    key = "judged" if judgement.snapshot == reader.snapshot else "older"
    said = [words(f"alerts.{key}", moment=words.moment(judgement.at, zone=reader.manifest.dataset.timezone))]
    if judgement.failed:
        names = [catalogue()[code].name.to(words.language) for code in judgement.failed if code in catalogue()]
        said.append(words("alerts.failed", names=words.listed(names)))
    if reader.filters.area and not reader.access.area:
        said.append(words("alerts.inside"))
    return said


def _in_brief(reader: Reader, found: Open, rows: list[dict[str, Any]]) -> list[str]:
    words = reader.words
    if found.judgement is None:
        return _notes(reader, found)
    lines = [
        f"{words('alerts.severity_' + row['severity']).upper()}: {heading(reader, row)} · {figure(row, words)}"
        for row in rows
    ]
    return [*(lines or [words("alerts.none")]), *_notes(reader, found)]


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]
