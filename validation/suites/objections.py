"""Usul and sanggah: filed, then screened, then resolved."""

from typing import Any

from validation.checks import NotBefore, holds
from validation.contract import OBJECTIONS
from validation.rules import Rule
from validation.suites.suite import Tables, table_suite
from validation.text import Text

ORDER = (
    ("received_at", "filed_at"),
    ("screened_at", "filed_at"),
    ("resolved_at", "screened_at"),
    ("resolved_at", "filed_at"),
)


def _facts(rows: Any, _tables: Tables) -> Any:
    return rows.mutate(__timed=(rows.outcome == "pending") == rows.resolved_at.isnull())


SUITE = table_suite(
    OBJECTIONS,
    owner="portal",
    facts=_facts,
    rules=(
        *(
            Rule(
                id=f"objections.{later}.after_{earlier}",
                table="objections",
                says=Text(f"{later} tidak sebelum {earlier}", f"{later} is not before {earlier}"),
                check=NotBefore(later, earlier),
                owner="portal",
            )
            for later, earlier in ORDER
        ),
        Rule(
            id="objections.resolved_at.outcome",
            table="objections",
            says=Text(
                "hasil akhir punya waktu selesai, yang menunggu tidak",
                "a final outcome has its time, a pending one none",
            ),
            check=holds("__timed"),
            owner="portal",
        ),
    ),
)
