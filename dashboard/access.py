"""Who looks: somebody who signed in, or, at simulated and public data, a visitor in a role of their choice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import streamlit as st

from analytics.access import VISITOR, NoAccessError, Scope
from analytics.access.claims import scope_of
from analytics.access.grants import Grants, open_grants
from analytics.access.rights import ROLES
from analytics.metrics import Filters
from analytics.settings import settings
from analytics.store import Manifest
from dashboard import logged
from dashboard.choices import choose
from dashboard.data_docs import is_closed
from dashboard.filterbar import place_name
from dashboard.reader import Reader
from dashboard.words import Words
from validation.contract import LEVELS

GIVEN: Final = "access.given"
"""Where a session keeps the access of somebody for whom a brief is made without a browser."""
AREA_LEVELS: Final = LEVELS[:3]
"""Levels that a scope can be limited to: province, regency, district."""


@dataclass(frozen=True)
class Access:
    """What somebody may see, and their staff code; empty = a visitor."""

    scope: Scope
    officer: str = ""


def claims_of_session() -> Mapping[str, Any]:
    """Return what sign-in says of who looks: the claims of the ID token, whose signature was verified."""
    return st.user.to_dict()


def needs_sign_in(manifest: Manifest) -> bool:
    """Return whether a data set is shown to those who signed in alone; personal data always are."""
    return is_closed(manifest)


def enter(manifest: Manifest, words: Words) -> Access | None:
    """Return who looks; None where nobody may, once it was said why and how to get in."""
    given = st.session_state.get(GIVEN)
    if isinstance(given, Access):  # a browser cannot put one there: what it sends are numbers and texts
        return given
    return _signed_in(words) if needs_sign_in(manifest) else _visitor(manifest, words)


def still_holds(reader: Reader) -> bool:
    """Return whether a reader's scope is what they have now: a callback runs before the page asks who looks."""
    if not reader.officer:
        return True
    try:
        now = scope_of(claims_of_session(), settings(), now=datetime.now(UTC), grants=_grants())
    except NoAccessError:
        return False
    return now == (reader.officer, reader.access)


def _visitor(manifest: Manifest, words: Words) -> Access:
    """Draw the role switch and its banner."""
    everything = Reader(manifest, Filters(), words, Scope(VISITOR))
    with st.container(horizontal=True, vertical_alignment="center", key="role_switch"):
        with st.popover(words("access.switch"), icon=":material/badge:"):
            role = choose(
                words, "role", [VISITOR, *ROLES], label=words("access.role"),
                shown=lambda name: words(f"access.role_{name}"),
            )  # fmt: skip
            area = _area(everything) if role != VISITOR else ""
        said = words(
            "access.banner", role=words(f"access.role_{role}"),
            place=place_name(everything, area) if area else words("filters.all_places"),
        )  # fmt: skip
        st.markdown(f":material/visibility: {said}", width="content")
    return Access(Scope(role, area))


def _area(everything: Reader) -> str:
    """Draw the choice of the area that the role is limited to."""
    words = everything.words
    codes = [code for level in AREA_LEVELS for code in everything.places(level)["code"]]
    return choose(
        words, "role_area", ["", *sorted(codes)], label=words("access.area"),
        shown=lambda code: place_name(everything, code) if code else words("filters.all_places"),
    )  # fmt: skip


def _signed_in(words: Words) -> Access | None:
    claims = claims_of_session()
    if claims.get("is_logged_in") is not True:
        _offer_sign_in(words)
        return None
    with st.container(horizontal=True, vertical_alignment="center", key="signed_in"):
        try:
            officer, scope = scope_of(claims, settings(), now=datetime.now(UTC), grants=_grants())
        except NoAccessError as refused:
            st.error(f"{words('access.refused')} {refused.message} {refused.next_step}")
            logged.refused(refused)
            st.button(words("access.sign_out"), icon=":material/logout:", on_click=st.logout)
            return None
        try:
            logged.signed_in(words, officer, scope, issued=claims["iat"])
        except logged.NotLoggedError as failed:
            st.error(f"{failed.message} {failed.next_step}")
            return None
        place = scope.area or words("filters.all_places")
        said = words("access.signed_in", officer=officer, role=words(f"access.role_{scope.role}"), place=place)
        st.markdown(f":material/badge: {said}", width="content")
        st.button(words("access.sign_out"), icon=":material/logout:", type="tertiary", on_click=_leave,
                  args=(words, officer, scope))  # fmt: skip
    return Access(scope, officer)


def _leave(words: Words, officer: str, scope: Scope) -> None:
    logged.signed_out(words, officer, scope)
    st.logout()


def _offer_sign_in(words: Words) -> None:
    st.title(words("access.title"), anchor=False)
    if not is_configured():
        st.error(words("access.not_configured"))
        return
    st.markdown(words("access.text"))
    st.button(words("access.sign_in"), icon=":material/login:", type="primary", on_click=st.login)


def is_configured() -> bool:
    """Return whether Streamlit's secrets name an identity provider."""
    try:
        return "auth" in st.secrets
    except FileNotFoundError:
        return False


def _grants() -> Grants | None:
    if settings().roles_from != "register":
        return None
    return _opened(f"{settings().home}|{settings().register_url}")


@st.cache_resource(max_entries=1, show_spinner=False)
def _opened(register: str) -> Grants:
    del register  # the key
    return open_grants(settings())
