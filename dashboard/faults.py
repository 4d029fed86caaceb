"""What a reader sees when something fails: a plain sentence and a reference id; the log has the rest."""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from analytics.log import log
from dashboard.words import Words
from validation.errors import TepatError

LANGUAGE_KEY = "chosen.lang"


@contextmanager
def guarded(words: Words) -> Iterator[None]:
    """Show a failure in place of what was to be drawn here; the rest of the page stays."""
    try:
        yield
    except TepatError as error:
        st.warning(told(error, words))
    except Exception as error:
        st.error(told(error, words))


def told(error: Exception, words: Words) -> str:
    """Log a failure and return it as a sentence with its reference id."""
    reference = _logged(error)
    if isinstance(error, TepatError):
        return f"{error.message} {error.next_step}\n\n{words('app.reference', id=reference)}"
    return words("app.panel_failed", id=reference)


def on_script_error(error: Exception) -> bool:
    """Show a whole page's failure as a sentence instead of a traceback."""
    words = Words("en" if st.session_state.get(LANGUAGE_KEY) == "en" else "id")
    st.error(words("app.page_failed", id=_logged(error)))
    return True


def _logged(error: Exception) -> str:
    """Write the fault's kind and place to the log (its text may hold data) and return its reference id."""
    reference = secrets.token_hex(4)
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_globals.get('__name__', '')}:{trace.tb_lineno}" if trace else ""
    log("fault", level=logging.ERROR, reference=reference, kind=type(error).__name__, place=place)
    return reference
