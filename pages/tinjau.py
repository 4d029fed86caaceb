"""Tinjau Pasangan: one pair after another, judged blind by buttons or keys; then its evidence, and the way back."""

import streamlit as st

from dashboard import reviewing
from dashboard.case_opening import open_confirmed
from dashboard.head import page_head
from dashboard.pair_evidence import evidence
from dashboard.pair_records import side_by_side
from dashboard.queue import officer_choice
from dashboard.reader import reader
from dashboard.settling import settle_undecided

view = reader()
title = st.container()
chooser, count = st.columns([1, 2], vertical_alignment="bottom")
with chooser:
    officer = officer_choice(view)
held = reviewing.take(view, officer)
own = reviewing.own_verdicts(view, officer)
with title:
    page_head(view, "tinjau", reviewing.title(view, held))
reviewing.spoken(view)
if held is None:
    reviewing.nothing_left(view)
else:
    with count:
        reviewing.progress(view, officer, own)
    reviewing.verdicts(view, held, officer)
judged = reviewing.last_verdict(view, officer, own)
if held is not None:
    side_by_side(view, held.pair, held.looked)
    reviewing.note(view, held, officer)
evidence(view, judged, officer)
reviewing.history(view, officer, own)
settle_undecided(view, officer)
open_confirmed(view, officer)
st.caption(f":material/shield: {view.words('duplicates.stops_nothing')}")
