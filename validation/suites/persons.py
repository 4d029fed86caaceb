"""Persons: NIK, family, and that the NIK says the same sex and year of birth as the record."""

from typing import Any

from validation.checks import Same
from validation.contract import PERSONS
from validation.rules import Rule
from validation.suites.identity import number_rules
from validation.suites.suite import Tables, table_suite
from validation.text import Text

NIK_SEX = "__nik_sex"
NIK_YEAR = "__nik_year"
"""Last two digits of the year of birth in the NIK."""


def _facts(rows: Any, _tables: Tables) -> Any:
    return rows.mutate(__two_digits=rows.birth_year % 100)


SUITE = table_suite(
    PERSONS,
    owner="dukcapil",
    facts=_facts,
    rules=(
        *number_rules("persons", "person_id", Text("NIK", "the NIK")),
        Rule(
            id="persons.sex.nik",
            table="persons",
            says=Text(
                "jenis kelamin sama dengan di NIK (tanggal + 40 untuk perempuan)",
                "the sex is the one in the NIK (day plus 40 for women)",
            ),
            check=Same("sex", NIK_SEX),
            severity="warn",
            owner="dukcapil",
        ),
        Rule(
            id="persons.birth_year.nik",
            table="persons",
            says=Text("tahun lahir sama dengan di NIK", "the year of birth is the one in the NIK"),
            check=Same("__two_digits", NIK_YEAR),
            severity="warn",
            owner="dukcapil",
        ),
    ),
)
