"""Download buttons: one table in every format, each file named after its figure and snapshot."""

import re
from collections.abc import Sequence
from functools import partial
from typing import Final

import pandas as pd
import streamlit as st

from analytics.access_log import record
from analytics.settings import settings
from dashboard.downloads import EXTENSION, FORMATS, MIME, Format, write
from dashboard.reader import Reader

NOT_SIGNED_IN: Final = "not-signed-in"
"""Who downloads where nobody signs in."""


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
    actor = str(st.user.get("sub") or NOT_SIGNED_IN)
    for form in FORMATS:
        st.download_button(
            reader.words(f"panels.form_{form}"),
            data=partial(_kept, reader, name, table, form=form, notes=notes, actor=actor),
            file_name=f"tepat_{slug}_{reader.snapshot}.{EXTENSION[form]}",
            mime=MIME[form],
            key=f"{name}_{form}",
            on_click="ignore",
            type="tertiary",
            icon=":material/download:",
        )


def _kept(reader: Reader, name: str, table: pd.DataFrame, *, form: Format, notes: Sequence[str], actor: str) -> bytes:
    """Return the file, once the access log says who takes it."""
    filters = {each: str(getattr(reader.filters, each)) for each in reader.filters.given()}
    record(
        settings(), actor=actor, action="export", kind="dataset", ref=reader.manifest.dataset.name,
        details={"what": name, "format": form, "rows": len(table), "snapshot": reader.snapshot} | filters,
    )  # fmt: skip
    return write(table, form=form, notes=notes)
