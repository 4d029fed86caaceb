"""The entrypoint: language, who looks, the navigation that they have, filters; then the page."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from analytics import access
from analytics.metrics import Filters
from analytics.settings import settings
from analytics.store import NothingPublishedError
from dashboard.access import enter
from dashboard.faults import guarded
from dashboard.filterbar import filter_bar, language_switch
from dashboard.frame import banner, close_unlogged_downloads, stamp, welcome
from dashboard.logged import viewed
from dashboard.menu import menu
from dashboard.reader import close_reader, current_manifest, open_reader
from dashboard.words import Words

PAGES = Path(__file__).parents[1] / "pages"
ICONS = {
    "ringkasan": "dashboard", "pendaftaran": "how_to_reg", "usul_sanggah": "campaign", "ketepatan_sasaran": "target",
    "perbandingan_wilayah": "compare_arrows", "dugaan": "person_search", "antrean": "inbox", "kasus": "folder_open",
    "duplikat": "content_copy", "tinjau": "compare", "pendamping": "groups", "rencana_cek": "route", "aturan": "gavel",
    "eksplorasi": "query_stats", "kartu_model": "id_card", "mutu_data": "rule", "metode": "menu_book",
    "catatan_akses": "manage_search",
}  # fmt: skip


def navigation(names: Sequence[str], words: Words) -> StreamlitPage:
    """Draw the menu of these pages alone, and return the one asked for: of no other is there a URL."""
    pages = {
        name: st.Page(
            PAGES / f"{name}.py", title=words(f"pages.{name}"), icon=f":material/{ICONS[name]}:", url_path=name,
            default=name == names[0],
        )
        for name in names
    }  # fmt: skip
    page = st.navigation(list(pages.values()), position="hidden")
    with top:
        menu(pages, page.url_path or names[0], words)  # the page where one begins has an empty path
    return page


st.set_page_config(page_title="Tepat", page_icon="🎯", layout="wide")
opening = Words(settings().language)
top = st.container()
close_unlogged_downloads()
head = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="head")
with head:
    heading = st.container(width="content")
    language = language_switch(opening)
words = Words(language)
try:
    manifest = current_manifest()
except NothingPublishedError:
    navigation(access.PAGES, words)
    welcome(words)
    st.stop()
with heading:
    banner(manifest, words)
entered = enter(manifest, words)
if entered is None:
    close_reader()
    st.navigation([st.Page(lambda: None, title=words("access.title"), default=True)], position="hidden")
    st.stop()
page = navigation(entered.scope.pages, words)
with guarded(words):
    blank = open_reader(filters=Filters(), words=words, scope=entered.scope, officer=entered.officer)
    view = open_reader(filters=filter_bar(blank), words=words, scope=entered.scope, officer=entered.officer)
    viewed(view, page.url_path or entered.scope.pages[0])
    page.run()
    stamp(blank)
