"""The way down into a region and back up, and what the checks cannot tell down there."""

from itertools import pairwise

import streamlit as st

from dashboard.choices import clear, put
from dashboard.reader import Reader
from validation.contract import LEVELS

BELOW = dict(pairwise(LEVELS))
"""Level to the one below it."""
OWN = ("level", "highlight")
"""Choices that belong to the place they were made in."""


def ways(reader: Reader, *, level: str, selected: str) -> None:
    """Draw the buttons: down into the highlighted region, and up from the one that the filters name."""
    words, area = reader.words, reader.filters.area
    with st.container(horizontal=True, vertical_alignment="center", key="drill"):
        if area != reader.access.area:
            above = area.rpartition(".")[0]
            name = reader.place(above) if above else words("filters.all_places")
            _way(words("regions.up", place=name), above, icon="arrow_upward")
        if selected and level in BELOW:
            inside = words(f"regions.down_{BELOW[level]}", place=reader.place(selected))
            _way(inside, selected, icon="arrow_downward")
        elif level in BELOW:
            st.caption(words(f"regions.down_how_{BELOW[level]}"))


def limits(reader: Reader, metric: str, *, level: str) -> None:
    """Say how many regions of the level have no rate, and what that means."""
    words, found = reader.words, reader.compare(metric, level=level).regions
    known = int(found["value"].notna().sum())
    if known == len(found):
        return
    counts = {"known": words.number(known), "all": words.number(len(found))}
    key = "regions.cannot_village" if level == LEVELS[-1] else "regions.cannot"
    kind = reader.metric(metric).kind
    st.caption(f":material/visibility_off: {words(f'{key}_{kind}', minimum=reader.metric(metric).minimum_n, **counts)}")


def _way(label: str, area: str, *, icon: str) -> None:
    st.button(label, icon=f":material/{icon}:", on_click=_go, args=(area,), key=f"way_{icon}")


def _go(area: str) -> None:
    clear(OWN)
    put("area", area)
