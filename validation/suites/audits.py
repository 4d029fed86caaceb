"""Field checks: drawn with a known probability from a frame that is older than the visit."""

from typing import Any

import ibis

from validation.checks import NotBefore, holds
from validation.contract import AUDITS
from validation.rules import Rule
from validation.suites.places import village_rule
from validation.suites.suite import Tables, table_suite
from validation.text import Text


def _facts(rows: Any, _tables: Tables) -> Any:
    drawn = (rows.reason != "random") | (rows.inclusion_probability > 0).fill_null(ibis.literal(value=False))
    return rows.mutate(__drawn=drawn, __frame_time=rows.frame_date.cast("timestamp"))


SUITE = table_suite(
    AUDITS,
    owner="field",
    facts=_facts,
    rules=(
        village_rule("audits", "field"),
        Rule(
            id="audits.inclusion_probability.random",
            table="audits",
            says=Text(
                "pemeriksaan acak menyebut peluangnya; tanpa itu tidak dapat diboboti",
                "a random check states its probability; without it, it cannot be weighted",
            ),
            check=holds("__drawn"),
            owner="field",
        ),
        Rule(
            id="audits.visited_at.order",
            table="audits",
            says=Text("visited_at tidak sebelum frame_date", "visited_at is not before frame_date"),
            check=NotBefore("visited_at", "__frame_time"),
            owner="field",
        ),
    ),
)
