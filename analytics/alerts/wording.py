"""What a message says of alerts: one digest of a publication, in words and numbers that name no person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal

from analytics.alerts.catalogue import Unit, catalogue
from analytics.alerts.keeping import Changes
from analytics.store import Manifest
from validation.text import Language, Text

LOCALES: Final[Mapping[Language, str]] = {"id": "id_ID", "en": "en_GB"}
SEVERITY: Final = {
    "notice": Text("perhatian", "notice"),
    "warning": Text("peringatan", "warning"),
    "critical": Text("kritis", "critical"),
}
UNITS: Final[Mapping[Unit, Text]] = {
    "share": Text(" %", "%"),
    "points": Text(" poin persen", " percentage points"),
    "count": Text("", ""),
    "days": Text(" hari", " days"),
    "index": Text("", ""),
    "times": Text(" kali", " times"),
}
HUNDREDS: Final = ("share", "points")
"""Units of shares that are said out of a hundred."""
DECIMALS: Final[Mapping[Unit, int]] = {"share": 1, "points": 1, "count": 0, "days": 1, "index": 2, "times": 2}

_SUBJECT: Final = Text("Tepat: {count} peringatan baru ({worst}) – {title}", "Tepat: {count} new alerts ({worst}) – {title}")  # noqa: E501  # fmt: skip
_SIMULATED: Final = Text("DATA SIMULASI", "SIMULATED DATA")
_HEAD: Final = Text("{title}, data sampai {day}.", "{title}, data until {day}.")
_LINE: Final = Text("{value}; ambang {threshold}{interval}{n}.", "{value}; threshold {threshold}{interval}{n}.")
_INTERVAL: Final = Text("; selang 95 %: {low}–{high}", "; 95% interval: {low}–{high}")
_ROWS: Final = Text("; n = {n}", "; n = {n}")
_OPEN: Final = Text("Sejak {day}. {owner}: {action}", "Since {day}. {owner}: {action}")
_CLOSED: Final = Text("Sudah tidak berlaku:", "No longer so:")
_END: Final = Text(
    "Rinciannya di halaman Ringkasan. Pesan ini tidak memuat data pribadi.",
    "Details are on the page Summary. This message holds no personal data.",
)
_WHOLE: Final = Text("seluruh wilayah", "all regions")
TEST_SUBJECT: Final = Text("Tepat: pesan uji", "Tepat: test message")
TEST_TEXT: Final = Text(
    "Ini pesan uji dari `tepat alerts test`. Peringatan akan dikirim lewat jalan yang sama.",
    "This is a test message of `tepat alerts test`. Alerts will come the same way.",
)


@dataclass(frozen=True)
class Message:
    """What is sent: its key, a subject, a text for people, and the same as plain values for programs."""

    key: str
    subject: str
    text: str
    alerts: Sequence[Mapping[str, Any]]


def number(value: float | None, unit: Unit, language: Language) -> str:
    """Return a figure with its unit.

    >>> number(0.1234, "share", "en"), number(12.5, "days", "id")
    ('12.3%', '12,5 hari')
    """
    if value is None:
        return "–"
    decimals = DECIMALS[unit]
    shown = value * 100 if unit in HUNDREDS else value
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return format_decimal(round(shown, decimals), pattern, locale=LOCALES[language]) + UNITS[unit].to(language)


def digest(changes: Changes, manifest: Manifest, *, names: Mapping[str, str], language: Language) -> tuple[str, str]:
    """Return subject and text of what changed with a publication.

    Args:
        changes: With something to tell.
        manifest: Of the snapshot.
        names: Name of each region by its code.
        language: Of the message.
    """
    said = manifest.dataset
    news = changes.news
    subject = _SUBJECT.to(language).format(
        count=len(news), worst=SEVERITY[news[0]["severity"]].to(language), title=said.title.to(language)
    )
    head = _HEAD.to(language).format(title=said.title.to(language), day=_day(manifest.data_until, manifest, language))
    parts = [f"{_SIMULATED.to(language)}. {head}" if said.sensitivity == "simulated" else head]
    parts += [_told(row, manifest, names, language) for row in news]
    if changes.closed:
        gone = [f"- {_named(row, names, language)}" for row in changes.closed]
        parts.append("\n".join([_CLOSED.to(language), *gone]))
    return subject, "\n\n".join([*parts, _END.to(language)]) + "\n"


def plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return an alert as values that JSON can hold."""
    names = ("code", "severity", "area", "programme", "value", "low", "high", "n", "threshold", "excess")
    return {name: row[name] for name in names} | {"since": f"{row['opened_at']:%Y-%m-%dT%H:%M:%SZ}"}


def _told(row: Mapping[str, Any], manifest: Manifest, names: Mapping[str, str], language: Language) -> str:
    entry = catalogue()[row["code"]]
    value, threshold, high = (number(row[name], entry.unit, language) for name in ("value", "threshold", "high"))
    low = number(row["low"], entry.unit, language).removesuffix(UNITS[entry.unit].to(language))
    interval = _INTERVAL.to(language).format(low=low, high=high) if row["low"] is not None else ""
    rows = _ROWS.to(language).format(n=number(row["n"], "count", language)) if row["n"] else ""
    line = _LINE.to(language).format(value=value, threshold=threshold, interval=interval, n=rows)
    then = _OPEN.to(language).format(
        day=_day(row["opened_at"], manifest, language), owner=entry.owner.to(language), action=entry.action.to(language)
    )
    return f"[{SEVERITY[row['severity']].to(language).upper()}] {_named(row, names, language)}\n{line}\n{then}"


def _named(row: Mapping[str, Any], names: Mapping[str, str], language: Language) -> str:
    place = names.get(row["area"], row["area"]) or _WHOLE.to(language)
    parts = [catalogue()[row["code"]].name.to(language), row["programme"], place]
    return " · ".join(part for part in parts if part)


def _day(utc: datetime, manifest: Manifest, language: Language) -> str:
    local = utc.replace(tzinfo=UTC).astimezone(ZoneInfo(manifest.dataset.timezone))
    return format_date(local, "d MMM y", locale=LOCALES[language])
