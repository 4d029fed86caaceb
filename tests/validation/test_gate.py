"""Each damage to a clean export is caught by the rule that should catch it, and no clean row is rejected."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from validation.errors import GateError
from validation.gate import Verdict, judge
from validation.rules import FORM, ROW, all_rules

NOW = datetime(2026, 8, 17, 12)  # noqa: DTZ001 - the warehouse stores naive UTC
ROWS = 40


def clean() -> dict[str, pl.DataFrame]:
    """A small export without a fault: 40 families of one village with everything that belongs to them."""
    ids = [f"f{n}" for n in range(ROWS)]
    at = [datetime(2026, 1, 2)] * ROWS  # noqa: DTZ001
    later = [datetime(2026, 1, 5)] * ROWS  # noqa: DTZ001
    tables = {
        "regions": {
            "code": ["35", "35.10", "35.10.01", "35.10.01.2001"],
            "level": ["province", "regency", "district", "village"],
            "name": list("abcd"),
            "parent": [None, "35", "35.10", "35.10.01"],
        },
        "families": {
            "family_id": ids, "village": ["35.10.01.2001"] * ROWS, "size": [3] * ROWS, "head_sex": ["male"] * ROWS,
            "head_birth_year": [1980] * ROWS, "floor_area": [12.0] * ROWS, "decile": [1 + n % 10 for n in range(ROWS)],
            "land": [100.0] * ROWS, "power": [900] * ROWS, "wage": [0] * ROWS,
            "vehicle_date": [date(2025, 1, 1)] * ROWS,
        },
        "agents": {"agent_id": ["a1", "a2"], "village": ["35.10.01.2001"] * 2, "role": ["pkh", "tksk"]},
        "persons": {
            "person_id": [f"p{n}" for n in range(ROWS)], "family_id": ids, "sex": ["female"] * ROWS,
            "birth_year": [1985] * ROWS, "relation": ["head"] * ROWS, "school": ["none"] * ROWS,
        },
        "registrations": {
            "registration_id": [f"r{n}" for n in range(ROWS)], "family_id": ids,
            "applicant": [f"p{n}" for n in range(ROWS)], "channel": ["agent"] * ROWS, "agent_id": ["a1"] * ROWS,
            "village": ["35.10.01.2001"] * ROWS, "submitted_at": at, "received_at": later, "duration": [60.0] * ROWS,
            "status": ["decided"] * ROWS,
        },
        "verifications": {
            "registration_id": [f"r{n}" for n in range(ROWS)], "subject": ["applicant"] * ROWS,
            "outcome": ["match"] * ROWS, "attempt": [1] * ROWS, "checked_at": at, "distance": [0.3] * ROWS,
            "threshold": [0.5] * ROWS, "quality": [0.9] * ROWS,
        },
        "decisions": {
            "family_id": ids, "programme": ["PKH"] * ROWS, "outcome": ["eligible"] * ROWS, "rule": ["v1"] * ROWS,
            "decided_at": later,
        },
        "objections": {
            "objection_id": [f"o{n}" for n in range(ROWS)], "kind": ["usul"] * ROWS, "family_id": ids,
            "filed_by": ["self"] * ROWS, "channel": ["portal"] * ROWS, "grounds": ["x"] * ROWS, "filed_at": at,
            "screened_at": later, "screening": ["accept"] * ROWS, "resolved_at": later, "outcome": ["upheld"] * ROWS,
        },
        "payments": {
            "family_id": ids, "programme": ["PKH"] * ROWS, "component": ["sd"] * ROWS, "period": ["2026-Q1"] * ROWS,
            "amount": [225_000] * ROWS, "paid_at": later,
        },
        "audits": {
            "family_id": ids, "programme": ["PKH"] * ROWS, "period": ["2026-Q1"] * ROWS, "frame": ["receivers"] * ROWS,
            "stratum": ["35.10.01"] * ROWS, "village": ["35.10.01.2001"] * ROWS,
            "inclusion_probability": [0.1] * ROWS, "reason": ["random"] * ROWS, "visited_at": later,
            "entitled": [True] * ROWS, "welfare": [500_000.0] * ROWS, "welfare_decile": [2] * ROWS,
        },
    }  # fmt: skip
    return {name: pl.DataFrame(columns) for name, columns in tables.items()}


def shaped(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Add what shaping adds: absent optional columns, row numbers, the NIK's form."""
    from analytics.ingest.shaping import _KINDS as KINDS
    from validation.contract import CONTRACT

    for column in CONTRACT[name].columns:
        if column.name not in frame.columns:
            frame = frame.with_columns(pl.lit(None, dtype=KINDS[column.kind]).alias(column.name))
    if FORM not in frame.columns:
        frame = frame.with_columns(pl.lit(value=True).alias(FORM))
    return frame.with_row_index(ROW, offset=2).with_columns(pl.col(ROW).cast(pl.Int64))


def run(tables: dict[str, pl.DataFrame], folder: Path, *, limit: float = 0.5) -> Verdict:
    staged = {}
    for name, frame in tables.items():
        path = folder / f"{name}.parquet"
        shaped(name, frame).write_parquet(path)
        staged[name] = path
    return judge(
        staged,
        lambda name: folder / f"accepted_{name}.parquet",
        files={name: f"{name}.csv" for name in tables},
        now=NOW,
        quarantine_limit=limit,
    )


Damage = tuple[str, str, Callable[[pl.DataFrame], pl.DataFrame]]


def put(table: str, column: str, value: object, rule: str) -> Damage:
    def damage(frame: pl.DataFrame) -> pl.DataFrame:
        dtype = frame.schema.get(column)
        values = frame[column].to_list() if column in frame.columns else [None] * frame.height
        values[-1] = value
        return frame.with_columns(pl.Series(column, values, dtype=dtype))

    return table, f"{table}.{rule}", damage


FUTURE = datetime(2027, 1, 1)  # noqa: DTZ001
PAST = datetime(2025, 12, 1)  # noqa: DTZ001
DAMAGES: list[Damage] = [
    put("families", "village", "35.10.99.2001", "village.known"),
    put("families", "village", None, "village.present"),
    put("families", "size", 0, "size.range"),
    put("families", "size", 31, "size.range"),
    put("families", "head_sex", "x", "head_sex.domain"),
    put("families", "head_birth_year", 1700, "head_birth_year.range"),
    put("families", "head_birth_year", 2030, "head_birth_year.past"),
    put("families", "decile", 11, "decile.range"),
    put("families", "land", -1.0, "land.range"),
    put("families", "floor_area", -1.0, "floor_area.range"),
    put("families", "vehicle_date", date(2027, 1, 1), "vehicle_date.past"),
    put("families", FORM, False, "family_id.form"),
    put("families", "family_id", "f0", "key.unique"),
    put("families", "family_id", None, "family_id.present"),
    put("agents", "role", "spy", "role.domain"),
    put("agents", "village", "99", "village.known"),
    put("persons", "family_id", "nobody", "family_id.known"),
    put("persons", "sex", "x", "sex.domain"),
    put("persons", "birth_year", 2031, "birth_year.past"),
    put("persons", "relation", "king", "relation.domain"),
    put("persons", "person_id", "p0", "key.unique"),
    put("persons", FORM, False, "person_id.form"),
    put("registrations", "channel", "fax", "channel.domain"),
    put("registrations", "submitted_at", FUTURE, "submitted_at.past"),
    put("registrations", "received_at", PAST, "received_at.order"),
    put("registrations", "agent_id", "a9", "agent_id.known"),
    put("registrations", "agent_id", None, "agent_id.channel"),
    put("registrations", "duration", -5.0, "duration.range"),
    put("registrations", "applicant", "p99", "applicant.known"),
    put("registrations", "registration_id", "r0", "key.unique"),
    put("verifications", "registration_id", "r99", "registration_id.known"),
    put("verifications", "outcome", "maybe", "outcome.domain"),
    put("verifications", "attempt", 0, "attempt.range"),
    put("verifications", "quality", 1.5, "quality.range"),
    put("decisions", "outcome", "yes", "outcome.domain"),
    put("decisions", "family_id", "nobody", "family_id.known"),
    put("objections", "screened_at", PAST, "screened_at.order"),
    put("objections", "resolved_at", PAST, "resolved_at.order"),
    put("objections", "outcome", "pending", "resolved_at.outcome"),
    put("objections", "kind", "complaint", "kind.domain"),
    put("payments", "amount", -1, "amount.range"),
    put("payments", "family_id", "nobody", "family_id.known"),
    put("payments", "paid_at", FUTURE, "paid_at.past"),
    put("audits", "inclusion_probability", 1.2, "inclusion_probability.range"),
    put("audits", "reason", "whim", "reason.domain"),
    put("audits", "welfare_decile", 0, "welfare_decile.range"),
    put("audits", "village", "99", "village.known"),
]


PARENTS = ("regions", "families", "agents", "persons", "registrations")


def test_a_clean_export_passes_whole(tmp_path):
    verdict = run(clean(), tmp_path)
    assert verdict.results["failed"].sum() == 0
    assert verdict.quarantine.empty
    assert verdict.accepted == {name: frame.height for name, frame in clean().items()}


@pytest.mark.parametrize(("table", "rule", "damage"), DAMAGES, ids=[f"{d[1]}-{n}" for n, d in enumerate(DAMAGES)])
def test_a_damaged_row_is_caught_by_its_rule_and_no_other_row_is_touched(table, rule, damage, tmp_path):
    tables = {name: frame for name, frame in clean().items() if name in {*PARENTS, table}}
    tables[table] = damage(tables[table])
    verdict = run(tables, tmp_path)
    own = verdict.quarantine[verdict.quarantine["table"] == table]
    assert rule in set(own["rule"])
    assert set(own["row"]) == {tables[table].height + 1}, "only the damaged row, numbered as in the file"
    assert set(own["file"]) == {f"{table}.csv"}
    assert verdict.rejected[table] == 1
    assert pl.read_parquet(tmp_path / f"accepted_{table}.parquet").height == tables[table].height - 1


def test_rows_of_a_rejected_family_follow_it_into_quarantine(tmp_path):
    tables = clean()
    _, _, damage = put("families", "size", 0, "size.range")
    tables["families"] = damage(tables["families"])
    verdict = run(tables, tmp_path)
    followers = verdict.quarantine[verdict.quarantine["rule"].str.endswith("family_id.known")]
    assert set(followers["table"]) == {"persons", "registrations", "decisions", "objections", "payments", "audits"}


def test_too_many_bad_rows_stop_everything_and_say_which_and_why(tmp_path):
    tables = clean()
    tables["payments"] = tables["payments"].with_columns(
        pl.when(pl.int_range(pl.len()) < 10).then(-1).otherwise(pl.col("amount")).alias("amount")
    )
    with pytest.raises(GateError) as caught:
        run(tables, tmp_path, limit=0.2)
    assert caught.value.message == "payments.csv: 10 of 40 rows may not be counted, more than the limit of 20%."
    assert "payments.amount.range" in caught.value.cause
    assert "rows 2 to 11" in caught.value.cause


def test_an_empty_optional_value_breaks_no_rule(tmp_path):
    tables = clean()
    tables["families"] = tables["families"].with_columns(pl.lit(None, dtype=pl.Int64).alias("size"))
    assert run(tables, tmp_path).rejected["families"] == 0


def test_rule_ids_are_unique_and_speak_both_languages():
    rules = all_rules()
    assert len({rule.id for rule in rules}) == len(rules)
    assert all(rule.says.id and rule.says.en for rule in rules)
