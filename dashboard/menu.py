"""The menu of pages: three groups at the top of every page, at desk and phone alike.

Streamlit's own navigation lists pages flat and hides what does not fit behind "more", in English; in groups its phone
menu is a list that screen readers cannot read (axe, rule `list`).
"""

from collections.abc import Mapping
from typing import Final

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboard.words import Words

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "figures": (
        "ringkasan", "pendaftaran", "usul_sanggah", "ketepatan_sasaran", "perbandingan_wilayah", "eksplorasi",
    ),
    "cases": ("dugaan", "antrean", "kasus", "duplikat", "tinjau", "pendamping", "rencana_cek"),
    "methods": ("aturan", "kartu_model", "mutu_data", "metode", "catatan_akses"),
}  # fmt: skip
"""Every page once, in the order of the menu."""


def menu(pages: Mapping[str, StreamlitPage], here: str, words: Words) -> None:
    """Draw the menu.

    Args:
        pages: Of the reader, by name.
        here: Name of the page that is shown.
        words: Texts.
    """
    with st.container(horizontal=True, key="menu"):
        for group, members in GROUPS.items():
            shown = [name for name in members if name in pages]
            if not shown:
                continue
            # The page is part of the key: a menu is closed once it has been followed.
            with st.popover(
                words(f"app.menu_{group}"), type="secondary" if here in shown else "tertiary",
                key=f"menu_{group}_{here}",
            ):  # fmt: skip
                for name in shown:
                    st.page_link(pages[name], width="stretch")
