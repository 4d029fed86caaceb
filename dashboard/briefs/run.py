"""A page run without a browser, for briefs that are sent on a schedule: Streamlit's own headless runner."""

import difflib
import logging
from pathlib import Path

from dashboard.briefs.record import PAGES, Record
from validation.errors import TepatError
from validation.text import Language

APP = Path(__file__).parents[1] / "app.py"
FOLDER = APP.parents[1] / "pages"
TIMEOUT = 600
"""Longest that a page may take, s; it is made once, for nobody who waits."""


def run_page(page: str, *, language: Language, choices: dict[str, str]) -> Record:
    """Run a page under `choices` (names and codes as in the page's URL) and return what it drew.

    Raises:
        TepatError: There is no such page, it has no brief, or it could not be made.
    """
    if page not in PAGES:
        near = difflib.get_close_matches(page, PAGES, n=1)
        raise TepatError(
            f"There is no brief of {page}." + (f" Did you mean {near[0]}?" if near else ""),
            cause="Pages about single families and pairs have no brief.",
            next_step=f"Pages with a brief: {', '.join(PAGES)}.",
        )
    # Without a server, each widget warns that there is none.
    logging.getLogger("streamlit").setLevel(logging.ERROR)
    from streamlit.testing.v1 import AppTest  # noqa: PLC0415 - only for a run without a server

    app = AppTest.from_file(str(APP), default_timeout=TIMEOUT)
    for name, code in {"lang": language, **choices}.items():
        app.query_params[name] = code
    app.switch_page(str(FOLDER / f"{page}.py"))
    app.run()
    found = app.session_state["brief"] if "brief" in app.session_state else None
    if app.exception or not isinstance(found, Record) or found.page != page:
        raise TepatError(
            f"The brief of {page} could not be made.",
            cause="The page itself could not be shown; the log names the fault.",
            next_step="Open the page with `tepat serve` under the same filters.",
        )
    return found
