"""The head of a page: the finding as title; measure, place and period below it."""

import streamlit as st

from dashboard.filterbar import days_of, place_name
from dashboard.reader import Reader


def page_head(reader: Reader, page: str, title: str, **values: str) -> None:
    """Draw a page's title and subtitle.

    Args:
        reader: What the reader looks at.
        page: The page's file name.
        title: The finding, in at most 15 words.
        values: What the page's own subtitle names beside place, period and day.
    """
    words, filters = reader.words, reader.filters
    period = words("pages.period_all")
    if filters.since or filters.until:
        period = days_of(filters, words)
    facts = {
        "place": place_name(reader, filters.area) if filters.area else words("pages.place_all"),
        "period": period,
        "day": words.day(reader.manifest.data_until),
    }
    st.title(title, anchor=False)
    st.caption(words(f"pages.subtitle_{page}", **(facts | values)))
