"""The filter bar: where the reader says what is counted, as widgets in a pop-up and as one sentence beside it."""

import streamlit as st

from analytics.access import is_inside
from analytics.metrics import Filters
from dashboard.choices import choose, choose_day, clear, current
from dashboard.codes import code_name
from dashboard.reader import Reader
from dashboard.words import Words
from validation.contract import LEVELS
from validation.text import LANGUAGES, Language

KEYS = ("area", "programme", "channel", "since", "until")
"""Names of the filters in the URL."""


def language_switch(opening: Words) -> Language:
    """Draw the language switch and return the choice."""
    chosen = choose(
        opening,
        "lang",
        LANGUAGES,
        label="Bahasa / Language",
        shown=str.upper,
        face="segments",
        default=opening.language,
        hide_label=True,
    )
    return "en" if chosen == "en" else "id"


def filter_bar(blank: Reader) -> Filters:
    """Draw the filters and the sentence of those that are set; return them.

    Args:
        blank: A reader without filters, to ask what values there are.
    """
    words, scope = blank.words, blank.scope()
    since = until = None
    with st.container(horizontal=True, vertical_alignment="center", key="filterbar"):
        with st.popover(words("filters.title"), icon=":material/tune:"):
            area = _area(blank)
            programme = _one_of(words, "programme", scope.programmes)
            channel = _one_of(words, "channel", scope.channels)
            if scope.first_day is not None and scope.last_day is not None:
                days = {"first": scope.first_day, "last": scope.last_day}
                since = choose_day(words, "since", label=words("filters.name_since"), **days)
                until = choose_day(words, "until", label=words("filters.name_until"), **days)
        filters = Filters(area=area, programme=programme, channel=channel, since=since, until=until)
        st.markdown(sentence(filters, blank))
        if blank.with_filters(area=area, programme=programme, channel=channel, since=since, until=until).given():
            st.button(words("filters.clear"), icon=":material/close:", type="tertiary", on_click=clear, args=(KEYS,))
    return filters


def sentence(filters: Filters, reader: Reader) -> str:
    """Return the active filters as one sentence."""
    words = reader.words
    parts = [
        place_name(reader, filters.area) if filters.area else words("filters.all_places"),
        filters.programme or words("filters.all_programmes"),
    ]
    if filters.channel:
        parts.append(code_name(words, "channel", filters.channel))
    if filters.since or filters.until:
        parts.append(days_of(filters, words))
    return words("filters.sentence", parts=" · ".join(f"**{part}**" for part in parts))


def days_of(filters: Filters, words: Words) -> str:
    """Return the chosen days in words: from, to, or both."""
    since, until = words.day(filters.since), words.day(filters.until)
    if filters.since and filters.until:
        return words("filters.days", since=since, until=until)
    return words("filters.days_since", since=since) if filters.since else words("filters.days_until", until=until)


def place_name(reader: Reader, code: str) -> str:
    """Return a region's name with its level: a regency and a district of it may bear the same name."""
    level = LEVELS[code.count(".")]
    return f"{reader.words(f'filters.level_{level}')} {reader.place(code)}"


def not_applied(names: list[str], words: Words) -> str:
    """Return the sentence that names the filters a panel cannot apply; empty when it applies all."""
    if not names:
        return ""
    shown = dict.fromkeys("days" if name in {"since", "until"} else name for name in names)
    return words("filters.not_applied", names=words.listed([words(f"filters.name_{name}") for name in shown]))


def _area(blank: Reader) -> str:
    """Draw the region as a way down: the regions above the chosen one, itself, and those directly inside it."""
    words = blank.words
    chosen = current("area", "")
    whole = blank.access.area
    chosen = blank.access.within(chosen) if blank.knows_place(chosen) else whole
    parts = chosen.split(".") if chosen else []
    above = [".".join(parts[: depth + 1]) for depth in range(len(parts))]
    above = [code for code in above if is_inside(code, whole)]
    level = blank.level_below(chosen)
    below = [] if len(parts) == len(LEVELS) else blank.places(level, chosen)["code"].to_list()
    return choose(
        words,
        "area",
        list(dict.fromkeys([whole, *above, *below])),
        label=words("filters.name_area"),
        shown=lambda code: place_name(blank, code) if code else words("filters.all_places"),
        help_text=words("filters.area_help"),
    )


def _one_of(words: Words, name: str, options: tuple[str, ...]) -> str:
    if len(options) < 2:
        return ""
    every = words(f"filters.all_{name}s")
    return choose(
        words,
        name,
        ["", *options],
        label=words(f"filters.name_{name}"),
        shown=lambda code: code_name(words, name, code) if code else every,
    )
