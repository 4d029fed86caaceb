"""The catalogue of alerts: `catalogue.toml`, both languages side by side."""

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, field_validator

from analytics.alerts.errors import AlertError
from validation.text import Text

Source = Literal[
    "share", "part_of", "estimate", "declared", "gap", "trend", "quarantine", "age", "refused", "drift", "calibration",
    "duplicates",
]  # fmt: skip
Unit = Literal["share", "points", "count", "days", "index", "times"]
Level = Literal["province", "regency", "district"]


class Entry(BaseModel):
    """One alert of the catalogue."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    code: str
    source: Source
    """How it is measured: a function of `analytics.alerts.sources`."""
    metric: str = ""
    """Registry entry; empty where what is measured is none."""
    of: str = ""
    """Registry entry whose value is the denominator, of the source part_of."""
    grain: Literal["", "week", "month"] = ""
    levels: tuple[Level, ...] = ()
    """Regions that are looked at beside the whole."""
    threshold: float | None = None
    """None where the data set has its own: a declared figure, the limit of a chart."""
    direction: Literal["above", "below"] = "above"
    """On which side of the threshold it fires."""
    unit: Unit = "share"
    status: str
    """Who set the threshold, or that it is assumed."""
    page: str
    """Page that shows the figure."""
    owner: Text
    name: Text
    definition: Text
    action: Text

    @field_validator("owner", "name", "definition", "action", mode="before")
    @classmethod
    def _both_languages(cls, value: dict[str, str]) -> Text:
        return Text(**value)


@cache
def catalogue() -> dict[str, Entry]:
    """Return the alerts by code, in the order of the file."""
    text = files(__package__).joinpath("catalogue.toml").read_text(encoding="utf-8")
    entries = [Entry(**fields) for fields in tomllib.loads(text)["alert"]]
    return {entry.code: entry for entry in entries}


def entry_of(code: str) -> Entry:
    """Return an alert of the catalogue.

    Raises:
        AlertError: there is none of this code; names the nearest one.
    """
    if code not in catalogue():
        near = get_close_matches(code, catalogue(), n=1)
        raise AlertError(
            f"There is no alert {code!r}.",
            cause=f"Did you mean {near[0]}?" if near else "",
            next_step="`tepat alerts catalogue` lists them.",
        )
    return catalogue()[code]


def in_force(thresholds: Mapping[str, float]) -> list[Entry]:
    """Return the catalogue with the thresholds that the settings put in place of its own.

    Raises:
        AlertError: a threshold is of no alert, of one whose threshold the data set has, or is not above 0.
    """
    changes: dict[str, dict[str, Any]] = {}
    for code, threshold in thresholds.items():
        if entry_of(code).threshold is None or not threshold > 0:
            raise AlertError(
                f"The alert {code} cannot have the threshold {threshold:g}.",
                cause="A threshold is above 0, and what is declared or charted has its own.",
                next_step="Correct TEPAT_ALERT_THRESHOLDS.",
            )
        changes[code] = {"threshold": threshold, "status": "TEPAT_ALERT_THRESHOLDS"}
    return [entry.model_copy(update=changes.get(code, {})) for code, entry in catalogue().items()]
