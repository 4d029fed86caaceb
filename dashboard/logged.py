"""What a reader sees and takes away, told to the access log: once for each thing seen, not once a rerun.

Views of visitors, who see simulated or public data without signing in, are kept where TEPAT_LOG_PAGE_VIEWS asks for it;
what is taken away and every look at the log always are. What cannot be logged is neither shown nor given out.
"""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import streamlit as st

from analytics.access import NoAccessError, Scope
from analytics.access_log import Action, Detail, append
from analytics.log import kind_and_place, log
from analytics.metrics import Filters
from analytics.register import Database, open_database
from analytics.settings import settings
from dashboard.reader import REFUSED, Reader
from dashboard.words import Words
from validation.errors import TepatError

VISITOR: Final = "web:visitor"
"""Who looks where nobody signs in; no staff code has a colon."""
UNKNOWN: Final = "web:unknown"
"""Who was refused, where sign-in said no staff code."""
SIGNED_IN, PAGE, THINGS = "logged.signed_in", "logged.page", "logged.things"
"""Of a session: what the log knows of it already."""
OWN: Final = frozenset({"catatan_akses"})
"""Pages that tell the log themselves what was looked at."""


class NotLoggedError(TepatError):
    """What was asked for cannot be logged, and is not given."""


def signed_in(words: Words, officer: str, scope: Scope, *, issued: float) -> None:
    """Keep that somebody signed in, once a session and role; two tabs of one sign-in say the same moment.

    Raises:
        NotLoggedError: it cannot be kept.
    """
    if st.session_state.get(SIGNED_IN) == (officer, scope):
        return
    since = datetime.fromtimestamp(issued, UTC).isoformat(timespec="seconds")
    _keep(words, officer, scope, "sign_in", details={"since": since})
    st.session_state[SIGNED_IN] = (officer, scope)


def signed_out(words: Words, officer: str, scope: Scope) -> None:
    """Keep that somebody signs out; nobody is held back where it cannot be kept."""
    try:
        _keep(words, officer, scope, "sign_out")
    except NotLoggedError:
        return


def refused(error: NoAccessError) -> None:
    """Keep that somebody was refused, and why, as a code: once a session, and nothing of what sign-in said."""
    refusal = (error.subject, error.why)
    if st.session_state.get(REFUSED) == refusal:
        return
    try:
        _append(error.subject or UNKNOWN, "refuse", details={"why": error.why})
    except Exception as failed:  # refused is refused
        _note(failed)
    st.session_state[REFUSED] = refusal


def viewed(reader: Reader, page: str) -> None:
    """Keep that a page is looked at: once for each page, scope, snapshot and set of filters.

    Raises:
        NotLoggedError: it cannot be kept.
    """
    key = (page, reader.seen, reader.filters)
    if st.session_state.get(PAGE) == key:
        return
    if page not in OWN and is_kept(reader):
        details = {"dataset": reader.manifest.dataset.name, "snapshot": reader.snapshot} | filters_of(reader.filters)
        _keep(reader.words, actor(reader), reader.access, "view_page", kind="page", ref=page, details=details)
    st.session_state[PAGE] = key
    st.session_state[THINGS] = ()


def looked_at(reader: Reader, action: Action, ref: str, *, actor: str = "") -> None:
    """Keep that a case, a pair or an agent is looked at: once while the reader stays on the page.

    Args:
        reader: What the reader looks at.
        action: `view_case`, `view_pair` or `view_agent`.
        ref: Its id.
        actor: Code that a visitor acts under; empty = the reader's own.

    Raises:
        NotLoggedError: it cannot be kept.
    """
    seen = st.session_state.get(THINGS, ())
    if seen == (action, ref):
        return
    if is_kept(reader):
        who = reader.officer or actor or VISITOR
        details = {"dataset": reader.manifest.dataset.name}
        kind = action.removeprefix("view_")
        _keep(reader.words, who, reader.access, action, kind=kind, ref=ref, details=details)
    st.session_state[THINGS] = (action, ref)


def searched(reader: Reader, asked: Mapping[str, Detail]) -> None:
    """Keep that the log is looked at, and what it was asked for: once for each question.

    Raises:
        NotLoggedError: it cannot be kept.
    """
    key = ("view_log", tuple(asked.items()))
    if st.session_state.get(THINGS) != key:
        _keep(reader.words, actor(reader), reader.access, "view_log", details=asked)
        st.session_state[THINGS] = key


def exported(reader: Reader, what: str, *, form: str, rows: int | None = None) -> None:
    """Keep that something is taken away, before it is; called on a thread of its own, without a session.

    Raises:
        NotLoggedError: it cannot be kept.
    """
    details = export_details(what, reader.filters, form=form, snapshot=reader.snapshot, rows=rows)
    dataset = reader.manifest.dataset.name
    _keep(reader.words, actor(reader), reader.access, "export", kind="dataset", ref=dataset, details=details)


def export_details(
    what: str, filters: Filters, *, form: str, snapshot: str, rows: int | None = None
) -> dict[str, Detail]:
    """Return what the log says of a file: which figures, in which form, of how many rows, under which filters."""
    said: dict[str, Detail] = {"what": what, "format": form, "snapshot": snapshot}
    return said | ({} if rows is None else {"rows": rows}) | filters_of(filters)


def filters_of(filters: Filters) -> dict[str, Detail]:
    """Return the filters that are set, as codes."""
    return {name: _code(getattr(filters, name)) for name in filters.given()}


def actor(reader: Reader) -> str:
    """Return who the log says it was."""
    return reader.officer or VISITOR


def is_kept(reader: Reader) -> bool:
    """Return whether what this reader looks at is kept."""
    return bool(reader.officer) or settings().log_page_views


def _code(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _keep(words: Words, actor: str, scope: Scope, action: Action, **said: Any) -> None:
    details = {"scope": scope.area} | said.pop("details", {})
    try:
        _append(actor, action, role=scope.role, details=details, **said)
    except Exception as error:
        _note(error)
        # Without the cause: a server's log would print its text.
        raise NotLoggedError(words("access.not_logged"), next_step=words("access.not_logged_next")) from None


def _note(error: Exception) -> None:
    log("access_log_failed", level=logging.ERROR, cause=kind_and_place(error))


def _append(actor: str, action: Action, **said: Any) -> None:
    with database().writing() as connection:
        append(connection, actor=actor, action=action, **said)


def database() -> Database:
    """Return the register that holds the log, opened once for all sessions."""
    return _database(f"{settings().home}|{settings().register_url}")


@st.cache_resource(max_entries=1, show_spinner=False)
def _database(register: str) -> Database:
    del register  # the key
    return open_database(settings())
