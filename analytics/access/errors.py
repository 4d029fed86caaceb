"""What goes wrong with access."""

from typing import Literal

from validation.errors import TepatError

Why = Literal["no_code", "no_time", "expired", "not_granted", "no_such_role", "no_area", "no_such_area"]
"""Why sign-in opens nothing, as the access log says it."""


class AccessError(TepatError):
    """A role, area or grant that cannot be used."""


class NoAccessError(AccessError):
    """Who signed in may open nothing; says why in words that name nobody else.

    Attributes:
        why: The same as a code.
        subject: Staff code of who was refused, where sign-in said one; empty = none.
    """

    def __init__(
        self, message: str, *, cause: str = "", next_step: str = "", why: Why = "no_such_role", subject: str = ""
    ) -> None:
        super().__init__(message, cause=cause, next_step=next_step)
        self.why: Why = why
        self.subject = subject
