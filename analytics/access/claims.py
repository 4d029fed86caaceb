"""What sign-in says of somebody, read strictly: what is missing, expired or of another kind gives no access."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from analytics.access.errors import AccessError, NoAccessError, Why
from analytics.access.grants import Grants
from analytics.access.rights import ROLES, Scope
from analytics.cases.errors import CaseError
from analytics.cases.wording import require_officer
from analytics.settings import Settings

LEEWAY_SECONDS = 60
"""By which the clock of the identity provider may run ahead of ours (assumed)."""


def subject_of(claims: Mapping[str, Any], settings: Settings, *, now: datetime) -> str:
    """Return the staff code of who signed in.

    Args:
        claims: Of the ID token, whose signature Streamlit has verified.
        settings: Names the claim that holds the code, and how long a sign-in lasts.
        now: The moment, in UTC with its zone.

    Raises:
        NoAccessError: there is no code, it is none, or the sign-in is too long ago or of no known time.
    """
    code, issued = claims.get(settings.claim_subject), claims.get("iat")
    if not isinstance(code, str):
        raise _refused(
            f"Sign-in says no {settings.claim_subject}.",
            "Ask who runs the identity provider to send it.",
            why="no_code",
        )
    try:
        require_officer(code, what="signed-in officer")
    except CaseError as error:
        raise NoAccessError(error.message, cause=error.cause, next_step=error.next_step, why="no_code") from error
    if isinstance(issued, bool) or not isinstance(issued, int | float):
        raise _refused("Sign-in does not say when it was.", "Sign in again.", why="no_time", subject=code)
    age = now.timestamp() - issued
    if not -LEEWAY_SECONDS <= age < settings.session_hours * 3600:
        raise _refused("The sign-in has expired.", "Sign in again.", why="expired", subject=code)
    return code


def scope_of(
    claims: Mapping[str, Any], settings: Settings, *, now: datetime, grants: Grants | None = None
) -> tuple[str, Scope]:
    """Return who signed in and the scope that they have.

    One source alone counts, as TEPAT_ROLES_FROM says: a grant taken back in the register cannot live on in a claim.

    Args:
        claims: As `subject_of`.
        settings: Source of roles and names of the claims.
        now: The moment, in UTC with its zone.
        grants: Of the register; needed where roles come from it.

    Raises:
        NoAccessError: as `subject_of`, or no role was given, or it or its area is unknown.
    """
    subject = subject_of(claims, settings, now=now)
    if settings.roles_from == "register":
        scope = grants.scope(subject) if grants is not None else None
        if scope is None:
            raise _refused(
                "Nobody has given you a role yet.", "Ask an administrator for one (`tepat access grant`).",
                why="not_granted", subject=subject,
            )  # fmt: skip
        return subject, scope
    role, area = claims.get(settings.claim_role), claims.get(settings.claim_area)
    if not isinstance(role, str) or role not in ROLES:
        raise _refused(
            "Sign-in gives you no role that Tepat knows.", f"Roles are: {', '.join(ROLES)}.",
            why="no_such_role", subject=subject,
        )  # fmt: skip
    if not isinstance(area, str):
        # An area that is left out by mistake must not open everything: everywhere has to be said.
        raise _refused(
            "Sign-in does not say in which area.", "Everywhere is said by an empty text.", why="no_area",
            subject=subject,
        )  # fmt: skip
    try:
        return subject, Scope(role, area)
    except AccessError as error:
        raise NoAccessError(
            error.message, cause=error.cause, next_step=error.next_step, why="no_such_area", subject=subject
        ) from error


def _refused(message: str, next_step: str, *, why: Why, subject: str = "") -> NoAccessError:
    return NoAccessError(message, next_step=next_step, why=why, subject=subject)
