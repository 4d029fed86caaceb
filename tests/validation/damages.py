"""A small clean export as shaping leaves it, and damages to single rows of it, each with the rule that catches it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import polars as pl

from validation.contract import CONTRACT
from validation.gate import SHARES_SCHEMA, History, Limits, Room, Verdict, judge
from validation.rules import ROW, nik_code
from validation.suites.persons import NIK_SEX, NIK_YEAR

Frames = dict[str, pl.DataFrame]

NOW = datetime(2026, 8, 17, 12)  # noqa: DTZ001 - the warehouse stores naive UTC
TRAINED = datetime(2025, 12, 1)  # noqa: DTZ001
SUBMITTED = datetime(2026, 1, 2)  # noqa: DTZ001
DECIDED = datetime(2026, 1, 5)  # noqa: DTZ001
PAID = datetime(2026, 2, 1)  # noqa: DTZ001
LONG_AGO = datetime(2025, 6, 1)  # noqa: DTZ001
FUTURE = datetime(2027, 1, 1)  # noqa: DTZ001
RECORDED = date(2025, 1, 1)

FAMILIES = 40
VILLAGES = ("35.10.01.2001", "35.10.02.2003")
"""Where the families of the clean export live, by turns."""
EMPTY_VILLAGE = "35.10.02.2100"
WITHOUT_DECISION = "family-without-decision"
DECEASED = "person-deceased"
LATE_AGENT = "agent-trained-late"

TYPES: dict[str, Any] = {
    "text": pl.String(),
    "whole": pl.Int64(),
    "number": pl.Float64(),
    "flag": pl.Boolean(),
    "time": pl.Datetime("us"),
    "day": pl.Date(),
}
SHAPING_FACTS: dict[str, dict[str, Any]] = {
    "families": {nik_code("family_id"): pl.String()},
    "persons": {nik_code("person_id"): pl.String(), NIK_SEX: pl.String(), NIK_YEAR: pl.Int64()},
}
"""What shaping says of the numbers behind the pseudonyms."""


def clean(families: int = FAMILIES) -> Frames:
    """Return an export without a fault: every family with one of everything, by turns in two districts.

    Beside them stand a family that nothing was decided on, a deceased member of the last family, an agent who was
    trained after the registrations, more agents, and villages without families: no row refers to them until a damage
    does.
    """
    n = families
    ids = [f"f{k}" for k in range(n)]
    people = [f"p{k}" for k in range(n)]
    villages = [VILLAGES[k % 2] for k in range(n)]
    districts = [village.rpartition(".")[0] for village in villages]
    sexes = [("female", "male")[k % 2] for k in range(n)]
    tables: dict[str, dict[str, Sequence[Any]]] = {
        "regions": {
            "code": ["35", "35.10", "35.10.01", "35.10.02", *VILLAGES, *(f"35.10.02.{2100 + k}" for k in range(n))],
            "level": ["province", "regency", "district", "district", *["village"] * (n + 2)],
            "name": ["name"] * (n + 6),
            "parent": [None, "35", "35.10", "35.10", "35.10.01", *["35.10.02"] * (n + 1)],
        },
        "families": {
            "family_id": [WITHOUT_DECISION, *ids],
            "village": [VILLAGES[0], *villages],
            "district": [None, *districts],
            "size": [3] * (n + 1),
            "head_sex": ["male", *sexes],
            "head_birth_year": [1980] * (n + 1),
            "floor_area": [12.0] * (n + 1),
            **{f"{name}_source": ["register"] * (n + 1) for name in ("vehicle", "land", "power", "wage")},
            **{f"{name}_date": [RECORDED] * (n + 1) for name in ("vehicle", "land", "power", "wage")},
            "vehicle": [False] * (n + 1),
            "land": [100.0] * (n + 1),
            "power": [900] * (n + 1),
            "wage": [0] * (n + 1),
            "state_employment": [True] * (n + 1),
            "state_employment_source": ["BKN"] * (n + 1),
            "state_employment_date": [RECORDED] * (n + 1),
            "decile": [1 + k % 10 for k in range(n + 1)],
            nik_code("family_id"): ["ok"] * (n + 1),
        },
        "agents": {
            "agent_id": [LATE_AGENT, *(f"a{k}" for k in range(n))],
            "village": [VILLAGES[0], *villages],
            "role": ["pkh", *["tksk"] * n],
            "trained_at": [PAID, *[TRAINED] * n],
            "verification": ["match"] * (n + 1),
        },
        "persons": {
            "person_id": [DECEASED, *people],
            "family_id": [ids[-1], *ids],
            "sex": ["male", *sexes],
            "birth_year": [1931, *([1985, 2004] * n)[:n]],
            "relation": ["parent", *["head"] * n],
            "school": [None, *["none"] * n],
            "deceased": [True, *[False] * n],
            nik_code("person_id"): ["ok"] * (n + 1),
            NIK_SEX: ["male", *sexes],
            NIK_YEAR: [31, *([85, 4] * n)[:n]],
        },
        "registrations": {
            "registration_id": [f"r{k}" for k in range(n)],
            "family_id": ids,
            "applicant": people,
            "channel": ["agent"] * n,
            "agent_id": [f"a{k % 2}" for k in range(n)],
            "village": villages,
            "district": districts,
            "submitted_at": [SUBMITTED] * n,
            "received_at": [SUBMITTED + timedelta(minutes=5)] * n,
            "duration": [60.0] * n,
            "status": ["decided"] * n,
        },
        "verifications": {
            "registration_id": [f"r{k}" for k in range(n)],
            "subject": ["applicant"] * n,
            "distance": [0.3] * n,
            "threshold": [0.5] * n,
            "quality": [0.9] * n,
            "outcome": ["match"] * n,
            "attempt": [1] * n,
            "checked_at": [SUBMITTED] * n,
        },
        "decisions": {
            "family_id": ids,
            "programme": ["PKH"] * n,
            "outcome": ["eligible"] * n,
            "rule": ["v1"] * n,
            "decided_at": [DECIDED] * n,
        },
        "objections": {
            "objection_id": [f"o{k}" for k in range(n)],
            "kind": ["usul"] * n,
            "family_id": ids,
            "filed_by": ["self"] * n,
            "channel": ["portal"] * n,
            "grounds": ["never_recorded"] * n,
            "filed_at": [SUBMITTED] * n,
            "received_at": [SUBMITTED] * n,
            "screened_at": [DECIDED] * n,
            "screening": ["accept"] * n,
            "resolved_at": [PAID] * n,
            "outcome": ["upheld"] * n,
        },
        "payments": {
            "family_id": ids,
            "programme": ["PKH"] * n,
            "component": ["sd"] * n,
            "period": ["2026-Q1"] * n,
            "amount": [225_000] * n,
            "paid_at": [PAID] * n,
        },
        "audits": {
            "family_id": ids,
            "programme": ["PKH"] * n,
            "period": ["2026-Q1"] * n,
            "frame": ["receivers"] * n,
            "stratum": districts,
            "village": villages,
            "inclusion_probability": [0.1] * n,
            "reason": ["random"] * n,
            "frame_date": [PAID.date()] * n,
            "visited_at": [PAID + timedelta(days=9)] * n,
            "entitled": [True] * n,
            "welfare": [500_000.0] * n,
            "welfare_decile": [2] * n,
        },
        "photos": {
            "photo_id": [f"photo{k}" for k in range(n)],
            "person_id": people,
            "status": ["ok"] * n,
            "bytes": [90_000] * n,
            "width": [640] * n,
            "height": [480] * n,
            "faces": [1] * n,
            "quality": [0.8] * n,
            "taken_at": [SUBMITTED] * n,
        },
    }
    return {name: pl.DataFrame(columns, schema=_schema(name, columns)) for name, columns in tables.items()}


def shaped(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with what shaping adds: absent columns, facts of the numbers, row numbers from 2."""
    wanted = {column.name: TYPES[column.kind] for column in CONTRACT[name].columns} | SHAPING_FACTS.get(name, {})
    absent = [
        pl.lit(None, dtype=dtype).alias(column) for column, dtype in wanted.items() if column not in frame.columns
    ]
    frame = frame.with_columns(absent).select(*wanted)
    return frame.with_row_index(ROW, offset=2).with_columns(pl.col(ROW).cast(pl.Int64))


def publish(tables: Frames, folder: Path) -> dict[str, Path]:
    """Write tables as the gate publishes them: the contract's columns alone."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {name: folder / f"{name}.parquet" for name in tables}
    for name, frame in tables.items():
        shaped(name, frame).select(c.name for c in CONTRACT[name].columns).write_parquet(paths[name])
    return paths


NO_HISTORY = History(rows={}, shares=pd.DataFrame(columns=SHARES_SCHEMA.names))


def judge_tables(
    tables: Frames,
    folder: Path,
    *,
    limits: Limits | None = None,
    history: History = NO_HISTORY,
    newest: datetime | None = None,
    published: Mapping[str, Path] | None = None,
    repeats: Literal["replace", "reject"] = "replace",
) -> Verdict:
    """Stage these tables in `folder`, judge them, and return what was found; see `accepted` for what was let in."""
    return judge_files(
        stage(tables, folder),
        folder,
        limits=limits,
        history=history,
        newest=newest,
        published=published,
        repeats=repeats,
    )


def stage(tables: Frames, folder: Path) -> dict[str, Path]:
    """Write shaped rows of each table."""
    (folder / "staged").mkdir(parents=True, exist_ok=True)
    (folder / "accepted").mkdir(exist_ok=True)
    staged = {name: folder / "staged" / f"{name}.parquet" for name in tables}
    for name, frame in tables.items():
        shaped(name, frame).write_parquet(staged[name])
    return staged


def judge_files(
    staged: Mapping[str, Path],
    folder: Path,
    *,
    limits: Limits | None = None,
    history: History = NO_HISTORY,
    newest: datetime | None = None,
    now: datetime = NOW,
    published: Mapping[str, Path] | None = None,
    repeats: Literal["replace", "reject"] = "replace",
) -> Verdict:
    """Judge staged files."""
    (folder / "accepted").mkdir(parents=True, exist_ok=True)
    room = Room(
        staged=staged,
        accepted=lambda name: folder / "accepted" / f"{name}.parquet",
        judged=folder / "judged",
        scratch=folder / "scratch",
        published=published or {},
        repeats=repeats,
    )
    verdict, _shares = judge(
        room,
        files={name: f"{name}.csv" for name in staged},
        now=now,
        limits=limits or Limits(),
        history=history,
        newest=lambda _tables: newest,
    )
    return verdict


def accepted(folder: Path, name: str) -> pl.DataFrame:
    """Return what the gate let in."""
    return pl.read_parquet(folder / "accepted" / f"{name}.parquet")


@dataclass(frozen=True, kw_only=True)
class Damage:
    """One damage to one row of one table."""

    table: str
    rule: str
    """Id of the rule that must catch it."""
    change: Callable[[pl.DataFrame, int], pl.DataFrame]
    """Damages the row at a position."""

    def last(self, tables: Frames) -> Frames:
        """Return the export with the last row of the table damaged."""
        frame = tables[self.table]
        return tables | {self.table: self.change(frame, frame.height - 1)}


def put(rule: str, /, **values: Any) -> Damage:
    """Return the damage that puts values into a row of the rule's table.

    The values fit the last row and every second one before it: a man of 2004 in the second village.
    """

    def change(frame: pl.DataFrame, at: int) -> pl.DataFrame:
        here = pl.int_range(pl.len()) == at
        frame = frame.with_columns(
            pl.lit(None, dtype=_type(table, name)).alias(name) for name in values if name not in frame.columns
        )
        return frame.with_columns(
            pl.when(here).then(pl.lit(value, dtype=_type(table, name))).otherwise(pl.col(name)).alias(name)
            for name, value in values.items()
        )

    table = rule.partition(".")[0]
    return Damage(table=table, rule=rule, change=change)


def _type(table: str, column: str) -> Any:
    facts = SHAPING_FACTS.get(table, {})
    return facts[column] if column in facts else TYPES[CONTRACT[table][column].kind]


def _schema(table: str, columns: Mapping[str, Any]) -> dict[str, Any]:
    return {column: _type(table, column) for column in columns}


def _empty(table: str, *columns: str) -> Iterator[Damage]:
    for column in columns:
        yield put(f"{table}.{column}.present", **{column: None})


def _strange(table: str, *columns: str) -> Iterator[Damage]:
    for column in columns:
        yield put(f"{table}.{column}.domain", **{column: "?"})


def _future(table: str, *columns: str) -> Iterator[Damage]:
    for column in columns:
        day = CONTRACT[table][column].kind == "day"
        yield put(f"{table}.{column}.past", **{column: FUTURE.date() if day else FUTURE})


def _below(table: str, limit: float, *columns: str) -> Iterator[Damage]:
    for column in columns:
        yield put(f"{table}.{column}.range", **{column: limit})


def _faults(table: str, column: str) -> Iterator[Damage]:
    for fault in ("length", "region", "date", "serial", "district"):
        yield put(f"{table}.{column}.{fault}", **{nik_code(column): fault})


LAST = f"f{FAMILIES - 1}"
ELSEWHERE = "35.10.01"
"""A district in which the second village does not lie."""

DAMAGES: tuple[Damage, ...] = (
    *_empty("regions", "code", "level", "name"),
    *_strange("regions", "level"),
    put("regions.parent.known", parent="35.10.77"),
    put("regions.key.unique", code=VILLAGES[1]),
    put("regions.level.above", level="district"),
    put("regions.level.above", parent="35.10"),
    put("regions.code.within", code="35.10.01.2004"),
    put("regions.code.within", code="36.01.01.2004"),
    *_empty("families", "family_id", "village"),
    put("families.village.known", village="35.10.99.2001"),
    put("families.village.known", village=""),
    put("families.village.level", village="35.10.02"),
    put("families.village.level", village="35"),
    put("families.district.holds", district=ELSEWHERE),
    put("families.district.holds", district="35.10.99"),
    put("families.size.range", size=0),
    put("families.size.range", size=31),
    *_strange("families", "head_sex", "head_school", "highest_school", "head_work", "head_sector"),
    *_below("families", -1, "under_5", "pupils_sd", "pupils_smp", "pupils_sma"),
    *_below("families", -0.1, "dependency_ratio"),
    *(put(f"families.{name}.range", **{name: 31}) for name in ("under_5", "pupils_sd", "pupils_smp", "pupils_sma")),
    put("families.head_birth_year.range", head_birth_year=1889),
    put("families.head_birth_year.past", head_birth_year=NOW.year + 1),
    *_below("families", -1.0, "floor_area", "land"),
    *_below("families", -1, "power", "wage"),
    *_future("families", "vehicle_date", "land_date", "power_date", "wage_date", "state_employment_date"),
    put("families.decile.range", decile=0),
    put("families.decile.range", decile=11),
    put("families.key.unique", family_id="f0"),
    *_faults("families", "family_id"),
    put("families.vehicle.sourced", vehicle_source=None),
    put("families.vehicle.sourced", vehicle_date=None),
    put("families.land.sourced", land_source=None),
    put("families.power.sourced", power_date=None),
    put("families.wage.sourced", wage_source=None, wage_date=None),
    put("families.state_employment.sourced", state_employment_date=None),
    *_empty("agents", "agent_id", "village", "role"),
    put("agents.village.known", village="99"),
    put("agents.village.level", village="35.10"),
    *_strange("agents", "role", "verification"),
    *_future("agents", "trained_at"),
    put("agents.key.unique", agent_id="a1"),
    *_empty("persons", "person_id", "family_id", "sex", "birth_year", "relation"),
    put("persons.family_id.known", family_id="nobody"),
    *_strange("persons", "sex", "relation", "school"),
    put("persons.birth_year.range", birth_year=1889),
    put("persons.birth_year.past", birth_year=NOW.year + 1),
    put("persons.key.unique", person_id="p0"),
    *_faults("persons", "person_id"),
    put("persons.sex.nik", sex="female"),
    put("persons.birth_year.nik", birth_year=1985),
    *_empty("registrations", "registration_id", "family_id", "channel", "village", "submitted_at", "status"),
    put("registrations.family_id.known", family_id="nobody"),
    put("registrations.applicant.known", applicant="nobody"),
    put("registrations.agent_id.known", agent_id="nobody"),
    put("registrations.agent_id.channel", agent_id=None),
    *_strange("registrations", "channel", "status"),
    put("registrations.village.known", village="35.10.99.2001"),
    put("registrations.village.level", village="35.10.02"),
    put("registrations.district.holds", district=ELSEWHERE),
    *_future("registrations", "submitted_at", "received_at"),
    *_below("registrations", -0.5, "duration"),
    put("registrations.key.unique", registration_id="r0"),
    put("registrations.received_at.order", received_at=SUBMITTED - timedelta(seconds=1)),
    put("registrations.submitted_at.trained", agent_id=LATE_AGENT),
    put("registrations.applicant.member", applicant="p0"),
    put("registrations.applicant.alive", applicant=DECEASED),
    *_empty("verifications", "registration_id", "subject", "outcome", "attempt", "checked_at"),
    put("verifications.registration_id.known", registration_id="nobody"),
    *_strange("verifications", "subject", "outcome"),
    *_below("verifications", -0.1, "distance", "threshold", "quality"),
    put("verifications.quality.range", quality=1.1),
    *_below("verifications", 0, "attempt"),
    *_future("verifications", "checked_at"),
    put("verifications.key.unique", registration_id="r0"),
    put("verifications.checked_at.order", checked_at=SUBMITTED - timedelta(days=1, seconds=1)),
    *_empty("decisions", "family_id", "programme", "outcome", "rule"),
    put("decisions.family_id.known", family_id="nobody"),
    *_strange("decisions", "outcome"),
    *_future("decisions", "decided_at"),
    put("decisions.key.unique", family_id="f0"),
    put("decisions.decided_at.order", decided_at=SUBMITTED - timedelta(seconds=1)),
    put("decisions.decided_at.outcome", outcome="pending"),
    put("decisions.decided_at.outcome", decided_at=None),
    *_empty("objections", "objection_id", "kind", "family_id", "filed_by", "channel", "grounds", "filed_at", "outcome"),
    put("objections.family_id.known", family_id="nobody"),
    put("objections.agent_id.known", agent_id="nobody"),
    *_strange("objections", "kind", "filed_by", "channel", "screening", "outcome"),
    *_future("objections", "filed_at", "received_at", "screened_at", "resolved_at"),
    put("objections.key.unique", objection_id="o0"),
    put("objections.received_at.after_filed_at", received_at=LONG_AGO),
    put("objections.screened_at.after_filed_at", screened_at=LONG_AGO),
    put("objections.resolved_at.after_screened_at", resolved_at=SUBMITTED + timedelta(days=1)),
    put("objections.resolved_at.after_filed_at", resolved_at=LONG_AGO, screened_at=None),
    put("objections.resolved_at.outcome", outcome="pending"),
    put("objections.resolved_at.outcome", resolved_at=None),
    *_empty("payments", "family_id", "programme", "component", "period", "amount"),
    put("payments.family_id.known", family_id="nobody"),
    *_below("payments", -225_000, "amount"),
    *_future("payments", "paid_at"),
    put("payments.key.unique", family_id="f0"),
    put("payments.component.programme", component="sembako"),
    put("payments.amount.in_force", amount=22_500_000),
    put("payments.amount.in_force", amount=225_001),
    put("payments.amount.in_force", amount=0),
    put("payments.family_id.eligible", family_id=WITHOUT_DECISION),
    put("payments.paid_at.order", paid_at=DECIDED - timedelta(seconds=1)),
    *_empty("audits", "family_id", "programme", "period", "frame", "stratum", "village", "reason"),
    put("audits.family_id.known", family_id="nobody"),
    put("audits.village.known", village="99"),
    put("audits.village.level", village="35.10"),
    *_strange("audits", "frame", "reason"),
    *_below("audits", -0.1, "inclusion_probability", "cluster_probability", "welfare"),
    put("audits.inclusion_probability.range", inclusion_probability=1.1),
    put("audits.cluster_probability.range", cluster_probability=1.1),
    *_future("audits", "frame_date", "visited_at"),
    put("audits.welfare_decile.range", welfare_decile=0),
    put("audits.welfare_decile.range", welfare_decile=11),
    put("audits.key.unique", family_id="f0"),
    put("audits.inclusion_probability.random", inclusion_probability=None),
    put("audits.inclusion_probability.random", inclusion_probability=0.0),
    put("audits.visited_at.order", visited_at=LONG_AGO),
    *_empty("photos", "photo_id", "status"),
    put("photos.person_id.known", person_id="nobody"),
    *_strange("photos", "status"),
    *_below("photos", -1, "bytes", "faces"),
    *_below("photos", 0, "width", "height"),
    *_below("photos", -0.1, "quality"),
    *_future("photos", "taken_at"),
    put("photos.key.unique", photo_id="photo0"),
    put("photos.status.unreadable", status="unreadable"),
    put("photos.status.wrong_type", status="wrong_type"),
    put("photos.status.oversize", status="oversize"),
    put("photos.status.too_small", status="too_small"),
    put("photos.status.dark", status="dark"),
    put("photos.status.blurred", status="blurred"),
    put("photos.status.no_face", status="no_face"),
    put("photos.status.several_faces", status="several_faces"),
)


@dataclass(frozen=True, kw_only=True)
class WholeDamage:
    """One damage to an export as a whole, which no row shows."""

    rule: str
    subject: str
    """What the finding must name."""
    tables: tuple[str, ...]
    families: int = FAMILIES
    change: Callable[[Frames], Frames] = lambda tables: tables
    rows: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """Rows of the recent past."""
    shares: Sequence[tuple[str, str, str, int]] = ()
    """Rows a category of the last snapshot."""
    newest: datetime | None = None

    @property
    def history(self) -> History:
        """What the gate compares with."""
        return History(rows=self.rows, shares=pd.DataFrame(list(self.shares), columns=SHARES_SCHEMA.names))


def _without_deciles_in_one_district(tables: Frames) -> Frames:
    kept = pl.when(pl.col("village") == VILLAGES[0]).then("decile").alias("decile")
    return tables | {"families": tables["families"].with_columns(kept)}


WHOLE_DAMAGES: tuple[WholeDamage, ...] = (
    WholeDamage(
        rule="volume.rows.fallen",
        subject="payments",
        tables=("payments", "audits"),
        rows={"payments": (90, 100, 110), "audits": (40,)},
    ),
    WholeDamage(
        rule="volume.rows.risen",
        subject="payments",
        tables=("payments", "audits"),
        rows={"payments": (10, 13, 14), "audits": (40,)},
    ),
    WholeDamage(
        rule="freshness.age_days.limit",
        subject="2026-08-09",
        tables=("payments",),
        newest=datetime(2026, 8, 9, 11),  # noqa: DTZ001
    ),
    WholeDamage(
        rule="drift.psi.limit",
        subject="registrations.channel",
        tables=("registrations",),
        families=200,
        shares=[("registrations", "channel", "agent", 80), ("registrations", "channel", "self", 120)],
    ),
    WholeDamage(
        rule="completeness.gap.limit",
        subject="families.decile",
        tables=("regions", "families"),
        families=240,
        change=_without_deciles_in_one_district,
    ),
)
