"""The buttons of a page's brief: a file is made only when its button is pressed, from what the page drew."""

from collections.abc import Callable
from functools import partial
from typing import Final

import streamlit as st

from dashboard.briefs.record import Record
from dashboard.downloads import MIME
from dashboard.logged import exported
from dashboard.reader import Reader


def brief_pdf(record: Record) -> bytes:
    """Return the brief on A4 paper."""
    from dashboard.briefs.pdf import write_pdf  # noqa: PLC0415 - loads reportlab

    return write_pdf(record)


def brief_xlsx(record: Record) -> bytes:
    """Return the brief as a workbook."""
    from dashboard.briefs.workbook import write_workbook  # noqa: PLC0415 - only for the reader who asks

    return write_workbook(record)


FORMATS: Final[dict[str, tuple[Callable[[Record], bytes], str]]] = {
    "pdf": (brief_pdf, "application/pdf"),
    "xlsx": (brief_xlsx, MIME["xlsx"]),
}
"""Ending of the file to what makes it and its kind."""


def offer_brief(reader: Reader, record: Record) -> None:
    """Draw the buttons where the role may export; they stand before the panels and know them all once it has run."""
    if not reader.access.may("export"):
        return
    with st.container(horizontal=True, key="briefs"):
        for ending, (make, mime) in FORMATS.items():
            st.download_button(
                record.words(f"brief.{ending}"),
                data=partial(_taken, reader, record, make, ending),
                file_name=f"tepat_{record.page}_{record.snapshot}.{ending}",
                mime=mime,
                key=f"brief_{ending}",
                on_click="ignore",
                type="tertiary",
                icon=":material/picture_as_pdf:" if ending == "pdf" else ":material/table_view:",
            )


def _taken(reader: Reader, record: Record, make: Callable[[Record], bytes], ending: str) -> bytes:
    """Return the file, once the access log says who takes it."""
    exported(reader, f"brief_{record.page}", form=ending)
    return make(record)
