"""Figures that somebody declared: no sample, denominator or interval was published, so they only stand beside."""

import tomllib
from functools import lru_cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, field_validator

from validation.text import Text


class Declared(BaseModel):
    """One declared pair of figures, before and after the pilot, as shares."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    metric: str
    programme: str
    before: float
    after: float
    status: str
    said: Text

    @field_validator("said", mode="before")
    @classmethod
    def _both_languages(cls, value: dict[str, str]) -> Text:
        return Text(**value)


@lru_cache(maxsize=1)
def _all() -> dict[str, list[Declared]]:
    text = files(__package__).joinpath("declared.toml").read_text(encoding="utf-8")
    return {context: [Declared(**entry) for entry in entries] for context, entries in tomllib.loads(text).items()}


def declared(context: str, *, metric: str = "", programme: str = "") -> list[Declared]:
    """Return the declared figures of a data set's context, all of them or those of a metric and programme."""
    return [
        figure
        for figure in _all().get(context, [])
        if metric in {"", figure.metric} and programme in {"", figure.programme}
    ]
