"""The tables that agents are judged by, made up at any size inside DuckDB: no row passes through Python."""

from pathlib import Path
from typing import Final

import duckdb

from analytics.agents.answers import ANSWERS

AN_AGENT: Final = 200
"""Applications of an agent, the middle of a lognormal spread."""
BY_AGENT: Final = 0.7
VILLAGES: Final = 2_500
DAYS: Final = 300
MEMORY: Final = "6GB"
_DECIDED: Final = ("head_school", "head_work", "head_sector")

REGIONS: Final = """
    SELECT printf('35.10.%02d.%04d', i // 100 + 1, 2000 + i % 100) AS code, 'village' AS level, 'Desa ' || i AS name,
           printf('35.10.%02d', i // 100 + 1) AS parent FROM range({villages}) t(i)
    UNION ALL
    SELECT printf('35.10.%02d', i + 1), 'district', 'Kecamatan ' || i, '35.10' FROM range({villages} // 100) t(i)
"""
REGISTRATIONS: Final = """
    WITH drawn AS (
        SELECT i, hash(i) AS h, hash(i + 77) / 18446744073709551616.0 AS u, hash(i + 99) / 18446744073709551616.0 AS v,
               (hash(i + 5) % {agents})::BIGINT AS a, hash(i + 13) % 86400 AS s, hash(i + 21) % {days} AS d
        FROM range({rows}) t(i)
    ), placed AS (
        SELECT *, u < {by_agent} AS entered, CASE WHEN u < {by_agent} THEN a ELSE (h % {agents})::BIGINT END AS near
        FROM drawn
    )
    SELECT printf('REG-%010d', i) AS registration_id,
           printf('%016x', hash(CASE WHEN i % 200 = 0 AND i > 0 THEN i - 1 ELSE i END)) AS family_id,
           printf('%016x', hash(i + 1000000007)) AS applicant,
           CASE WHEN entered THEN 'agent' ELSE 'self' END AS channel,
           CASE WHEN entered THEN printf('%016x', hash(a + 3)) END AS agent_id,
           printf('35.10.%02d.%04d', (near % {villages}) // 100 + 1, 2000 + (near % {villages}) % 100) AS village,
           TIMESTAMP '2025-10-01' + to_days(d::INTEGER) + to_seconds(3600 * 1 + s % 36000) AS submitted_at,
           60 * exp(0.8 * (v + hash(i + 101) / 18446744073709551616.0 + hash(i + 103) / 18446744073709551616.0
               - 1.5)) AS duration,
           CASE WHEN entered THEN printf('HP-%010d', a) ELSE printf('HP-%011d', i) END AS device,
           'decided' AS status
    FROM placed
"""
FAMILIES: Final = """
    SELECT printf('%016x', hash(i)) AS family_id, '35.10.01.2000' AS village,
           (1930 + hash(i + 31) % 75)::INTEGER AS head_birth_year, (10 + hash(i + 33) % 90)::DOUBLE AS floor_area,
           {answers}
    FROM range({rows}) t(i)
"""
VERIFICATIONS: Final = """
    SELECT printf('REG-%010d', i) AS registration_id, 'applicant' AS subject, 1 AS attempt, {moment} AS checked_at,
           CASE WHEN hash(i + 41) % 100 < 15 THEN 'no_match' ELSE 'match' END AS outcome FROM range({rows}) t(i)
    UNION ALL
    SELECT printf('REG-%010d', i), 'agent', 1, {moment}, 'match' FROM range({rows}) t(i) WHERE hash(i + 43) % 4 = 0
"""
OBJECTIONS: Final = """
    SELECT printf('%016x', hash(i)) AS family_id, 'sanggah' AS kind, printf('%012d', i) AS objection_id,
           'self' AS filed_by, 'portal' AS channel, 'desil_naik' AS grounds, {moment} AS filed_at,
           CASE WHEN hash(i + 51) % 3 = 0 THEN 'upheld' ELSE 'rejected' END AS outcome
    FROM range(0, {rows}, 50) t(i)
"""
AUDITS: Final = """
    SELECT printf('%016x', hash(i)) AS family_id, 'random' AS reason, 'receivers' AS frame,
           hash(i + 61) % 3 > 0 AS entitled, 'PKH' AS programme, '2026-Q2' AS period, 's' AS stratum,
           '35.10.01.2000' AS village
    FROM range(0, {rows}, 500) t(i)
"""


def write_tables(folder: Path, rows: int, *, scratch: Path) -> None:
    """Write registrations (as many as asked), families, verifications, objections, audits and regions as Parquet."""
    folder.mkdir(parents=True, exist_ok=True)
    answers = ", ".join(
        f"CASE hash(i + {number}) % 3 WHEN 0 THEN 'sd' ELSE 'none' END AS {name}" if name in _DECIDED
        else f"hash(i + {number}) % {2 + number % 7} = 0 AS {name}"
        for number, name in enumerate(ANSWERS, start=200)
    )  # fmt: skip
    filled = {"rows": rows, "agents": max(10, round(rows * BY_AGENT / AN_AGENT)), "days": DAYS, "villages": VILLAGES,
              "by_agent": BY_AGENT, "answers": answers, "moment": "TIMESTAMP '2026-01-15'"}  # fmt: skip
    queries = {"regions": REGIONS, "registrations": REGISTRATIONS, "families": FAMILIES,
               "verifications": VERIFICATIONS, "objections": OBJECTIONS, "audits": AUDITS}  # fmt: skip
    with duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": str(scratch)}) as connection:
        for name, query in queries.items():
            target = str(folder / f"{name}.parquet")
            connection.execute(f"COPY ({query.format(**filled)}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
