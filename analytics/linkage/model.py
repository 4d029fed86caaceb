"""A model of record evidence on disk: how often each level is seen among pairs of one person (m) and of two (u).

It holds frequencies of levels alone. How frequent a name or a birth date is, is counted anew in the records at use.
"""

import hashlib
import json
from math import log10
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from analytics.files import write_whole
from analytics.linkage.errors import LinkageError
from analytics.linkage.fields import FIELDS, definition


class LevelParameters(BaseModel):
    """The shares of pairs at a level: `m` of one person, `u` of two."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    m: float = Field(gt=0, le=1)
    u: float = Field(gt=0, le=1)

    @property
    def log10_lr(self) -> float:
        """Weight of the level before the frequency of the value is looked at."""
        return log10(self.m / self.u)


class FieldParameters(BaseModel):
    """A field's levels, in the order of `fields.py`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    levels: tuple[LevelParameters, ...]


class RecordModel(BaseModel):
    """What record evidence is weighed with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    definition: str
    """Of the fields, see `fields.definition`."""
    trained: Literal["em", "known"]
    """m by expectation maximisation, or from pairs that were weighted by other evidence."""
    people: int
    seed: int
    random_pairs: int
    """Pairs that u was counted in."""
    known_weight: float
    """Sum of the weights of known pairs; 0 = EM."""
    fields: tuple[FieldParameters, ...]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        known = {field.name: [level.code for level in field.levels] for field in FIELDS}
        for field in self.fields:
            if [level.code for level in field.levels] != known.get(field.name):
                msg = f"{field.name} has other levels than are compared"
                raise ValueError(msg)
        return self

    @property
    def id(self) -> str:
        """Hash of all parameters, as findings carry it."""
        return _hash(self)[:16]

    def save(self, path: Path) -> None:
        """Write the model and its hash, in one step."""
        content = {"sha256": _hash(self), "model": self.model_dump(mode="json")}
        write_whole(path, json.dumps(content, indent=1).encode())

    @classmethod
    def load(cls, path: Path) -> "RecordModel":
        """Read a model.

        Raises:
            LinkageError: there is none, it was changed since, or it was made for other fields.
        """
        again = "Train it anew; nothing was compared."
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            model = cls.model_validate(content["model"])
            sound = content["sha256"] == _hash(model)
        except FileNotFoundError as error:
            raise LinkageError(f"There is no model of record evidence {path.name}.", next_step=again) from error
        except (ValueError, KeyError, TypeError, ValidationError) as error:
            raise LinkageError(
                f"{path.name} is no model of record evidence.", cause="A part of it cannot be read.", next_step=again
            ) from error
        if not sound:
            raise LinkageError(
                f"The model {path.name} is not the one that was trained.",
                cause="It was changed since; its hash is another.",
                next_step=again,
            )
        if model.definition != definition():
            raise LinkageError(
                f"The model {path.name} was made for other comparisons.",
                cause="The levels of agreement have changed since.",
                next_step=again,
            )
        return model


def _hash(model: RecordModel) -> str:
    text = json.dumps(model.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
