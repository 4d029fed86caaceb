"""Rules: what the gate asks of every row, who mends it, and what follows where it is broken.

Most rules follow from the contract and are made here; `validation.suites` adds what tables say of each other. A rule
looks at one row: its columns and the facts that its suite joined to it (columns that begin with `__`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from validation.checks import Between, Check, Filled, OneOf, Past, holds
from validation.contract import Column, Table
from validation.text import Text

ROW = "__row"
"""Row number in the source file, the header being row 1."""
DISTRICT = "__district"
"""District of the row, or empty where it cannot be told."""
SUBJECT = "__subject"
"""What the row speaks of where it has no place in a file: `families.wage` of a completeness check."""
REPEATED = "__first_of_its_key"

Severity = Literal["block", "quarantine", "warn"]
SEVERITIES: dict[Severity, Text] = {
    "block": Text("menahan penerbitan", "blocks publication"),
    "quarantine": Text("baris dikarantina", "row goes to quarantine"),
    "warn": Text("dihitung, dengan catatan", "counted, with a note"),
}

Owner = Literal["portal", "dukcapil", "dtsen", "payer", "field", "data"]
OWNERS: dict[Owner, Text] = {
    "portal": Text("Tim portal bansos", "Portal team"),
    "dukcapil": Text("Dukcapil (data kependudukan)", "Dukcapil (civil registry)"),
    "dtsen": Text("BPS (DTSEN)", "BPS (DTSEN)"),
    "payer": Text("Bank penyalur", "Paying bank"),
    "field": Text("Petugas pemeriksa lapangan", "Field checkers"),
    "data": Text("Tim data Kemensos", "Data team of the ministry"),
}
"""Who can mend what breaks a rule."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule: its id, what it says in both languages, the check, and what follows where it is broken."""

    id: str
    table: str
    says: Text
    check: Check
    owner: Owner
    severity: Severity = "quarantine"
    needs: tuple[str, ...] = ()
    """Tables that must be in the data for the rule to apply."""


def contract_rules(table: Table, owner: Owner) -> list[Rule]:
    """Return the rules that follow from the contract of one table, in the order of its columns."""
    rules: list[Rule] = []
    for column in table.columns:
        for end, says, check, needs in _column_rules(table, column):
            name = f"{table.name}.{column.name}.{end}"
            rules.append(Rule(id=name, table=table.name, says=says, check=check, owner=owner, needs=needs))
    key = " + ".join(table.key)
    says = Text(f"{key} hanya muncul sekali", f"{key} occurs once")
    return [
        *rules,
        Rule(id=f"{table.name}.key.unique", table=table.name, says=says, check=holds(REPEATED), owner=owner),
    ]


def known_flag(column: str) -> str:
    """Return the fact that says whether a column's value is in the table that it refers to."""
    return f"__known_{column}"


def nik_code(column: str) -> str:
    """Return the fact that says what is wrong with the NIK or KK number behind a pseudonym."""
    return f"__nik_{column}"


def nik_columns(table: Table) -> list[Column]:
    """Return the columns of a table whose NIK or KK number is judged: where a family or a person is first named."""
    return [column for column in table.columns if column.name in {"family_id", "person_id"} and not column.refers_to]


_ColumnRule = tuple[str, Text, Check, tuple[str, ...]]


def _column_rules(table: Table, column: Column) -> Iterator[_ColumnRule]:
    name = column.name
    if not column.optional:
        yield "present", Text(f"{name} terisi", f"{name} is filled in"), Filled(name), ()
    if column.domain:
        values = ", ".join(column.domain)
        says = Text(f"{name} salah satu dari: {values}", f"{name} is one of: {values}")
        yield "domain", says, OneOf(name, column.domain), ()
    if column.minimum is not None or column.maximum is not None:
        low = "" if column.minimum is None else f"{column.minimum:g} ≤ "
        high = "" if column.maximum is None else f" ≤ {column.maximum:g}"
        says = Text(f"{low}{name}{high}", f"{low}{name}{high}")
        yield "range", says, Between(name, column.minimum, column.maximum), ()
    not_future = Text(f"{name} tidak di masa depan", f"{name} does not lie in the future")
    if column.kind in {"time", "day"}:
        yield "past", not_future, Past(name, "time" if column.kind == "time" else "day"), ()
    if name.endswith("birth_year"):
        yield "past", not_future, Past(name, "year"), ()
    if column.refers_to:
        target = column.refers_to.partition(".")[0]
        says = Text(f"{name} ada di {column.refers_to}", f"{name} exists in {column.refers_to}")
        yield "known", says, holds(known_flag(name)), () if target == table.name else (target,)
