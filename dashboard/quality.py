"""Sections of the page Mutu Data: what failed last, what to do, and the choices and figures of the gate's findings."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from analytics.metrics import quality
from analytics.metrics.quality import KINDS, Kind
from dashboard import data_docs, theme
from dashboard.briefs.record import Content, add_part
from dashboard.charts.chart import Chart
from dashboard.choices import choose
from dashboard.faults import guarded
from dashboard.filterbar import not_applied, place_name, sentence
from dashboard.frame import stamp_text
from dashboard.offers import offer
from dashboard.reader import Reader
from dashboard.tables import table
from dashboard.views import quality as views
from validation.gate.verdict import ANY
from validation.rules import SEVERITIES

CHOICE_WIDTH = 280
"""Width of a list to choose from, px; all there is on a phone."""
LEAST_BATCHES = 2
"""One batch makes no course."""
MEND = """tepat quarantine export MAPPING --source FOLDER --to OUT
tepat quarantine retry MAPPING --source OUT"""
RULE_HEADERS = {
    "table": "quality.table",
    "failed": "quality.broken",
    "checked": "quality.checked",
    "severity": "quality.severity",
    "owner": "quality.owner",
    "rule": "quality.rule_id",
}


@dataclass(frozen=True)
class Choice:
    """Which findings are looked at: kept out or with a note, of which table and rule (empty: all)."""

    kind: Kind
    table: str
    rule: str


def rule_headers(reader: Reader) -> dict[str, str]:
    """Return the columns of a table of rules; the first two must do on a phone."""
    return {"passed": "quality.passed", f"says_{reader.words.language}": "quality.rule"} | RULE_HEADERS


def last_attempt(reader: Reader) -> None:
    """Say that the last publication failed, why, and which rules the refused export broke."""
    attempt, words = reader.last_attempt(), reader.words
    if attempt is None or attempt.published:
        return
    moment = words.moment(attempt.at, zone=reader.manifest.dataset.timezone)
    st.warning(words("quality.failed", moment=moment, message=attempt.message), icon=":material/error:")
    if not reader.refused("results").empty:
        table(reader, "quality.refused", views.refused_rules(reader), rule_headers(reader), passed=("passed",))


def tools(reader: Reader) -> None:
    """Offer what helps to mend: the way back into the data, and Great Expectations' own pages."""
    words = reader.words
    with st.container(horizontal=True, vertical_alignment="center", key="quality_tools"):
        with st.popover(words("quality.mend"), icon=":material/build:"):
            st.markdown(words("quality.mend_text"))
            st.code(MEND, language="bash", wrap_lines=True)
            st.markdown(words("quality.mend_after"))
        docs = "" if reader.access.area else data_docs.address(reader.manifest)
        if docs:
            st.link_button(words("quality.docs"), docs, icon=":material/open_in_new:", help=words("quality.docs_help"))
    notices(reader)


def notices(reader: Reader) -> None:
    """Say which filters do not apply, and what a village stands for."""
    words, area = reader.words, reader.filters.area
    others = ["days" if name in {"since", "until"} else name for name in reader.given() if name != "area"]
    if others:
        names = words.listed([words(f"filters.name_{name}") for name in dict.fromkeys(others)])
        st.caption(f":material/filter_alt_off: {words('quality.not_applied', names=names)}")
    if area and quality.district_of(area) != area:
        place = place_name(reader, quality.district_of(area))
        st.caption(f":material/info: {words('quality.by_district_only', place=place)}")


def rule_table(reader: Reader) -> None:
    """Draw the rules, worst first: those that rows broke or all, of one severity or of each."""
    words, language = reader.words, reader.words.language
    with st.container(horizontal=True, vertical_alignment="bottom"):
        extent = choose(
            words, "rules", ("broken", "all"), label=words("quality.extent"), face="segments",
            shown=lambda name: words(f"quality.extent_{name}"),
        )  # fmt: skip
        with st.container(width=CHOICE_WIDTH):
            severity = choose(
                words, "severity", ("", *SEVERITIES), label=words("quality.severity"),
                shown=lambda name: SEVERITIES[name].to(language) if name in SEVERITIES else words("quality.every"),
            )  # fmt: skip
    found = views.rules(reader, severity=severity, unbroken=extent == "all")
    name = "quality.rules_of_severity" if severity and found.empty else f"quality.rules_{extent}"
    table(reader, name, found, rule_headers(reader), passed=("passed",))


def choose_findings(reader: Reader) -> Choice:
    """Draw the choice of kind, table and rule."""
    words = reader.words
    st.header(words("quality.where"), anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = choose(
            words, "findings", KINDS, label=words("quality.kind"), face="segments",
            shown=lambda name: words(f"quality.kind_{name}"),
        )  # fmt: skip
        chosen: Kind = "warned" if kind == "warned" else "quarantine"
        there = views.broken_rules(reader, chosen)
        if there.empty:
            return Choice(chosen, "", ANY)
        # Rows with a note are counted by rule only: one row may bear several.
        every = [""] if chosen == "quarantine" else []
        with st.container(width=CHOICE_WIDTH):
            name = choose(
                words, "gate_table", [*every, *dict.fromkeys(there["table"])], label=words("quality.table"),
                shown=lambda code: views.table_name(reader, code) if code else words("quality.all_tables"),
            )  # fmt: skip
        if not name:
            return Choice(chosen, "", ANY)
        own = there[there["table"] == name].set_index("rule")["says"]
        rule = choose(
            words, "gate_rule", [*every, *own.index], label=words("quality.rule"),
            shown=lambda code: own[code] if code else words("quality.all_rules"),
        )  # fmt: skip
    return Choice(chosen, name, rule)


def districts(reader: Reader, chosen: Choice) -> None:
    """Draw the pass rates by district."""
    if chosen.kind == "warned" and not chosen.table:
        _figure(reader, "districts", "", lambda: None, empty="rows_warned")
        return
    _figure(
        reader,
        "districts",
        _note(reader, chosen),
        lambda: views.districts(reader, table=chosen.table, rule=chosen.rule),
    )


def over_time(reader: Reader, chosen: Choice) -> None:
    """Draw the shares of rows that broke a rule, batch by batch; with one batch, say that there is only one."""
    words = reader.words
    name = "over_time_rules" if chosen.table or chosen.kind == "warned" else "over_time"
    if quality.batches(reader.gate("history")) < LEAST_BATCHES:
        _figure(reader, name, "", lambda: None, empty="one_batch", icon=":material/info:")
        return
    everywhere = not_applied(["area"], words) if reader.filters.area else ""
    _figure(
        reader,
        name,
        everywhere,
        lambda: views.over_time(reader, chosen.kind, table=chosen.table, rule=chosen.rule),
    )


def rows(reader: Reader, chosen: Choice) -> None:
    """Draw the rows behind: where each stands and which rule it broke."""
    found = views.rows_behind(reader, chosen.kind, table=chosen.table, rule=chosen.rule)
    place = (
        {"subject": "quality.subject"}
        if views.computed(chosen.table)
        else {"file": "quality.file", "row": "quality.row"}
    )
    headers = {
        **({} if chosen.table else {"table": "quality.table"}),
        **place,
        f"says_{reader.words.language}": "quality.rule",
        "district": "filters.level_district",
        "judged": "quality.batch_at",
        "batch": "quality.batch",
        "rule": "quality.rule_id",
    }
    table(reader, f"quality.rows_{chosen.kind}", found, headers, brief=False)


def _note(reader: Reader, chosen: Choice) -> str:
    """Say what a figure speaks of."""
    words = reader.words
    if not chosen.table:
        return words("quality.about_all")
    name = views.table_name(reader, chosen.table)
    if chosen.rule == ANY:
        return words("quality.about_table", table=name)
    there = views.broken_rules(reader, chosen.kind).set_index("rule")["says"]
    return words("quality.about_rule", table=name, rule=there.get(chosen.rule, chosen.rule))


def _figure(
    reader: Reader,
    name: str,
    note: str,
    make: Callable[[], Chart | None],
    *,
    empty: str = "",
    icon: str = ":material/check_circle:",
) -> None:
    """Draw one figure with its title, its table and its downloads; a sentence where there is none."""
    words = reader.words
    title = words(f"quality.{name}")
    with st.container(border=True, key=f"quality_{name}", height="stretch"):
        st.subheader(title, anchor=False)
        with guarded(words):
            chart = make()
            if chart is None:
                said = words(f"quality.{empty or name}_empty")
                add_part(title, lambda: said)
                st.markdown(f"{icon} {said}")
                return
            drawn = Content(chart.table, chart=chart)
            add_part(title, lambda: drawn, notices=(note,))
            if note:
                st.caption(note)
            st.plotly_chart(
                chart.figure, theme=None, config=dict(theme.CONFIG), alt=chart.alt, key=f"quality_{name}_chart",
                width="stretch",
            )  # fmt: skip
            with st.container(horizontal=True, gap="small"):
                with st.popover(words("panels.table"), icon=":material/table:", type="tertiary"):
                    st.dataframe(chart.table, hide_index=True, alt=words("panels.table_alt", name=title))
                with st.popover(words("panels.download"), icon=":material/download:", type="tertiary"):
                    plain = sentence(reader.filters, reader).replace("**", "")
                    stamp = stamp_text(reader.manifest, words)
                    notes = [f"Tepat: {title}", note, stamp, plain, f"snapshot {reader.snapshot}"]
                    offer(reader, name, chart.table, title=title, notes=[line for line in notes if line])
