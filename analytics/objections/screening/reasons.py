"""The reasons in words: `reasons.toml`, read once."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from validation.text import Text

Sort = Literal["rejects", "visits", "supports"]


class Reason(BaseModel):
    """What is said of one reason."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    """Of its code, what stands before the point."""
    sort: Sort
    says: Text
    correct: Text
    """The record that could be corrected, and where to go."""


class Record(BaseModel):
    """What a programme's rule looks at."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    what: Text
    kept_by: Text
    """Who keeps it, where the record does not name its source."""


class Reasons(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: tuple[Reason, ...]
    record: dict[str, Record]

    def of(self, code: str) -> Reason:
        """Return what is said of a code, such as `refuses.wage`."""
        return next(reason for reason in self.reason if reason.id == code.partition(".")[0])


@cache
def reasons() -> Reasons:
    """Read the file."""
    text = Path(__file__).with_name("reasons.toml").read_text(encoding="utf-8")
    return Reasons.model_validate(tomllib.loads(text))
