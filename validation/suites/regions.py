"""Regions: codes, levels, and that each lies in the one above."""

from typing import Any

from validation.checks import Same, holds
from validation.contract import LEVELS, REGIONS
from validation.rules import Rule
from validation.suites.suite import Tables, first_of_key, table_suite
from validation.text import Text


def _facts(rows: Any, tables: Tables) -> Any:
    # A code that is listed twice has one level: a join must not double the rows.
    first = rows.filter(first_of_key(rows, REGIONS.key))
    parents = first.select(__above=first.code, __level_above=first.level)
    if "regions" in tables:
        before = tables["regions"].select(__above=tables["regions"].code, __level_above=tables["regions"].level)
        parents = parents.union(before.anti_join(parents, "__above"))
    joined = rows.left_join(parents, rows.parent == parents["__above"]).drop("__above")
    above = joined["__level_above"].cases(*zip(LEVELS, [*LEVELS[1:], "none"], strict=True), else_=None)
    return joined.mutate(__level_due=above, __within=joined.parent.isnull() | joined.code.startswith(joined.parent))


SUITE = table_suite(
    REGIONS,
    owner="data",
    facts=_facts,
    rules=(
        Rule(
            id="regions.level.above",
            table="regions",
            says=Text("tingkat tepat satu di bawah wilayah induk", "the level is the one below its parent's"),
            check=Same("level", "__level_due"),
            owner="data",
        ),
        Rule(
            id="regions.code.within",
            table="regions",
            says=Text("kode diawali kode wilayah induk", "the code begins with its parent's"),
            check=holds("__within"),
            owner="data",
        ),
    ),
)
