"""The mapping: a TOML file that says which source columns make which columns of the contract.

It is enough to bring a foreign data set in without code. `examples/` holds two.
"""

import tomllib
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from analytics.store.manifest import Sensitivity
from validation.contract import CONTRACT
from validation.errors import MappingError
from validation.text import Text

MOST_BYTES = 2**20
"""Of a mapping file; the pilot's has 7 kB."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Recipe(_Part):
    """How one column of the contract is made; exactly one of the first four keys says from what."""

    source: str | None = Field(None, alias="from")
    """Source column."""
    value: str | int | float | bool | None = None
    """The same value in each row."""
    template: str | None = None
    """Text made of source columns: "{province}.{district}"."""
    one_of: dict[str, str] | None = None
    """Indicator columns: the text of the first one that holds 1."""
    otherwise: str | None = None
    """With `one_of`: the text where every indicator is known and none holds 1."""

    recode: dict[str, str | int | float | bool] | None = None
    """Source value to contract value; a value that is not listed stays as it is and is judged by the gate."""
    times: float | None = None
    """Factor to the contract's unit."""
    subtract_from: float | None = None
    """Takes the source value away from this number: an age from the year of the survey."""
    part: Literal["year"] | None = None
    """Part of a date."""
    time_format: str | None = None
    """strptime format of a time or day that is not ISO 8601."""
    at_or_below_quantile: float | None = Field(None, gt=0, lt=1)
    """True at or below this quantile of the values present (linear interpolation); empty stays unknown."""
    quantile_groups: int | None = Field(None, ge=2, le=100)
    """Rank group 1 (lowest) to n of the values present; ties share the lower group."""
    nik: bool = False
    """The source is a NIK or KK number: its form is checked before it becomes a pseudonym."""
    optional: bool = False
    """With `from`: earlier exports lack the source column; the contract's is then empty."""

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        given = [x for x in (self.source, self.value, self.template, self.one_of) if x is not None]
        if len(given) != 1:
            msg = "needs exactly one of from, value, template, one_of"
            raise ValueError(msg)
        if self.otherwise is not None and self.one_of is None:
            msg = "knows `otherwise` only beside one_of"
            raise ValueError(msg)
        return self


class Format(_Part):
    """How a CSV or XLSX file is written; nothing of it is guessed."""

    encoding: str = Field("utf-8", pattern=r"^[A-Za-z0-9_.:-]{1,40}$")
    separator: str = Field(",", min_length=1, max_length=1)
    decimal: Literal[".", ","] = "."
    sheet: str | None = None
    empty: tuple[str, ...] = ("",)
    """Texts that stand for "no value"."""


class TableMapping(_Part):
    """One table of the contract: its file and its columns."""

    name: str
    file: str
    format: Format = Format()
    where: dict[str, str | int | float | bool] = {}
    """Only source rows with these values make rows of the table."""
    columns: dict[str, Recipe]

    @model_validator(mode="after")
    def _fits_the_contract(self) -> Self:
        if self.name not in CONTRACT:
            raise ValueError(_unknown("table", self.name, CONTRACT))
        table = CONTRACT[self.name]
        names = [column.name for column in table.columns]
        for column in self.columns:
            if column not in names:
                raise ValueError(_unknown(f"column of {self.name}", column, names))
        missing = [column.name for column in table.required() if column.name not in self.columns]
        if missing:
            msg = f"the table {self.name} needs {', '.join(missing)}"
            raise ValueError(msg)
        return self


class DatasetMapping(_Part):
    """What the data set is: name, titles, sensitivity."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,40}$")
    title: Text
    source: Text
    sensitivity: Sensitivity = "personal"
    timezone: str = "Asia/Jakarta"
    final: bool = False
    next_update_days: int | None = Field(None, ge=1)
    context: str = ""
    data_until: date | None = None
    """Last day that the data speak of; empty = the newest time in the tables."""
    regions: Literal["kemendagri", "derived"] = "kemendagri"
    """kemendagri: official names of the codes in use; derived: codes of the families' villages and `region_names`."""

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, timezone: str) -> str:
        try:
            ZoneInfo(timezone)
        except (KeyError, ValueError, OSError) as error:
            msg = "is no time zone such as Asia/Jakarta"
            raise ValueError(msg) from error
        return timezone

    @field_validator("title", "source", mode="before")
    @classmethod
    def _both_languages(cls, value: Any) -> Any:
        return Text(**value) if isinstance(value, dict) else value


class VisitList(_Part):
    """Where the lists of field checks take names and addresses from, at the moment of writing; never stored."""

    file: str
    format: Format = Format()
    family_id: Recipe
    """How the family's number is made, as in `families`."""
    columns: dict[str, str] = Field(min_length=1)
    """Title on the list to source column: the head of the family, the address."""


IDENTITY_COLUMNS = {
    "person_id": True,
    "family_id": True,
    "name": True,
    "sex": True,
    "birth_date": True,
    "village": False,
    "birth_place": False,
    "phone": False,
    "mother_name": False,
}
"""Columns of `[identities.columns]`, and whether they are needed; the village is else that of the family."""


class IdentityList(_Part):
    """Where the search for duplicates takes names, birth dates and numbers from, at that moment; never stored."""

    file: str
    format: Format = Format()
    columns: dict[str, Recipe]
    """Column to its recipe: `person_id` (the NIK), `family_id`, `name`, `sex` (male, female), `birth_date`;
    where known, `village` (else that of `families`), `birth_place`, `phone`, `mother_name`"""

    @field_validator("columns")
    @classmethod
    def _columns_of_people(cls, columns: dict[str, Recipe]) -> dict[str, Recipe]:
        for column in columns:
            if column not in IDENTITY_COLUMNS:
                raise ValueError(_unknown("column of identities", column, IDENTITY_COLUMNS))
        missing = [name for name, needed in IDENTITY_COLUMNS.items() if needed and name not in columns]
        if missing:
            msg = f"the section identities needs {', '.join(missing)}"
            raise ValueError(msg)
        return columns


class Mapping(_Part):
    """A whole mapping file."""

    dataset: DatasetMapping
    region_names: dict[str, str] = {}
    table: tuple[TableMapping, ...] = Field(min_length=1)
    visit_list: VisitList | None = None
    """What the lists of field checks show of a family, see below; nothing of it is ingested."""
    identities: IdentityList | None = None
    """Who people are, for the search for duplicates, see below; nothing of it is ingested."""

    @model_validator(mode="after")
    def _has_families(self) -> Self:
        names = [table.name for table in self.table]
        if "families" not in names:
            msg = "the table families is needed: every other row belongs to a family"
            raise ValueError(msg)
        return self


def load_mapping(path: Path) -> Mapping:
    """Read a mapping file.

    Raises:
        MappingError: the file is missing, is not TOML, or has a key that the format does not know.
    """
    if not path.is_file():
        raise MappingError(f"There is no mapping file {path.name}.", next_step="Check the path; examples/ holds two.")
    if path.stat().st_size > MOST_BYTES:
        raise MappingError(f"{path.name} is too large for a mapping.", cause=f"It has more than {MOST_BYTES:,} bytes.")
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except RecursionError as error:
        raise MappingError(f"{path.name} is nested too deeply.", next_step="docs/mapping.md shows the form.") from error
    except ValueError as error:  # not TOML, not UTF-8, or a number of thousands of digits
        raise MappingError(
            f"{path.name} is not a TOML file.", cause=f"{error}.", next_step="Correct the line named above."
        ) from error
    try:
        return Mapping.model_validate(given)
    except ValidationError as error:
        raise MappingError(
            f"{path.name} cannot be used as a mapping.",
            cause=" ".join(_sentence(problem) for problem in error.errors()),
            next_step="docs/mapping.md lists every key; nothing was published.",
        ) from error


def _unknown(what: str, name: str, known: Any) -> str:
    close = get_close_matches(name, list(known), n=1)
    hint = f"; did you mean {close[0]}?" if close else f"; known are {', '.join(known)}"
    return f"{name} is not a {what}{hint}"


def _sentence(problem: Any) -> str:
    where = ".".join(str(part) for part in problem["loc"])
    what = str(problem["msg"]).removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        what = "unknown key"
    return f"[{where}] {what}." if where else f"{what}."
