"""Every reason of every objection in the citizen's words, with the record that could be corrected, as one table."""

from collections.abc import Iterator
from typing import Any, Final

import ibis
import pyarrow as pa

from analytics.eligibility import Rule
from analytics.eligibility.verdicts import SEPARATOR
from analytics.objections.screening.reasons import reasons
from analytics.objections.screening.records import rules_of
from analytics.objections.screening.screen import Screened
from validation.text import LANGUAGES, Language, Text

MONTHS: Final = {
    "id": ("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober",
           "November", "Desember"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
}  # fmt: skip
COLUMNS: Final = (
    "objection_id", "code", "sort", "register", "recorded_on", "says_id", "says_en", "correct_id", "correct_en",
)  # fmt: skip


def told(screened: Screened) -> Any:
    """Return one row a reason, as an Ibis table.

    Returns:
        | column | holds |
        |---|---|
        | objection_id | the objection |
        | code, sort | the reason: rejects, visits or supports |
        | register, recorded_on | who keeps the record that it rests on, and its day; empty where it rests on none |
        | says_id, says_en | the reason in words |
        | correct_id, correct_en | which record could be corrected, and where |
    """
    rows = screened.rows
    rows = rows.mutate(code=rows.codes.split(SEPARATOR)).unnest("code")
    rows = rows.mutate(
        __programme=rows.code.contains(".").ifelse(rows.programme, ""),
        __source=_by_rule(rows, screened, "source", ibis.null("string")),
        recorded_on=_by_code(rows, screened),
    )
    texts = ibis.memtable(_texts(screened))
    found = rows.join(texts, [rows.code == texts.of_code, rows["__programme"] == texts.of_programme])
    found = found.mutate(register=found["__source"].coalesce(found.kept_by_id))
    said: dict[str, Any] = {}
    for language in LANGUAGES:
        register = found["__source"].coalesce(found[f"kept_by_{language}"]).coalesce("")
        day = _spelled(found.recorded_on, language)
        for part in ("says", "correct"):
            text = found[f"{part}_{language}"].replace("{register}", register)
            said[f"{part}_{language}"] = text.replace(" {date}", day)
    return found.mutate(**said).select(*COLUMNS)


def _by_rule(rows: Any, screened: Screened, part: str, nothing: Any) -> Any:
    """Return a column of the rule that a code speaks of."""
    return ibis.cases(
        *((rows.code.endswith(f".{rule}"), rows[f"{part}_{rule}"]) for rule in screened.rules), else_=nothing
    )


def _by_code(rows: Any, screened: Screened) -> Any:
    """Return the day that a reason tells: of the record, or of what happened."""
    dated = [(rows.code == code, rows[reason.date].date()) for code, reason in screened.reasons.items() if reason.date]
    return ibis.cases(*dated, else_=_by_rule(rows, screened, "date", ibis.null("date")))


def _spelled(day: Any, language: Language) -> Any:
    """Return " 5 Mei 2026", or nothing for no day."""
    months = ibis.cases(*((day.month() == number, name) for number, name in enumerate(MONTHS[language], start=1)))
    space = ibis.literal(" ")
    return (space + day.day().cast("string") + space + months + space + day.year().cast("string")).coalesce("")


def _texts(screened: Screened) -> pa.Table:
    """Return the texts of each code, and of each programme where a rule's threshold may differ."""
    rows = list(_entries(screened))
    return pa.Table.from_pylist(rows, schema=pa.schema([(name, pa.string()) for name in rows[0]]))


def _entries(screened: Screened) -> Iterator[dict[str, str | None]]:
    rules = rules_of(screened.book, screened.day)
    for code in (*screened.reasons, "admissible"):
        reason = reasons().of(code)
        rule_id = code.partition(".")[2]
        for programme, rule in rules[rule_id].items() if rule_id else (("", None),):
            entry: dict[str, str | None] = {"of_code": code, "of_programme": programme, "sort": reason.sort}
            record = reasons().record[rule_id] if rule_id else None
            for language in LANGUAGES:
                for part, text in (("says", reason.says), ("correct", reason.correct)):
                    entry[f"{part}_{language}"] = _filled(text, rule, language)
                entry[f"kept_by_{language}"] = record.kept_by.to(language) if record else None
            yield entry


def _filled(text: Text, rule: Rule | None, language: Language) -> str:
    """Fill in what is the same for everybody; {register} and {date} are left."""
    said = text.to(language)
    if rule is None:
        return said
    refuses = rule.refuses.to(language).replace("{value}", _threshold(rule, language))
    said = said.replace("{refuses}", refuses).replace("{record}", rule.correct.to(language))
    return said.replace("{what}", reasons().record[rule.id].what.to(language))


def _threshold(rule: Rule, language: Language) -> str:
    number = f"{rule.value:,}"
    number = number.replace(",", ".") if language == "id" else number
    return f"Rp{number}" if rule.unit == "rupiah" else f"{number} {rule.unit}".strip()
