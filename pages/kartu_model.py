"""Kartu Model: what the scoring model is for, what it learns from, what it is worth, on whom it fails."""

import streamlit as st

from dashboard import model_card
from dashboard.head import page_head
from dashboard.reader import reader

view = reader()
title = st.container()
card = model_card.card_asked(view)
with title:
    page_head(view, "kartu_model", model_card.title(view, card))
model_card.notices(view, card)
if card is not None:
    left, right = st.columns(2)
    with left:
        model_card.purpose(view)
    with right:
        model_card.origin(view, card)
    model_card.worth(view, card)
    for column, side in zip(st.columns(2), model_card.SIDES, strict=True):
        with column:
            model_card.side_panel(view, card, side=side)
    model_card.elsewhere(view, card)
    model_card.fairness(view, card)
    left, right = st.columns(2)
    with left:
        model_card.inputs(view, card)
    with right:
        model_card.limits(view)
