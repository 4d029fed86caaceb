"""Figures and tables of a review of agents; single agents only where the reader may see them."""

from collections.abc import Hashable, Mapping
from functools import partial
from typing import Any, Final

import pandas as pd
import streamlit as st

from analytics.agents import shown as measured
from analytics.agents.indicators import FAMILIES, INDICATORS
from dashboard import agents
from dashboard.agents import Shown
from dashboard.charts.caterpillar import caterpillar as draw_caterpillar
from dashboard.charts.chart import Chart, twin
from dashboard.charts.funnel import funnel as draw_funnel
from dashboard.charts.profile import profile as draw_profile
from dashboard.choices import choose
from dashboard.logged import looked_at
from dashboard.panel import panel
from dashboard.reader import Reader
from dashboard.tables import table
from dashboard.words import Unit, Words

NAME_LENGTH: Final = 8
"""Letters of a pseudonym that are shown: two agents in a thousand share them at 4,000 at most by chance of 2e-3."""
ROWS: Final = 15
"""Most agents of a caterpillar, the farthest out."""
UNITS: Final[dict[str, Unit]] = {"share": "percent", "rate": "percent", "mean": "number"}


def indicator_choice(reader: Reader, shown: Shown) -> str:
    """Draw the choice of the indicator that the funnel shows; empty without any."""
    there = [name for name in INDICATORS if name in shown.review.indicators]
    words = reader.words
    return choose(words, "indicator", there, label=words("agents.indicator"), shown=partial(_indicator, words))


def funnel(reader: Reader, *, review: str, indicator: str) -> Chart | None:
    """Draw agents by size and value within limits that know honest spread: single ones, or groups of ten or more."""
    del review  # tells this figure from that of another review
    shown = agents.load(reader)
    if shown is None:
        return None
    words, rows = reader.words, measured.values(shown.review, shown.findings, indicator)
    notes = ""
    if shown.identified:
        data = rows.assign(code=rows["agent_id"], name=rows["agent_id"].str[:NAME_LENGTH])
        data["signal"] = measured.signals(rows)
    else:
        groups, rest = measured.grouped(rows)
        names = [words("agents.group", n=words.number(n)) for n in groups["agents"]]
        data = groups.assign(code="", name=names, low=None, high=None, signal="none")
        notes = words("agents.not_in_groups", n=words.number(rest))
    data = data.drop(columns=["low", "high"]).assign(low=float("nan"), high=float("nan"))
    most = float(rows["denominator"].max()) if len(rows) else 1.0
    chart = draw_funnel(
        data, words=words, measure=_measure(words, indicator),
        limits=measured.limits(shown.review, indicator, most=most, least=float(data["denominator"].min() or 1)),
        centre=measured.centre(shown.review, indicator), unit=UNITS[INDICATORS[indicator].kind],
        denominator_label=words(f"agents.of_{indicator}"),
    )  # fmt: skip
    alt = words("agents.alt_funnel", measure=_measure(words, indicator), count=words.number(len(rows)))
    return Chart(chart.figure, f"{alt} {notes}".strip(), _twin(words, indicator, data))


def caterpillar(reader: Reader, *, review: str, indicator: str) -> Chart | None:
    """Draw the agents farthest out with their own intervals; for those who may see single agents."""
    del review
    shown = agents.load(reader)
    if shown is None or not shown.identified:
        return None
    words = reader.words
    rows = measured.values(shown.review, shown.findings, indicator).head(ROWS)
    data = rows.assign(code=rows["agent_id"], name=rows["agent_id"].str[:NAME_LENGTH])
    chart = draw_caterpillar(
        data, words=words, measure=_measure(words, indicator), reference=measured.centre(shown.review, indicator),
        reference_label=words("agents.typical"), unit=UNITS[INDICATORS[indicator].kind],
    )  # fmt: skip
    alt = words("agents.alt_caterpillar", measure=_measure(words, indicator), count=words.number(len(rows)))
    return Chart(chart.figure, alt, _twin(words, indicator, data))


def profile(reader: Reader, *, review: str, agent: str) -> Chart | None:
    """Draw one agent's indicators; for those who may see single agents."""
    del review
    shown = agents.load(reader)
    if shown is None or not shown.identified:
        return None
    words = reader.words
    rows = measured.profile(shown.findings, agent)
    said = [_found(words, row) for row in rows.to_dict("records")]
    data = pd.DataFrame({"name": [_indicator(words, name) for name in rows["indicator"]], "z": rows["z"], "said": said})
    return draw_profile(data, words=words, measure=words("agents.distance"))


def share_table(reader: Reader, shown: Shown) -> None:
    """Draw how many agents stand out by each indicator alone."""
    words = reader.words
    rows = measured.shares(shown.findings, shown.review)
    rows = rows.assign(
        name=[_indicator(words, name) for name in rows["indicator"]],
        family=[words(f"agents.family_{name}") for name in rows["family"]],
    )
    headers = {name: f"agents.column_{name}" for name in ("name", "family", "agents", "out", "share")}
    table(reader, "agents.shares", rows, headers, passed=("share",))


def one_agent(reader: Reader, shown: Shown) -> None:
    """Draw the profile of one agent, chosen here and never in the URL."""
    words, findings = reader.words, shown.findings.sort_values(["proposed", "p"], ascending=[False, True])
    told = {row["agent_id"]: _agent(reader, row) for row in findings.to_dict("records")}
    agent = st.selectbox(
        words("agents.choose"), list(told), format_func=lambda code: told[code], key=f"agents_one.{words.language}"
    )
    if agent is None:
        return
    looked_at(reader, "view_agent", agent)
    (row,) = findings[findings["agent_id"] == agent].to_dict("records")
    chosen = partial(profile, review=shown.review.id, agent=agent)
    left, right = st.columns([3, 2])
    with left:
        panel(reader, "agent_profile", chosen, metrics=[], explains=["agents.define_profile"])
    with right, st.container(border=True, key="agents_links"):
        st.subheader(words("agents.links"), anchor=False)
        st.markdown(_links(words, row["links"]))
        st.caption(words("agents.links_text"))


def draw_table(reader: Reader) -> None:
    """Draw which lists of families were drawn and how many visits are back."""
    rows = agents.draws(reader)
    words = reader.words
    rows = rows.assign(day=[words.day(moment.date()) for moment in rows["made_at"]])
    whole = dict.fromkeys(("proposed", "others", "visits", "returned"), "int64")
    headers = {name: f"agents.draw_{name}" for name in ("id", "day", *whole)}
    table(reader, "agents.draws", rows.astype(whole), headers)


def precision_table(reader: Reader) -> None:
    """Draw how often families asked again say something else, by group and draw."""
    words, rows = reader.words, agents.found_by_asking(reader)
    rows = rows.assign(
        name=[_group(words, name) for name in rows["group"]],
        when=[draw or words("agents.all_draws") for draw in rows["draw"]],
    )
    headers = {name: f"agents.precision_{name}" for name in ("name", "when", "n", "value", "low", "high")}
    table(reader, "agents.precision", rows, headers, passed=("value", "low", "high"))


def _twin(words: Words, indicator: str, data: pd.DataFrame) -> pd.DataFrame:
    headers = {
        "name": words("agents.agent"), "value": _measure(words, indicator), "low": words("charts.table_low"),
        "high": words("charts.table_high"), "denominator": words(f"agents.of_{indicator}"),
    }  # fmt: skip
    return twin(data.dropna(axis="columns", how="all"), headers)


def _measure(words: Words, indicator: str) -> str:
    return f"{_indicator(words, indicator)} ({words('agents.standardised')})"


def _indicator(words: Words, name: str) -> str:
    return words(f"agents.indicator_{name}")


def _group(words: Words, name: str) -> str:
    key = f"family_{name}" if name in FAMILIES else f"indicator_{name}" if name in INDICATORS else name
    return words(f"agents.{key}")


def _agent(reader: Reader, row: Mapping[Hashable, Any]) -> str:
    words, place = reader.words, reader.place(str(row["district"]))
    why = [words(f"agents.family_{name}") for name in str(row["families"]).split()]
    again = f" · {words('agents.look_again')}: {words.listed(why).lower()}" if why else ""
    return f"{str(row['agent_id'])[:NAME_LENGTH]} · {place}{again}"


def _found(words: Words, row: Mapping[Hashable, Any]) -> str:
    if INDICATORS[str(row["indicator"])].kind == "mean":
        seconds = [words.number(value) for value in measured.seconds(row)]
        return words("agents.seconds_found", observed=seconds[0], expected=seconds[1], of=words.number(row["exposure"]))
    return words(
        "agents.found", observed=words.number(row["observed"]), expected=words.number(row["expected"], decimals=1),
        of=words.number(row["exposure"]),
    )  # fmt: skip


def _links(words: Words, links: Mapping[Hashable, Any]) -> str:
    if not links:
        return words("agents.links_none")
    sizes = [words.number(size) for size in links["sizes"]]
    return words(
        "agents.links_found", families=words.number(links["families"]), components=words.number(links["components"]),
        largest=words.number(links["largest"]), density=words.percent(links["density"], decimals=0),
        sizes=words.listed(sizes),
    )  # fmt: skip
