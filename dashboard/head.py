"""The head of a page: the finding as title; measure, place and period below it."""

import streamlit as st

from dashboard.briefs.button import offer_brief
from dashboard.briefs.record import PAGES, Record, begin
from dashboard.filterbar import days_of, place_name, sentence
from dashboard.frame import stamp_text
from dashboard.reader import Reader


def page_head(reader: Reader, page: str, title: str, **values: str) -> None:
    """Draw a page's title, its subtitle and, where it has one, the button of its brief.

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
    subtitle = words(f"pages.subtitle_{page}", **(facts | values))
    record = Record(
        page=page,
        dataset=reader.manifest.dataset.name,
        title=title,
        subtitle=subtitle,
        words=words,
        stamp=stamp_text(reader.manifest, words),
        filters=sentence(filters, reader).replace("**", ""),
        snapshot=reader.snapshot,
        simulated=reader.manifest.dataset.sensitivity == "simulated",
        given=filters,
    )
    begin(record)
    st.title(title, anchor=False)
    st.caption(subtitle)
    if page in PAGES:
        offer_brief(reader, record)
