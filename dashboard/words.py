"""Words, numbers and dates in the reader's language: the only place that formats for a person.

Words live in `dashboard/texts/*.toml`, both languages side by side. The file name is the first part of the key:

    # texts/charts.toml
    axis_day = { id = "Hari", en = "Day" }

>>> Words("id")("charts.axis_day")
'Hari'
>>> Words("en").number(1234567.891, decimals=2)
'1,234,567.89'
"""

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import pandas as pd
from babel import Locale
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.numbers import get_decimal_symbol, get_group_symbol

from validation.text import Language, Text

Unit = Literal["number", "percent", "rupiah"]

NO_VALUE: Final = "–"
TEXTS: Final = Path(__file__).parent / "texts"
LOCALES: Final[Mapping[Language, str]] = {"id": "id_ID", "en": "en_GB"}
DEFAULT_DECIMALS: Final[Mapping[Unit, int]] = {"number": 0, "percent": 1, "rupiah": 0}
PERCENT_SIGNS: Final = Text("\u202f%", "%")
PERCENTAGE_POINTS: Final = Text("poin persen", "percentage points")
# Rupiah from a billion upwards are read as words; below it every digit is shown.
LARGE_RUPIAH: Final = ((Decimal(10**12), Text("triliun", "trillion")), (Decimal(10**9), Text("miliar", "billion")))
LARGE_DECIMALS: Final = 1
ZONE_NAMES: Final[Mapping[str, str]] = {
    "Asia/Jakarta": "WIB",
    "Asia/Pontianak": "WIB",
    "Asia/Makassar": "WITA",
    "Asia/Jayapura": "WIT",
}


@lru_cache(maxsize=1)
def catalogue() -> dict[str, Text]:
    """Return every text by its full key, read once from all files in `TEXTS`."""
    found: dict[str, Text] = {}
    for path in sorted(TEXTS.glob("*.toml")):
        _collect(tomllib.loads(path.read_text("utf-8")), prefix=path.stem, found=found)
    return found


def _collect(table: Mapping[str, Any], *, prefix: str, found: dict[str, Text]) -> None:
    for name, entry in table.items():
        key = f"{prefix}.{name}"
        if not isinstance(entry, dict):
            raise TypeError(f"{key} must be a table with id and en")
        if all(isinstance(part, str) for part in entry.values()):
            if entry.keys() != {"id", "en"}:
                raise ValueError(f"{key} must have exactly id and en, not {sorted(entry)}")
            found[key] = Text(**entry)
        else:
            _collect(entry, prefix=key, found=found)


@lru_cache
def _locale(language: Language) -> Locale:
    return Locale.parse(LOCALES[language])


@lru_cache
def _separators(language: Language) -> dict[int, str]:
    locale = _locale(language)
    return str.maketrans({",": get_group_symbol(locale), ".": get_decimal_symbol(locale)})


def is_missing(value: object) -> bool:
    """Say whether `value` is no value at all: None, NaN, NaT, NA or infinite."""
    return bool(pd.isna(value)) or value in {float("inf"), float("-inf")}  # type: ignore[call-overload]


def _rounded(value: Decimal, decimals: int) -> Decimal:
    """Round halves away from zero, as people do, and never to minus zero."""
    rounded = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return rounded if rounded else abs(rounded)


def rupiah_scale(amount: float) -> float:
    """Return what one stands for in the words of `amount`: a trillion, a billion, or one rupiah."""
    return next((float(size) for size, _ in LARGE_RUPIAH if amount >= size), 1.0)


@dataclass(frozen=True, slots=True)
class Words:
    """Everything a page or chart says, in one language; cheap to make and hashable.

    A missing value (None, NaN, NaT) always reads "–", never 0.
    """

    language: Language

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of `key` with `values` filled in; an unknown key raises a KeyError naming it."""
        texts = catalogue()
        if key not in texts:
            near = difflib.get_close_matches(key, texts, n=1)
            raise KeyError(f"no text {key!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        try:
            return texts[key].to(self.language).format(**values)
        except KeyError as missing:
            raise KeyError(f"text {key!r} needs a value for {missing}") from None

    def number(self, value: float | Decimal | None, *, decimals: int = 0) -> str:
        """Return 1.234.567,89 (id) or 1,234,567.89 (en)."""
        if value is None or is_missing(value):
            return NO_VALUE
        return f"{_rounded(Decimal(str(value)), decimals):,}".translate(_separators(self.language))

    def percent(self, share: float | None, *, decimals: int = 1) -> str:
        """Return the share 0.123 as "12,3 %" (id, narrow no-break space) or "12.3%" (en)."""
        if share is None or is_missing(share):
            return NO_VALUE
        return self.number(Decimal(str(share)) * 100, decimals=decimals) + PERCENT_SIGNS.to(self.language)

    def points(self, difference: float | None, *, decimals: int = 1, signed: bool = False) -> str:
        """Return a difference of two shares, 0.012 as "1,2 poin persen"; `signed` shows a plus too."""
        if difference is None or is_missing(difference):
            return NO_VALUE
        number = self.number(Decimal(str(difference)) * 100, decimals=decimals)
        plus = "+" if signed and difference > 0 else ""
        return f"{plus}{number} {PERCENTAGE_POINTS.to(self.language)}"

    def rupiah(self, amount: float | Decimal | None, *, decimals: int = LARGE_DECIMALS) -> str:
        """Return Rp1.234.567; from a billion upwards "Rp1,2 miliar" or "triliun" with `decimals`."""
        if amount is None or is_missing(amount):
            return NO_VALUE
        exact = Decimal(str(amount))
        sign = "-" if _rounded(exact, 0) < 0 else ""
        for size, name in LARGE_RUPIAH:
            # An amount belongs to the larger word once it would read "1.000" of the smaller one.
            smaller, places = (Decimal(10**9), decimals) if size > 10**9 else (Decimal(1), 0)
            if _rounded(abs(exact) / smaller, places) >= size / smaller:
                return f"{sign}Rp{self.number(abs(exact) / size, decimals=decimals)} {name.to(self.language)}"
        return f"{sign}Rp{self.number(abs(exact))}"

    def value(self, value: float | None, *, unit: Unit, decimals: int | None = None) -> str:
        """Return `value` as its `unit` asks; without `decimals`, the unit's usual number of them."""
        places = DEFAULT_DECIMALS[unit] if decimals is None else decimals
        if unit == "percent":
            return self.percent(value, decimals=places)
        if unit == "rupiah":
            return self.rupiah(value, decimals=LARGE_DECIMALS if decimals is None else decimals)
        return self.number(value, decimals=places)

    def interval(
        self, low: float | None, high: float | None, *, unit: Unit = "percent", decimals: int | None = None
    ) -> str:
        """Return "12,3–15,6 %"; "–" when either end is missing."""
        if is_missing(low) or is_missing(high):
            return NO_VALUE
        upper = self.value(high, unit=unit, decimals=decimals)
        if unit == "percent":
            sign = PERCENT_SIGNS.to(self.language)
            return f"{self.value(low, unit=unit, decimals=decimals).removesuffix(sign)}–{upper}"
        return f"{self.value(low, unit=unit, decimals=decimals)}–{upper}"

    def _date(self, day: date | None, pattern: str) -> str:
        return NO_VALUE if day is None or is_missing(day) else format_date(day, pattern, _locale(self.language))

    def day(self, day: date | None) -> str:
        """Return "17 Agu 2026"."""
        return self._date(day, "d MMM y")

    def day_of_month(self, day: date | None) -> str:
        """Return "17 Agu", for an axis that names the year elsewhere."""
        return self._date(day, "d MMM")

    def month(self, day: date | None) -> str:
        """Return "Agu 2026"."""
        return self._date(day, "MMM y")

    def month_name(self, day: date | None) -> str:
        """Return "Agu"."""
        return self._date(day, "MMM")

    def moment(self, utc: datetime | None, *, zone: str) -> str:
        """Return "17 Agustus 2026 14.05 WIB"; a `utc` without a zone is read as UTC, as stored."""
        if utc is None or is_missing(utc):
            return NO_VALUE
        local = (utc if utc.tzinfo else utc.replace(tzinfo=UTC)).astimezone(ZoneInfo(zone))
        clock = format_time(local, "HH.mm" if self.language == "id" else "HH:mm", locale=_locale(self.language))
        return f"{self._date(local, 'd MMMM y')} {clock} {ZONE_NAMES.get(zone, zone)}"

    def listed(self, parts: Sequence[str]) -> str:
        """Return "a, b, dan c"; nothing for no parts."""
        return format_list(list(parts), locale=_locale(self.language)) if parts else ""
