"""Metode & Definisi: what each figure means, how it is computed, what is never done."""

import streamlit as st

from dashboard.definitions import definition
from dashboard.head import page_head
from dashboard.methods import FACTS, METHODS, SUBJECTS
from dashboard.reader import reader

view = reader()
words = view.words
page_head(view, "metode", words("methods.title"))

left, right = st.columns([3, 2])
with left:
    for subject, metrics in SUBJECTS.items():
        with st.container(border=True, key=f"subject_{subject}"):
            st.subheader(words(f"methods.subject_{subject}"), anchor=False)
            for metric in metrics:
                with st.expander(view.label(metric)):
                    st.markdown(definition(view.metric(metric), words))
with right:
    for method in METHODS:
        with st.container(border=True):
            st.subheader(words(f"methods.{method}"), anchor=False)
            st.markdown(words(f"methods.{method}_text"))
    with st.container(border=True):
        st.subheader(words("methods.snapshot"), anchor=False)
        for name, fact in FACTS:
            st.markdown(f"**{words(f'methods.fact_{name}')}**: {fact(view)}")
