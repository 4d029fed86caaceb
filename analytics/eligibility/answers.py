"""The rules' answer on one family: every rule that refuses, with the record that says so, and what is not known."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from analytics.eligibility.circumstances import family_circumstances, member_components
from analytics.eligibility.rulebook import Rule, Rulebook
from analytics.eligibility.verdicts import Outcome, Verdict, refusal
from analytics.store import Warehouse
from validation.contract import CROSS_CHECKS
from validation.programmes import Amount, programmes


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """What one rule found."""

    rule: Rule
    outcome: Outcome
    value: float | None
    """The circumstance; a flag is 0 or 1, None = unknown."""
    recorded_by: str
    """Register that says so, empty where the record does not name one."""
    recorded_on: date | None


@dataclass(frozen=True, kw_only=True)
class Benefit:
    """What a component comes to: members that it is paid for, and rupiah a year for all of them."""

    amount: Amount
    members: int
    a_year: int


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the rules say of one family and programme."""

    programme: str
    verdict: Verdict
    rulings: tuple[Ruling, ...]
    """Of every rule, in the order of the rule book."""
    benefits: tuple[Benefit, ...]
    """By component, were the family entitled; what its known members come to."""

    @property
    def a_year(self) -> int:
        """Rupiah a year."""
        return sum(benefit.a_year for benefit in self.benefits)

    def of(self, outcome: Outcome) -> tuple[Ruling, ...]:
        """Return the rulings with an outcome."""
        return tuple(ruling for ruling in self.rulings if ruling.outcome == outcome)


def answers(warehouse: Warehouse, family_id: str, book: Rulebook, *, day: date) -> tuple[Answer, ...]:
    """Return what the rules in force on a day say of a family, by programme; nothing where there is no such family."""
    tables: dict[str, Any] = {}
    for name in {"families", "persons"} & set(warehouse.names("tables")):
        table = warehouse.table(name)
        tables[name] = table.filter(table.family_id == family_id)
    circumstances = family_circumstances(tables, limits=book.limits, day=day)
    rules = {programme: book.in_force(programme, day) for programme in book.programmes()}
    tests = {f"{name}.{rule.id}": refusal(circumstances, rule) for name, own in rules.items() for rule in own}
    row = _only_row(warehouse, circumstances.mutate(**tests))
    if row is None:
        return ()
    record = _only_row(warehouse, tables["families"]) or {}
    paid = _benefits(warehouse, tables, book, day)
    return tuple(
        _answer(name, [_ruling(rule, row, record, refuses=row[f"{name}.{rule.id}"]) for rule in own], paid.get(name))
        for name, own in rules.items()
    )


def _answer(programme: str, rulings: list[Ruling], benefits: tuple[Benefit, ...] | None) -> Answer:
    outcomes = {ruling.outcome for ruling in rulings}
    verdict: Verdict = "not_entitled" if "refuses" in outcomes else "unknown" if "unknown" in outcomes else "entitled"
    return Answer(programme=programme, verdict=verdict, rulings=tuple(rulings), benefits=benefits or ())


def _ruling(rule: Rule, row: dict[str, Any], record: dict[str, Any], *, refuses: bool | None) -> Ruling:
    outcome: Outcome = "unknown" if refuses is None else "refuses" if refuses else "passes"
    checked = rule.column in CROSS_CHECKS
    value = row[rule.column]
    return Ruling(
        rule=rule,
        outcome=outcome,
        value=None if value is None else float(value),
        recorded_by=(record.get(f"{rule.column}_source") or "") if checked else "",
        recorded_on=record.get(f"{rule.column}_date") if checked else None,
    )


def _benefits(
    warehouse: Warehouse, tables: dict[str, Any], book: Rulebook, day: date
) -> dict[str, tuple[Benefit, ...]]:
    sembako = programmes().amount_on("BPNT", "sembako", day)
    found: dict[str, tuple[Benefit, ...]] = {"BPNT": (Benefit(amount=sembako, members=1, a_year=sembako.a_year),)}
    if "persons" in tables:
        paid = member_components(tables["persons"], limits=book.limits, day=day)
        members = warehouse.run(paid.group_by("component").aggregate(members=paid.count()))
        amounts = {name: programmes().amount_on("PKH", name, day) for name in members["component"]}
        benefits = [
            Benefit(amount=amounts[name], members=int(count), a_year=int(count) * amounts[name].a_year)
            for name, count in zip(members["component"], members["members"], strict=True)
        ]
        found["PKH"] = tuple(sorted(benefits, key=lambda benefit: (-benefit.a_year, benefit.amount.component)))
    return found


def _only_row(warehouse: Warehouse, table: Any) -> dict[str, Any] | None:
    """Return the only row, empty values as None."""
    frame: pd.DataFrame = warehouse.run(table)
    if frame.empty:
        return None
    row = frame.iloc[0]
    return {str(name): None if pd.isna(value) else value for name, value in row.items()}
