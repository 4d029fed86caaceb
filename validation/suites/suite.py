"""A suite: the rules of one table, and the facts that they look at."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import ibis

from validation.contract import Table
from validation.rules import DISTRICT, REPEATED, ROW, Owner, Rule, contract_rules, known_flag

Tables = dict[str, Any]
"""Table name to Ibis table: what is published already and what the gate has let in before this table."""
Facts = Callable[[Any, Tables], Any]
"""(rows of the table, tables) -> the rows with columns `__…` beside them: what other tables say of each row."""

PLACE = "__place"
LEVEL = "__level"


@dataclass(frozen=True, kw_only=True)
class Suite:
    """The rules of one table of the contract, or of one table that the gate computes about the data."""

    name: str
    rules: tuple[Rule, ...]
    facts: Facts = lambda rows, _tables: rows

    def rules_with(self, present: Sequence[str]) -> list[Rule]:
        """Return the rules that apply when these tables are in the data."""
        return [rule for rule in self.rules if all(need in present for need in rule.needs)]


def table_suite(
    table: Table, *, owner: Owner, rules: Sequence[Rule] = (), facts: Facts = lambda rows, _tables: rows
) -> Suite:
    """Return the suite of a table of the contract: the contract's own rules, then `rules`.

    The facts that every table has: the district, whether each reference is known, and whether a row is the first of
    its key. `facts` adds the table's own.
    """

    def all_facts(rows: Any, tables: Tables) -> Any:
        # What needs the table twice looks at the rows as they were read: else the engine holds the joined ones.
        joined = placed(facts(rows, tables), table, tables)
        return joined.mutate(**known(rows, table, tables), **{REPEATED: first_of_key(rows, table.key)})

    return Suite(name=table.name, rules=(*contract_rules(table, owner), *rules), facts=all_facts)


def known(rows: Any, table: Table, tables: Tables) -> dict[str, Any]:
    """Return a flag for each reference: whether the table referred to has the value; empty stays empty."""
    flags = {}
    for column in table.columns:
        target, _, key = column.refers_to.partition(".")
        held = [rows] if target == table.name else []
        held += [tables[target]] if target in tables else []
        if held:
            keys = (each.select(__key=each[key]) for each in held)
            flags[known_flag(column.name)] = among(
                rows, column.name, ibis.union(*keys) if len(held) > 1 else next(keys)
            )
    return flags


def among(rows: Any, column: str, keys: Any) -> Any:
    """Return whether a column's value is among the keys, from the few rows of which it is not."""
    # The other way, the whole rows wait on disk where the keys do not fit into memory.
    named = rows.select(ROW, __value=rows[column]).filter(lambda t: t["__value"].notnull())
    strange = named.anti_join(keys, named["__value"] == keys["__key"])
    return ibis._[column].isnull().ifelse(ibis.null("boolean"), ibis._[ROW].notin(strange[ROW]))


def placed(rows: Any, table: Table, tables: Tables) -> Any:
    """Add the level of the row's village and its district; of its family's village where it has none itself."""
    village = rows["village"] if "village" in table else None
    if village is None and "registration_id" in table and "registrations" in tables:
        rows, village = _village_of(rows, "registration_id", tables["registrations"])
    elif village is None and "family_id" in table and "families" in tables:
        rows, village = _village_of(rows, "family_id", tables["families"])
    if village is None or "regions" not in tables:
        return rows.mutate(**{DISTRICT: ibis.literal(None, "string"), LEVEL: ibis.literal(None, "string")})
    regions = tables["regions"]
    places = regions.select(**{PLACE: regions.code, LEVEL: regions.level, DISTRICT: regions.parent})
    return rows.left_join(places, village == places[PLACE]).drop(PLACE)


def first_of_key(rows: Any, key: tuple[str, ...]) -> Any:
    """Return whether a row is the first of its key: later ones are repetitions, not other facts."""
    # Keys that occur once are settled by a hash of eight bytes; only the others are compared whole. At 10 million rows
    # a window over the keys themselves needs several times the memory.
    hashes = rows.select(__key_hash=_hash(rows, key))
    counts = hashes.group_by("__key_hash").aggregate(__copies=hashes.count())
    repeated = counts.filter(counts["__copies"] > 1)
    keyed = rows.select(ROW, *key, __key_hash=_hash(rows, key))  # read again, not held
    suspects = keyed.semi_join(repeated, "__key_hash")
    window = ibis.window(group_by=list(key), order_by=ROW)
    later = suspects.mutate(__place_in_key=ibis.row_number().over(window)).filter(lambda t: t["__place_in_key"] > 0)
    return ibis._[ROW].notin(later[ROW])


def _hash(rows: Any, key: tuple[str, ...]) -> Any:
    parts = [rows[name].cast("string").fill_null("") for name in key]
    return ibis.literal("\x1f").join(parts).hash() if len(parts) > 1 else parts[0].hash()


def _village_of(rows: Any, key: str, owners: Any) -> tuple[Any, Any]:
    """Join the village of what a row belongs to."""
    villages = owners.select(__owner=owners[key], __village=owners["village"])
    joined = rows.left_join(villages, rows[key] == villages["__owner"]).drop("__owner")
    return joined, joined["__village"]
