"""The page Eksplorasi: what is asked, the safe table that answers it, and both in words."""

from datetime import date
from typing import Any, Final

import pandas as pd
import streamlit as st

from analytics.disclosure import TOTAL
from analytics.metrics import METRICS, Filters
from analytics.research.counting import NOT_SAID, WHEN
from analytics.research.tables import Question, Time, TooFineError, dimensions, table, times
from dashboard.asking import rule_name
from dashboard.choices import choose
from dashboard.controls import targeting_reader
from dashboard.kpi import UNITS
from dashboard.reader import Reader, Seen
from dashboard.words import Words, catalogue
from validation.contract import LEVELS

DEPTH: Final = {level: depth for depth, level in enumerate(LEVELS, start=1)}
"""Region level to the parts of its codes."""
NOTHING: Final = ""
_TEXTS: Final = ("exploring", "targeting", "verifying", "codes")
"""Where names of values stand, the first that has one counts."""


def asked(view: Reader) -> tuple[Reader, Question] | None:
    """Draw the choices and return the reader under them with the question; None where nothing can be asked."""
    words, marts = view.words, view.warehouse.names("marts")
    there = [name for name, entry in METRICS.items() if entry.mart in marts]
    if not there:
        st.info(words("panels.no_table"))
        return None
    with st.container(horizontal=True, vertical_alignment="bottom", key="exploring"):
        metric = choose(words, "measure", there, label=words("exploring.measure"), shown=view.label)
        offered = _offered(view, metric)
        by = choose(words, "dimension", offered, label=words("exploring.by"), shown=lambda name: of(words, name))
        rest = [name for name in offered if name != by and not (name in LEVELS and by in LEVELS)]
        across = choose(
            words, "across", [NOTHING, *rest, *times(METRICS[metric])], label=words("exploring.across"),
            shown=lambda name: of(words, name) if name else words("exploring.nothing"),
        )  # fmt: skip
    chosen = targeting_reader(view) if METRICS[metric].kind == "sample" else view
    step: Time = next((each for each in times(METRICS[metric]) if each == across), "")
    if step:
        return chosen.with_filters(periods=()), Question(metric=metric, by=(by,), time=step)
    return chosen, Question(metric=metric, by=(by, *([across] if across else [])))


def answer(view: Reader, question: Question) -> pd.DataFrame | None:
    """Return the safe table of `analytics.research.tables.table`; None where it would have too many cells."""
    try:
        return _answer(view.seen, view.filters, question, view)
    except TooFineError:
        return None


def title(view: Reader, question: Question | None) -> str:
    """Return the measure over everything."""
    if question is None:
        return view.words("exploring.title_nothing")
    whole = answer(view, Question(metric=question.metric, by=question.by[:1]))
    value = None if whole is None else whole.loc[whole[question.by[0]] == TOTAL, "value"].max()
    return view.words("exploring.title", measure=view.label(question.metric), value=said(view, question.metric, value))


def sentence(view: Reader, question: Question, found: pd.DataFrame) -> str:
    """Return what the table shows, how much of it is hidden, and why."""
    words = view.words
    cells = found[~(found[list(question.columns)] == TOTAL).any(axis=1)]
    shown = words(
        "exploring.shows", measure=view.label(question.metric), cells=words.number(len(cells)),
        by=words.listed([of(words, question.time if name == WHEN else name) for name in question.columns]),
    )  # fmt: skip
    counts = {name: int((cells["reason"] == name).sum()) for name in ("withheld", "small_n", "no_data", "one_cluster")}
    missing = [words(f"exploring.has_{name}", n=words.number(count)) for name, count in counts.items() if count]
    return " ".join([shown, *missing])


def said(view: Reader, metric: str, value: float | None) -> str:
    """Return a value of a metric in words."""
    unit = METRICS[metric].unit
    return view.words.value(value, unit=UNITS[unit], decimals=2 if unit == "mean" else None)


def looks(question: Question) -> dict[str, Any]:
    """Return how the table's numbers are written: shares as percentages, others with their decimals."""
    unit, numbers = METRICS[question.metric].unit, ("value", "low", "high")
    if unit == "share":
        return {"passed": numbers, "decimals": {"n": 0}}
    return {"decimals": {"n": 0} | dict.fromkeys(numbers, 2 if unit == "mean" else 0)}


def of(words: Words, dimension: str) -> str:
    """Return a dimension's name."""
    return words(f"exploring.by_{dimension}")


def name(view: Reader, dimension: str, code: str, *, time: str = "") -> str:
    """Return the name of a value of a dimension."""
    words = view.words
    plain = {TOTAL: words("exploring.total"), NOT_SAID: words("exploring.not_said")}
    if code in plain:
        return plain[code]
    if dimension == WHEN:
        return _moment(words, code, time)
    if dimension in LEVELS:
        return view.place(code)
    if dimension == "rules":
        return ", ".join(rule_name(words, each) for each in code.split(";"))
    if dimension in {"decile", "age"}:
        return words("exploring.decile", n=code) if dimension == "decile" else words("codes.days", age=code)
    keys = [f"{group}.{dimension}_{code}" for group in _TEXTS]
    return next((words(key) for key in keys if key in catalogue()), code)


def _moment(words: Words, code: str, time: str) -> str:
    if time == "period":
        return code
    day = date.fromisoformat(code)
    return words.month(day) if time == "month" else words.day(day)


def _offered(view: Reader, metric: str) -> list[str]:
    """Return the dimensions of a metric; of the regions those inside the area, villages only of one district."""
    known, area = dimensions(METRICS[metric]), view.filters.area
    first = LEVELS.index(view.level_below(area))
    levels = [level for level in LEVELS[first:] if level in known and (level != "village" or area.count(".") >= 2)]
    levels = levels or [level for level in LEVELS if level in known][-1:]
    return [*reversed(levels), *(each for each in known if each not in LEVELS)]


@st.cache_data(ttl="1h", max_entries=1_000, show_spinner=False)
def _answer(seen: Seen, filters: Filters, question: Question, _view: Reader) -> pd.DataFrame:
    del seen  # the key, with the filters: the reader's own warehouse is cut to it
    return table(_view.warehouse, question, filters)
