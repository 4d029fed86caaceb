"""A page run without a browser, for briefs that are sent on a schedule: Streamlit's own headless runner."""

import difflib
from pathlib import Path

from analytics.access import Scope
from dashboard.access import GIVEN, Access
from dashboard.briefs.record import KEY, PAGES, Record
from dashboard.filterbar import KEYS
from validation.errors import TepatError
from validation.text import Language

APP = Path(__file__).parents[1] / "app.py"
FOLDER = APP.parents[1] / "pages"
TIMEOUT = 600
"""Longest that a page may take, s; it is made once, for nobody who waits."""


def run_page(page: str, *, language: Language, choices: dict[str, str], scope: Scope | None = None) -> Record:
    """Run a page under `choices` (names and codes as in the page's URL) and return what it drew.

    Args:
        page: Its name.
        language: Of its words.
        choices: What the reader chose.
        scope: Of whom it is for; None = a visitor, to whom personal data show nothing.

    Raises:
        TepatError: There is no such page, it has no brief, the scope may not open it, or it could not be made.
    """
    if page not in PAGES:
        near = difflib.get_close_matches(page, PAGES, n=1)
        raise TepatError(
            f"There is no brief of {page}." + (f" Did you mean {near[0]}?" if near else ""),
            cause="Pages about single families and pairs have no brief.",
            next_step=f"Pages with a brief: {', '.join(PAGES)}.",
        )
    if scope is not None:
        scope.require_page(page)
    from streamlit.testing.v1 import AppTest  # noqa: PLC0415 - only for a run without a server

    app = AppTest.from_file(str(APP), default_timeout=TIMEOUT)
    for name, code in {"lang": language, **choices}.items():
        app.query_params[name] = code
    if scope is not None:
        app.session_state[GIVEN] = Access(scope)
    app.switch_page(str(FOLDER / f"{page}.py"))
    app.run()
    found = app.session_state[KEY] if KEY in app.session_state else None  # noqa: SIM401  it has no get
    if app.exception or not isinstance(found, Record) or found.page != page:
        raise TepatError(
            f"The brief of {page} could not be made.",
            cause="The page itself could not be shown; the log names the fault.",
            next_step="Open the page with `tepat serve` under the same filters.",
        )
    for name in KEYS:
        # A page opens without a filter whose code it does not know; a brief must not be of something else than asked.
        if choices.get(name, "") not in {"", str(getattr(found.given, name))}:
            raise TepatError(
                f"The data have no {name} {choices[name]}.",
                cause="The filter would be left out, and the brief would be of something else.",
                next_step="Take the code from the page's URL under that filter.",
            )
    return found
