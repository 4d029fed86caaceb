"""Payments: the amount that the programme's rules give, to a family that was found eligible, after the decision."""

from datetime import date
from typing import Any

import ibis
import pyarrow as pa

from validation.checks import NoneOf, holds
from validation.contract import PAYMENTS
from validation.programmes import programmes
from validation.rules import Rule
from validation.suites.suite import Tables, table_suite
from validation.text import Text

DECISION = "__decision"
"""What the portal had decided when it paid: eligible, refused, later (eligible only afterwards), none; or empty
where it cannot be told, as the period is older than the portal's lists or a correction took the decision's place."""


def _facts(rows: Any, tables: Tables) -> Any:
    rows = _with_amounts(rows)
    return _with_decision(rows, tables["decisions"]) if "decisions" in tables else rows


def _with_amounts(rows: Any) -> Any:
    """Add whether the component exists and whether the amount is a whole number of members' amounts in force."""
    known = programmes()
    in_force = ibis.memtable(
        pa.Table.from_pylist(
            [
                {
                    "__of": amount.programme,
                    "__for": amount.component,
                    "__unit": amount.a_period,
                    "__members": amount.members,
                    "__since": amount.since,
                    "__until": known.until(amount) or date.max,
                }
                for amount in known.amount
            ]
        )
    )
    day = rows.paid_at.date()
    joined = rows.left_join(
        in_force,
        [
            rows.programme == in_force["__of"],
            rows.component == in_force["__for"],
            day >= in_force["__since"],
            day < in_force["__until"],
        ],
    )
    components = {(amount.programme, amount.component) for amount in known.amount}
    listed = ibis.or_(*((joined.programme == of) & (joined.component == part) for of, part in sorted(components)))
    governed = joined.programme.isin(sorted({of for of, _ in components}))
    times = joined.amount / joined["__unit"]
    whole = (joined.amount % joined["__unit"] == 0) & times.between(1, joined["__members"])
    return joined.mutate(
        __component_known=governed.ifelse(listed, ibis.null("boolean")),
        __by_rule=joined["__unit"].isnull().ifelse(ibis.null("boolean"), whole),
    ).drop("__of", "__for", "__unit", "__members", "__since", "__until")


def _with_decision(rows: Any, decisions: Any) -> Any:
    """Add what the portal had decided on the family and programme at the time of the payment."""
    eligible, refused = (decisions.outcome == outcome for outcome in ("eligible", "ineligible"))
    found = decisions.group_by(__whom=decisions.family_id, __what=decisions.programme).aggregate(
        __eligible_at=decisions.decided_at.min(where=eligible),
        __refused_at=decisions.decided_at.min(where=refused),
    )
    joined = rows.left_join(found, [rows.family_id == found["__whom"], rows.programme == found["__what"]])
    by_portal = joined.period >= programmes().lists_from
    governed = joined.programme.isin(sorted({amount.programme for amount in programmes().amount}))
    decision = ibis.cases(
        (~(by_portal & governed) | joined.paid_at.isnull(), ibis.null("string")),
        (joined["__eligible_at"] <= joined.paid_at, "eligible"),
        (joined["__refused_at"] <= joined.paid_at, "refused"),
        (joined["__refused_at"].notnull(), ibis.null("string")),
        (joined["__eligible_at"].notnull(), "later"),
        else_="none",
    )
    return joined.mutate(**{DECISION: decision}).drop("__whom", "__what", "__eligible_at", "__refused_at")


SUITE = table_suite(
    PAYMENTS,
    owner="payer",
    facts=_facts,
    rules=(
        Rule(
            id="payments.component.programme",
            table="payments",
            says=Text("komponen adalah komponen programnya", "the component is one of its programme's"),
            check=holds("__component_known"),
            owner="payer",
        ),
        Rule(
            id="payments.amount.in_force",
            table="payments",
            says=Text(
                "amount sesuai aturan program yang berlaku pada tanggal bayar",
                "amount is what the programme's rules gave on the day of payment",
            ),
            check=holds("__by_rule"),
            owner="payer",
        ),
        Rule(
            id="payments.family_id.eligible",
            table="payments",
            says=Text(
                "keluarga yang dibayar telah diputus layak; uangnya sudah keluar, jadi tetap dihitung",
                "a paid family was found eligible; the money has gone out, so it is counted all the same",
            ),
            check=NoneOf(DECISION, ("refused", "none")),
            severity="warn",
            owner="payer",
            needs=("decisions",),
        ),
        Rule(
            id="payments.paid_at.order",
            table="payments",
            says=Text(
                "paid_at tidak sebelum keputusan layak", "paid_at is not before the decision that found eligible"
            ),
            check=NoneOf(DECISION, ("later",)),
            severity="warn",
            owner="payer",
            needs=("decisions",),
        ),
    ),
)
