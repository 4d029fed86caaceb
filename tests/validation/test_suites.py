"""What the rules say, who owns them, and what payments are judged by: amounts in force and the portal's decisions."""

from datetime import date, datetime, timedelta
from typing import get_args

import ibis
import polars as pl
import pytest
from pydantic import ValidationError

from tests.validation.damages import shaped
from validation.contract import CONTRACT
from validation.limits import Limits
from validation.programmes import Amount, Programmes, programmes
from validation.rules import OWNERS, ROW, SEVERITIES, Owner, Severity
from validation.suites import SUITES, all_rules, computed_suites
from validation.suites import payments as payments_suite
from validation.suites.payments import DECISION
from validation.text import LANGUAGES

RULES = all_rules()
PAYDAY = datetime(2026, 2, 1, 9)  # noqa: DTZ001 - the warehouse stores naive UTC


def test_a_rule_id_is_used_once():
    ids = [rule.id for rule in RULES]
    assert sorted(ids) == sorted(set(ids))
    assert len(ids) > 150


def test_a_rule_id_begins_with_its_table_and_names_what_it_is_about():
    for suite in (*SUITES.values(), *computed_suites(Limits()).values()):
        for rule in suite.rules:
            assert rule.table == suite.name
            assert rule.id.startswith(f"{rule.table}.")
            assert len(rule.id.split(".")) == 3, rule.id
            assert all(rule.id.split(".")), rule.id


def test_a_rule_speaks_both_languages():
    same_in_both = {rule.id for rule in RULES if rule.says.id == rule.says.en}
    # Only a range is said by numbers alone, and it says its column.
    assert all(rule.endswith(".range") for rule in same_in_both), sorted(same_in_both)
    for rule in RULES:
        for language in LANGUAGES:
            assert rule.says.to(language).strip() == rule.says.to(language) != "", rule.id
            assert not rule.says.to(language).endswith("."), rule.id


def test_two_rules_of_a_table_do_not_say_the_same():
    for suite in SUITES.values():
        for language in LANGUAGES:
            said = [rule.says.to(language) for rule in suite.rules]
            assert sorted(said) == sorted(set(said)), suite.name


def test_a_rule_has_an_owner_and_a_severity_that_are_explained():
    assert set(OWNERS) == set(get_args(Owner))
    assert set(SEVERITIES) == set(get_args(Severity))
    assert {rule.owner for rule in RULES} == set(OWNERS), "an owner of nothing, or one that nobody knows"
    assert {rule.severity for rule in RULES} == set(SEVERITIES)
    for explained in (*OWNERS.values(), *SEVERITIES.values()):
        assert explained.id
        assert explained.en


def test_every_table_of_the_contract_has_a_suite_in_an_order_that_follows_its_references():
    assert list(SUITES) == list(CONTRACT)
    for place, suite in enumerate(SUITES.values()):
        earlier = set(list(SUITES)[: place + 1])
        for rule in suite.rules:
            assert set(rule.needs) <= earlier, f"{rule.id} looks at a table that is judged later"


def test_a_rule_applies_only_where_the_tables_it_needs_are_there():
    alone = {rule.id for rule in SUITES["payments"].rules_with(["payments"])}
    everything = {rule.id for rule in SUITES["payments"].rules_with(list(CONTRACT))}
    assert everything - alone == {"payments.family_id.known", "payments.family_id.eligible", "payments.paid_at.order"}


def test_limits_are_said_in_the_rules_they_set():
    said = {rule.id: rule.says.en for rule in all_rules(Limits(fall=0.4, rise=2.5, age_days=3, drift=0.2, gap=0.1))}
    assert "40%" in said["volume.rows.fallen"]
    assert "2.5 times" in said["volume.rows.risen"]
    assert "3 days" in said["freshness.age_days.limit"]
    assert "0.2" in said["drift.psi.limit"]
    assert "10%" in said["completeness.gap.limit"]


def amount(since: date, a_year: int, *, component: str = "sd", members: int = 3) -> Amount:
    return Amount.model_validate(
        {
            "programme": "PKH",
            "component": component,
            "a_year": a_year,
            "members": members,
            "from": since,
            "status": "rule",
        }
    )


FIRST, SECOND = date(2025, 1, 1), date(2026, 2, 1)
RAISED = Programmes(
    lists_from="2026-Q1",
    amount=(
        amount(SECOND, 1_000_000),
        amount(FIRST, 900_000),
        amount(date(2025, 6, 1), 1_500_000, component="smp"),
    ),
)
"""A benefit that was raised, written in no particular order."""


@pytest.mark.parametrize(
    ("day", "a_period"),
    [
        (FIRST, 225_000),
        (SECOND - timedelta(days=1), 225_000),
        (SECOND, 250_000),
        (date(2040, 1, 1), 250_000),
    ],
)
def test_an_amount_is_in_force_from_its_day_until_a_later_one_takes_its_place(day, a_period):
    assert RAISED.amount_on("PKH", "sd", day).a_period == a_period
    in_force = [entry for entry in RAISED.amount if entry.component == "sd" and RAISED.in_force(entry, day)]
    assert [entry.a_period for entry in in_force] == [a_period], "one at a time"


def test_an_amount_says_until_when_it_is_in_force():
    raised, first, other = RAISED.amount
    assert RAISED.until(first) == SECOND
    assert RAISED.until(raised) is None
    assert RAISED.until(other) is None, "another component ends nothing"


def test_an_amount_ends_where_the_next_one_begins_and_not_the_last():
    third = amount(date(2028, 1, 1), 1_100_000)
    known = Programmes(lists_from="2026-Q1", amount=(third, *RAISED.amount))
    raised, first, _ = RAISED.amount
    assert [known.until(entry) for entry in (first, raised, third)] == [SECOND, third.since, None]


def test_before_its_first_day_nothing_is_in_force():
    with pytest.raises(KeyError):
        RAISED.amount_on("PKH", "sd", FIRST - timedelta(days=1))
    with pytest.raises(KeyError):
        RAISED.amount_on("PKH", "unknown", SECOND)


@pytest.mark.parametrize("wrong", [{"a_year": 0}, {"members": 0}, {"status": "guess"}, {"extra": 1}])
def test_a_parameter_that_makes_no_sense_is_refused(wrong):
    entry = RAISED.amount[0].model_dump(by_alias=True)
    with pytest.raises(ValidationError):
        Amount.model_validate(entry | wrong)


def test_the_parameters_in_use_pay_whole_rupiah_a_quarter_and_never_two_amounts_at_once():
    known = programmes()
    assert {entry.programme for entry in known.amount} == {"PKH", "BPNT"}
    for entry in known.amount:
        assert entry.a_period * 4 == entry.a_year, f"{entry.programme} {entry.component}"
    starts = [(entry.programme, entry.component, entry.since) for entry in known.amount]
    assert len(starts) == len(set(starts)), "a payment would be judged twice"


def facts(rows: list[dict[str, object]], decisions: list[dict[str, object]] | None = None) -> list[dict[str, object]]:
    """Return payments with the facts that the gate joins to them, in the order given."""
    base = {"family_id": "f", "programme": "PKH", "component": "sd", "period": "2026-Q1", "amount": 225_000}
    frame = pl.DataFrame(
        [base | {"paid_at": PAYDAY} | row for row in rows],
        schema_overrides={"amount": pl.Int64, "paid_at": pl.Datetime("us")},
    )
    tables = {}
    if decisions is not None:
        made = pl.DataFrame(
            [{"programme": "PKH", "rule": "v1"} | row for row in decisions],
            schema={
                "family_id": pl.String,
                "programme": pl.String,
                "outcome": pl.String,
                "rule": pl.String,
                "decided_at": pl.Datetime("us"),
            },
        )
        tables = {"decisions": ibis.memtable(made.to_arrow())}
    judged = SUITES["payments"].facts(ibis.memtable(shaped("payments", frame).to_arrow()), tables)
    found = judged.order_by(ROW).to_pyarrow().to_pylist()
    assert len(found) == len(rows), "a fact must not double a row"
    return found


AMOUNTS = [
    # programme, component, amount, paid on: by the rule? a component of the programme?
    ("PKH", "sd", 225_000, PAYDAY, True, True),
    ("PKH", "sd", 450_000, PAYDAY, True, True),
    ("PKH", "sd", 675_000, PAYDAY, True, True),
    ("PKH", "sd", 900_000, PAYDAY, False, True),  # four children: more than three are not paid for
    ("PKH", "sd", 787_500, PAYDAY, False, True),  # 3.5 children
    ("PKH", "sd", 224_999, PAYDAY, False, True),
    ("PKH", "sd", 0, PAYDAY, False, True),
    ("PKH", "sd", -225_000, PAYDAY, False, True),
    ("PKH", "sd", 22_500_000, PAYDAY, False, True),
    ("PKH", "smp", 375_000, PAYDAY, True, True),
    ("PKH", "sma", 500_000, PAYDAY, True, True),
    ("PKH", "elderly", 2_400_000, PAYDAY, True, True),
    ("PKH", "elderly", 3_000_000, PAYDAY, False, True),
    ("PKH", "pregnancy", 1_500_000, PAYDAY, True, True),
    ("PKH", "pregnancy", 2_250_000, PAYDAY, False, True),
    ("PKH", "human_rights_victim", 2_700_000, PAYDAY, True, True),
    ("BPNT", "sembako", 600_000, PAYDAY, True, True),
    ("BPNT", "sembako", 1_200_000, PAYDAY, False, True),  # it is paid to a family, not to its members
    ("PKH", "sembako", 600_000, PAYDAY, None, False),
    ("BPNT", "sd", 225_000, PAYDAY, None, False),
    ("PKH", "unknown", 225_000, PAYDAY, None, False),
    ("BLT", "cash", 900_000, PAYDAY, None, None),  # a programme whose rules are not known is not judged
    ("PKH", "sd", 1, datetime(2024, 12, 31, 23, 59), None, True),  # noqa: DTZ001 - before the rules are known
    ("PKH", "sd", 1, datetime(2025, 1, 1), False, True),  # noqa: DTZ001 - their first day
    ("PKH", "sd", 1, None, None, True),  # without a day no amount is in force
]


def test_an_amount_is_a_whole_number_of_members_amounts_in_force():
    found = facts(
        [
            {"programme": programme, "component": component, "amount": paid, "paid_at": at}
            for programme, component, paid, at, _, _ in AMOUNTS
        ]
    )
    told = [(row["__by_rule"], row["__component_known"]) for row in found]
    expected = [(by_rule, known) for *_, by_rule, known in AMOUNTS]
    differing = [
        (case, answer) for case, answer, wanted in zip(AMOUNTS, told, expected, strict=True) if answer != wanted
    ]
    assert not differing


def test_a_payment_is_judged_by_the_amount_of_its_day(monkeypatch):
    monkeypatch.setattr(payments_suite, "programmes", lambda: RAISED)
    last = datetime(2026, 1, 31, 23, 59, 59)  # noqa: DTZ001
    first = datetime(2026, 2, 1)  # noqa: DTZ001
    cases = [
        (225_000, last, True),
        (250_000, last, False),
        (225_000, first, False),
        (250_000, first, True),
        (750_000, first, True),
    ]
    found = facts([{"amount": paid, "paid_at": at} for paid, at, _ in cases])
    assert [row["__by_rule"] for row in found] == [by_rule for *_, by_rule in cases]


BEFORE, AFTER = PAYDAY - timedelta(seconds=1), PAYDAY + timedelta(seconds=1)
DECISIONS = {
    # family: decisions as (outcome, decided), and what the portal had decided when it paid
    "eligible": ([("eligible", BEFORE)], "eligible"),
    "the same second": ([("eligible", PAYDAY)], "eligible"),
    "refused": ([("ineligible", BEFORE)], "refused"),
    "eligible later": ([("eligible", AFTER)], "later"),
    "no decision": ([], "none"),
    "pending": ([("pending", None)], "none"),
    "eligible at an unknown time": ([("eligible", None)], "none"),
    "refused, then eligible": ([("ineligible", BEFORE - timedelta(days=9)), ("eligible", BEFORE)], "eligible"),
    "refused, eligible too late": ([("ineligible", BEFORE), ("eligible", AFTER)], "refused"),
    # A refusal after the payment may have taken the place of what it was paid on: it cannot be told.
    "corrected later": ([("ineligible", AFTER)], None),
    "corrected twice": ([("ineligible", AFTER), ("eligible", AFTER + timedelta(days=1))], None),
}


def test_a_payment_is_compared_with_what_was_decided_when_it_was_made():
    decisions = [
        {"family_id": family, "outcome": outcome, "decided_at": at, "rule": f"v{n}"}
        for family, (made, _) in DECISIONS.items()
        for n, (outcome, at) in enumerate(made)
    ]
    found = facts([{"family_id": family} for family in DECISIONS], decisions)
    assert {row["family_id"]: row[DECISION] for row in found} == {
        family: state for family, (_, state) in DECISIONS.items()
    }


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({"period": "2025-Q4"}, None),  # before the first period that is paid from the portal's lists
        ({"period": "2026-Q1"}, "refused"),
        ({"period": "2026-Q4"}, "refused"),
        ({"programme": "BLT"}, None),  # not a programme that the portal decides on
        ({"programme": "BPNT"}, "none"),  # decided for PKH, not for BPNT
        ({"paid_at": None}, None),
        ({"family_id": "another"}, "none"),
    ],
)
def test_a_decision_counts_for_its_family_and_programme_from_the_first_period_of_the_lists(change, state):
    assert programmes().lists_from == "2026-Q1"
    refused = [{"family_id": "f", "outcome": "ineligible", "decided_at": BEFORE}]
    (row,) = facts([change], refused)
    assert row[DECISION] == state
