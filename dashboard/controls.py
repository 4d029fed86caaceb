"""Controls of single pages: what targeting speaks of, which metric and level regions are compared by."""

import streamlit as st

from dashboard.choices import choose, choose_many
from dashboard.reader import Reader
from validation.contract import LEVELS

COMPARABLE = (
    "inclusion_error",
    "exclusion_error",
    "total_error",
    "registered_share",
    "agent_share",
    "first_attempt_match",
    "verification_failed",
    "unverified_agent_days",
    "verified_share",
    "eligible_share",
    "late_share",
    "upheld_share",
)
"""Shares that regions can be compared by."""

UNITS = ("families", "persons")


def targeting_reader(reader: Reader) -> Reader:
    """Draw the controls of targeting and return the reader with one programme, its periods and the unit."""
    words, scope = reader.words, reader.scope()
    periods = scope.periods
    with st.container(horizontal=True, vertical_alignment="bottom"):
        programme = programme_choice(reader)
        if len(periods) > 1:
            label = words("targeting.periods")
            periods = choose_many(words, "periods", periods, label=label, default=scope.recent_periods)
        unit = choose(
            words,
            "unit",
            UNITS,
            label=words("targeting.unit"),
            shown=lambda name: words(f"targeting.unit_{name}"),
            face="segments",
        )
    return reader.with_filters(programme=programme, periods=periods, unit=unit)


def default_targeting(reader: Reader, programme: str = "") -> Reader:
    """Return the reader as targeting speaks without controls: the latest periods."""
    return reader.with_filters(programme=programme or reader.filters.programme, periods=reader.scope().recent_periods)


def metric_choice(reader: Reader) -> str:
    """Draw the choice of the metric that regions are compared by; empty when the snapshot has none."""
    there = [name for name in COMPARABLE if reader.value(name) is not None]
    if not there:
        return ""
    return choose(reader.words, "metric", there, label=reader.words("regions.metric"), shown=reader.label)


def level_choice(reader: Reader, metric: str) -> str:
    """Draw the choice of the level, from the one below the filters' area down to what the metric knows."""
    words = reader.words
    deepest = "village" if "village" in reader.metric(metric).dimensions else "district"
    first = LEVELS.index(reader.level_below(reader.filters.area))
    levels = list(LEVELS[first : LEVELS.index(deepest) + 1]) or [deepest]
    return choose(
        words, "level", levels, label=words("regions.level"), shown=lambda level: words(f"filters.level_{level}")
    )


def estimate_choice(reader: Reader) -> Reader:
    """Draw the switch between the regions' own estimates and those that borrow from each other."""
    words = reader.words
    estimate = choose(
        words,
        "estimate",
        ("direct", "small_area"),
        label=words("regions.estimate"),
        shown=lambda name: words(f"regions.estimate_{name}"),
        face="segments",
    )
    if estimate == "small_area":
        st.caption(f":material/hub: {words('regions.borrowing')}")
    return reader.with_filters(method=estimate)


def highlight_choice(reader: Reader, level: str) -> str:
    """Draw the choice of the region that stands out in every figure."""
    words = reader.words
    return choose(
        words,
        "highlight",
        ["", *reader.places(level, reader.filters.area)["code"]],
        label=words("regions.highlight"),
        shown=lambda code: reader.place(code) if code else words("regions.nobody"),
    )


def programme_choice(reader: Reader) -> str:
    """Draw the choice of the programme that targeting speaks of, unless the filters name it; empty without any."""
    programmes = reader.scope().programmes
    if reader.filters.programme or len(programmes) < 2:
        return reader.filters.programme or (programmes[0] if programmes else "")
    label = reader.words("targeting.programme")
    return choose(reader.words, "target", programmes, label=label, shown=str, face="segments")
