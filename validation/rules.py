"""The rules of the gate: what every row must satisfy, from the contract and from what tables say of each other.

A rule is an Ibis expression over a staged table that is true where the row breaks it, so that the same rule runs on
every engine. A row that breaks a rule goes to quarantine with the rule's id.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis

from validation.contract import CONTRACT, Column, Table
from validation.text import Text

FORM = "__form"
ROW = "__row"

Tables = dict[str, Any]
"""Table name to Ibis table: the accepted rows of the tables before, the staged rows of the one being judged."""


@dataclass(frozen=True)
class Rule:
    """One rule: its id, what it says in both languages, and the expression that is true where it is broken."""

    id: str
    table: str
    says: Text
    broken: Callable[[Any, Tables, datetime], Any]
    """(staged table, accepted tables, moment of ingestion) -> boolean column."""
    needs: tuple[str, ...] = ()
    """Tables that must be in the export for the rule to apply."""


def rules_of(table: Table) -> list[Rule]:
    """Return the rules of one table, those of single columns first."""
    rules: list[Rule] = []
    for column in table.columns:
        rules += _column_rules(table, column)
    rules.append(
        Rule(
            f"{table.name}.key.unique",
            table.name,
            Text(f"{' + '.join(table.key)} hanya muncul sekali", f"{' + '.join(table.key)} occurs once"),
            _repeated(table.key),
        )
    )
    return rules + [rule for rule in ORDER_RULES if rule.table == table.name]


def all_rules() -> list[Rule]:
    """Return every rule of the gate."""
    return [rule for table in CONTRACT.values() for rule in rules_of(table)]


def _column_rules(table: Table, column: Column) -> Iterator[Rule]:
    name, prefix = column.name, f"{table.name}.{column.name}"
    if not column.optional:
        yield Rule(f"{prefix}.present", table.name, Text(f"{name} terisi", f"{name} is filled in"), _empty(name))
    if column.domain:
        values = ", ".join(column.domain)
        says = Text(f"{name} salah satu dari: {values}", f"{name} is one of: {values}")
        yield Rule(f"{prefix}.domain", table.name, says, _outside_domain(name, column.domain))
    if column.minimum is not None or column.maximum is not None:
        low = "" if column.minimum is None else f"{column.minimum:g} ≤ "
        high = "" if column.maximum is None else f" ≤ {column.maximum:g}"
        says = Text(f"{low}{name}{high}", f"{low}{name}{high}")
        yield Rule(f"{prefix}.range", table.name, says, _out_of_range(column))
    if column.kind in {"time", "day"}:
        says = Text(f"{name} tidak di masa depan", f"{name} does not lie in the future")
        yield Rule(f"{prefix}.past", table.name, says, _in_future(name))
    if column.name.endswith("birth_year"):
        says = Text(f"{name} tidak di masa depan", f"{name} does not lie in the future")
        yield Rule(f"{prefix}.past", table.name, says, _year_in_future(name))
    if column.refers_to:
        target, _, key = column.refers_to.partition(".")
        says = Text(f"{name} ada di {column.refers_to}", f"{name} exists in {column.refers_to}")
        needs = () if target == table.name else (target,)
        yield Rule(f"{prefix}.known", table.name, says, _orphan(name, target, key), needs)
    if column.pseudonym and column.name in {"family_id", "person_id"} and not column.refers_to:
        says = Text("NIK/No. KK berbentuk benar", "NIK/KK number has the right form")
        yield Rule(f"{prefix}.form", table.name, says, lambda t, _tables, _now: ~t[FORM])


def _empty(name: str) -> Callable[[Any, Tables, datetime], Any]:
    return lambda t, _tables, _now: t[name].isnull()


def _outside_domain(name: str, domain: tuple[str, ...]) -> Callable[[Any, Tables, datetime], Any]:
    return lambda t, _tables, _now: t[name].notnull() & t[name].notin(list(domain))


def _out_of_range(column: Column) -> Callable[[Any, Tables, datetime], Any]:
    def broken(t: Any, _tables: Tables, _now: datetime) -> Any:
        value, outside = t[column.name], ibis.literal(value=False)
        if column.minimum is not None:
            outside |= value < column.minimum
        if column.maximum is not None:
            outside |= value > column.maximum
        return outside

    return broken


def _in_future(name: str) -> Callable[[Any, Tables, datetime], Any]:
    return lambda t, _tables, now: t[name].cast("timestamp") > ibis.literal(now)


def _year_in_future(name: str) -> Callable[[Any, Tables, datetime], Any]:
    return lambda t, _tables, now: t[name] > now.year


def _orphan(name: str, target: str, key: str) -> Callable[[Any, Tables, datetime], Any]:
    def broken(t: Any, tables: Tables, _now: datetime) -> Any:
        known = tables[target][key] if target in tables else t[key]
        return t[name].notnull() & t[name].notin(known)

    return broken


def _repeated(key: tuple[str, ...]) -> Callable[[Any, Tables, datetime], Any]:
    def broken(_t: Any, _tables: Tables, _now: datetime) -> Any:
        # The first row of a key stays: later ones are repetitions, not other facts.
        window = ibis.window(group_by=list(key), order_by=ROW)
        return ibis.row_number().over(window) > 0

    return broken


def _not_before(later: str, earlier: str) -> Callable[[Any, Tables, datetime], Any]:
    return lambda t, _tables, _now: t[later] < t[earlier]


def _order(table: str, later: str, earlier: str) -> Rule:
    says = Text(f"{later} tidak sebelum {earlier}", f"{later} is not before {earlier}")
    return Rule(f"{table}.{later}.order", table, says, _not_before(later, earlier))


ORDER_RULES = (
    _order("registrations", "received_at", "submitted_at"),
    _order("objections", "screened_at", "filed_at"),
    _order("objections", "resolved_at", "filed_at"),
    Rule(
        "objections.resolved_at.outcome",
        "objections",
        Text(
            "hasil akhir punya waktu selesai, yang menunggu tidak", "a final outcome has its time, a pending one none"
        ),
        lambda t, _tables, _now: (t.outcome == "pending") == t.resolved_at.notnull(),
    ),
    Rule(
        "registrations.agent_id.channel",
        "registrations",
        Text("pendaftaran lewat pendamping menyebut pendampingnya", "a registration through an agent names the agent"),
        lambda t, _tables, _now: (t.channel == "agent") & t.agent_id.isnull(),
    ),
)
"""Rules between columns of one row."""
