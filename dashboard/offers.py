"""Download buttons: one table in every format, each file named after its figure and snapshot."""

import re
from collections.abc import Callable, Sequence
from functools import partial

import pandas as pd
import streamlit as st

from dashboard.downloads import EXTENSION, FORMATS, MIME, Format, write
from dashboard.logged import exported
from dashboard.reader import Reader

Table = pd.DataFrame | Callable[[], pd.DataFrame]


def offer(reader: Reader, name: str, table: Table, *, title: str, notes: Sequence[str]) -> None:
    """Draw the download buttons of a table where the role may export; a file is made only when its button is pressed.

    Args:
        reader: What the reader looks at.
        name: Name of the figure, unique on its page.
        table: What is downloaded, or what makes it; headers in the reader's language.
        title: Title of the figure, from which the file is named.
        notes: Stamp, filters and definitions that the file carries.
    """
    if not reader.access.may("export"):
        return
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40]
    for form in FORMATS:
        st.download_button(
            reader.words(f"panels.form_{form}"),
            data=partial(_kept, reader, name, table, form=form, notes=notes),
            file_name=f"tepat_{slug}_{reader.snapshot}.{EXTENSION[form]}",
            mime=MIME[form],
            key=f"{name}_{form}",
            on_click="ignore",
            type="tertiary",
            icon=":material/download:",
        )


def _kept(reader: Reader, name: str, table: Table, *, form: Format, notes: Sequence[str]) -> bytes:
    """Return the file, once the access log says who takes it."""
    rows = table() if callable(table) else table
    exported(reader, name, form=form, rows=len(rows))
    return write(rows, form=form, notes=notes)
