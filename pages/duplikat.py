"""Duplikat: how many pairs may be one person, at which operating point, where, and what people said of them."""

from functools import partial

import streamlit as st

from dashboard import duplicates
from dashboard.choices import choose
from dashboard.head import page_head
from dashboard.panel import panel
from dashboard.reader import reader
from dashboard.views import duplicates as views

view = reader()
words = view.words
found = duplicates.load(view)
page_head(view, "duplikat", duplicates.title(view, found))
if found is None:
    duplicates.nothing_yet(view)
else:
    duplicates.notices(view, found)
    duplicates.cards(view, found)
    left, right = st.columns(2)
    with left:
        duplicates.operating_point(view, found)
    with right:
        duplicates.blind_spots(view, found)
if found is not None and found.found:
    plain = {"metrics": [], "explains": ["duplicates.define_pairs"]}
    left, right = st.columns(2)
    with left:
        panel(view, "duplicate_bands", partial(views.bands, rows=views.band_rows(found)), **plain)
    with right:
        views.state_table(view, found)
    place = choose(
        words, "by", duplicates.PLACES, label=words("duplicates.by"), face="segments",
        shown=lambda name: words(f"duplicates.place_{name}"),
    )  # fmt: skip
    rows = views.place_rows(view, found, place)
    left, right = st.columns(2)
    with left:
        counts = partial(views.pairs_by_place, rows=views.counted(rows), place=place)
        panel(view, "duplicate_places", counts, **plain)
    with right:
        shares = partial(views.confirmed_by_place, rows=views.rated(rows), place=place)
        panel(view, "duplicate_shares", shares, metrics=[], explains=["duplicates.define_share"])
    views.place_table(view, rows, place)
    st.caption(words("duplicates.few"))
    duplicates.agreement(view)
