"""Download buttons: one table in every format, each file named after its figure and snapshot."""

import re
from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from dashboard.downloads import EXTENSION, FORMATS, MIME, write
from dashboard.reader import Reader


def offer(reader: Reader, name: str, table: pd.DataFrame, *, title: str, notes: Sequence[str]) -> None:
    """Draw the download buttons of a table where the role may export; a file is made only when its button is pressed.

    Args:
        reader: What the reader looks at.
        name: Name of the figure, unique on its page.
        table: What is downloaded; headers in the reader's language.
        title: Title of the figure, from which the file is named.
        notes: Stamp, filters and definitions that the file carries.
    """
    if not reader.access.may("export"):
        return
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40]
    for form in FORMATS:
        st.download_button(
            reader.words(f"panels.form_{form}"),
            data=partial(write, table, form=form, notes=notes),
            file_name=f"tepat_{slug}_{reader.snapshot}.{EXTENSION[form]}",
            mime=MIME[form],
            key=f"{name}_{form}",
            on_click="ignore",
            type="tertiary",
            icon=":material/download:",
        )
