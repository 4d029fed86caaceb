"""The entrypoint: language, filters, navigation; then the page."""

from pathlib import Path

import streamlit as st

from analytics.metrics import Filters
from analytics.settings import settings
from analytics.store import NothingPublishedError
from dashboard.faults import guarded
from dashboard.filterbar import filter_bar, language_switch
from dashboard.frame import banner, stamp, welcome
from dashboard.reader import current_manifest, open_reader
from dashboard.words import Words

PAGES = Path(__file__).parents[1] / "pages"
# Page file and icon, in the order of the navigation.
ROOMS = (
    ("ringkasan", ":material/dashboard:"),
    ("pendaftaran", ":material/how_to_reg:"),
    ("usul_sanggah", ":material/campaign:"),
    ("ketepatan_sasaran", ":material/target:"),
    ("perbandingan_wilayah", ":material/compare_arrows:"),
    ("dugaan", ":material/person_search:"),
    ("antrean", ":material/inbox:"),
    ("kasus", ":material/folder_open:"),
    ("duplikat", ":material/content_copy:"),
    ("tinjau", ":material/compare:"),
    ("rencana_cek", ":material/route:"),
    ("aturan", ":material/gavel:"),
    ("kartu_model", ":material/id_card:"),
    ("mutu_data", ":material/rule:"),
    ("metode", ":material/menu_book:"),
)

st.set_page_config(page_title="Tepat", page_icon="🎯", layout="wide")
opening = Words(settings().language)
head = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="head")
with head:
    heading = st.container(width="content")
    language = language_switch(opening)
words = Words(language)
page = st.navigation(
    [
        st.Page(
            PAGES / f"{name}.py", title=words(f"pages.{name}"), icon=icon, url_path=name, default=name == ROOMS[0][0]
        )
        for name, icon in ROOMS
    ],
    position="top",
)
try:
    manifest = current_manifest()
except NothingPublishedError:
    welcome(words)
    st.stop()
with heading:
    banner(manifest, words)
with guarded(words):
    blank = open_reader(filters=Filters(), words=words)
    open_reader(filters=filter_bar(blank), words=words)
    page.run()
    stamp(blank)
