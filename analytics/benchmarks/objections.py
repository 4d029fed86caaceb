"""How long the marts of objections take at publication and their figures on a page, beside one plain group-by.

Each measurement runs in a process of its own (`python -m analytics.benchmarks.objections TASK FOLDER`), so that its
peak of memory is its own. The clock starts after the imports.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pandas as pd

from analytics.benchmarks.synthetic import MEMORY, NOW
from analytics.benchmarks.validation import machine
from analytics.estimation import kaplan_meier
from analytics.estimation.shrinkage import shrunk_shares
from analytics.marts.objecting import objections_daily
from analytics.marts.overturning import objection_evidence, objections_by_agent
from analytics.marts.waiting import objection_durations, objection_weeks
from analytics.objections.backlog import projected
from validation.errors import TepatError

OFFSET = 7
DISTRICTS, VILLAGES, AGENTS = 25, 217, 4_000
MARTS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "objections_daily": lambda tables: objections_daily(tables, OFFSET, until=NOW),
    "objection_durations": lambda tables: objection_durations(tables, OFFSET, until=NOW),
    "objection_weeks": lambda tables: objection_weeks(tables, OFFSET),
    "objection_evidence": lambda tables: objection_evidence(tables, OFFSET),
    "objections_by_agent": lambda tables: objections_by_agent(tables, OFFSET),
}
TASKS = {
    "group_by": "Plain DuckDB: one count by outcome and days waited, no family looked up",
    "marts": "All five marts of objections, written as Parquet, as at publication",
    "figures": "From the marts: the Kaplan–Meier curve, the forecast, the overturn rates by rule",
}


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One measurement: wall and CPU seconds, the peak of memory, and what came out (rows of marts, or cases)."""

    task: str
    rows: int
    seconds: float
    cpu_seconds: float
    peak_gib: float
    found: int


@dataclass(frozen=True, kw_only=True)
class Results:
    """The measurements and the machine."""

    machine: dict[str, str]
    measured: list[Measured]

    def ratio(self, task: str, rows: int) -> float:
        """Return a task's CPU seconds over those of the plain group-by on as many rows."""
        seconds = {entry.task: entry.cpu_seconds for entry in self.measured if entry.rows == rows}
        return seconds[task] / max(seconds["group_by"], 0.01)


def run(sizes: Sequence[int], folder: Path, *, report: Callable[[str], None]) -> Results:
    """Make objections of each size and measure every task.

    Raises:
        TepatError: a measurement failed.
    """
    measured = []
    for rows in sizes:
        size = folder / str(rows)
        size.mkdir(parents=True, exist_ok=True)
        report(f"{rows:,} objections: making them")
        make(size, rows)
        for task in TASKS:
            report(f"{rows:,} objections: {task}")
            measured.append(_in_own_process(task, size, rows))
    return Results(machine=machine(("duckdb", "ibis", "pandas")), measured=measured)


def make(folder: Path, rows: int) -> None:
    """Write objections of 300 days with waits of a long tail, families, verdicts, registrations, agents and regions."""
    with _connect(folder).con as connection:
        connection.execute("CREATE MACRO draw(i, k) AS CAST(hash(i * 10 + k) % 1000000007 AS BIGINT)")
        village = f"format('35.10.{{:02d}}.{{:04d}}', 1 + (i % {VILLAGES}) % {DISTRICTS}, 2001 + i % {VILLAGES})"
        _write(connection, folder, "families", f"{_id('family', 'i')} AS family_id, {village} AS village", rows)
        _write(
            connection,
            folder,
            "verdicts",
            f"{_id('family', 'i')} AS family_id, if(i % 3 = 0, 'PKH', 'BPNT') AS programme, "
            "['', 'decile', 'vehicle', 'vehicle;decile', 'land', 'power', 'wage'][1 + draw(i, 0) % 7] AS refused_by",
            rows,
        )
        _write(
            connection,
            folder,
            "registrations",
            f"{_id('family', 'i')} AS family_id, if(i % 2 = 0, {_id('agent', f'(i % {AGENTS})')}, NULL) AS agent_id",
            rows,
        )
        _write(connection, folder, "agents", f"{_id('agent', 'i')} AS agent_id, {village} AS village", AGENTS)
        villages = connection.read_parquet(str(folder / "families.parquet")).project("village AS code").distinct()
        villages = villages.project("code, 'village' AS level, code AS name, substr(code, 1, 8) AS parent")
        villages.write_parquet(str(folder / "regions.parquet"))
        _write(connection, folder, "objections", _OBJECTION.format(family=_id("family", "i")), rows)


_OBJECTION = """* EXCLUDE (i, u, v, w, sent, checked, ends) FROM (
SELECT *, if(sent < TIMESTAMP '2026-08-17', sent, NULL) AS screened_at,
if(ends < TIMESTAMP '2026-08-17', ends, NULL) AS resolved_at,
if(sent < TIMESTAMP '2026-08-17', if(checked, 'field_check', if(v < .5, 'accept', 'reject')), NULL) AS screening,
CASE WHEN ends >= TIMESTAMP '2026-08-17' THEN 'pending' WHEN u < .03 THEN 'withdrawn' WHEN v < .5 THEN 'upheld'
ELSE 'rejected' END AS outcome FROM (
SELECT *, sent + to_days(1 + CAST(if(checked, 24 * exp(w), 4) AS INTEGER)) AS ends FROM (
SELECT *, filed_at + to_days(1 + CAST(6 * u AS INTEGER)) AS sent, draw(i, 5) % 10 < 7 AS checked FROM (
SELECT i, 'K' || i AS objection_id, if(draw(i, 0) % 5 = 0, 'usul', 'sanggah') AS kind, {family} AS family_id,
if(i % 3 = 0, 'PKH', 'BPNT') AS programme, ['self', 'agent', 'public'][1 + draw(i, 1) % 3] AS filed_by,
['portal', 'agent', 'village_office'][1 + draw(i, 2) % 3] AS channel,
['moved_up_decile', 'vehicle_sold', 'income_lost', 'not_poor'][1 + draw(i, 3) % 4] AS grounds,
TIMESTAMP '2025-10-21' + to_minutes(CAST(draw(i, 4) % 432000 AS INTEGER)) AS filed_at,
CAST(NULL AS TIMESTAMP) AS received_at, (draw(i, 6) % 1000) / 1000 AS u, (draw(i, 7) % 1000) / 1000 AS v,
.85 * sqrt(-2 * ln((1 + draw(i, 8) % 1000) / 1001)) * cos(6.28 * (draw(i, 9) % 1000) / 1000) AS w FROM numbers))))"""
"""Screened within a week; 70 % go to a field check of a median of 24 days and a long tail, the others end in 5 days."""


def markdown(results: Results) -> str:
    """Return the page `docs/benchmarks/objections.md`."""
    lines = [
        "# Speed and memory of the objections' figures",
        "",
        "`tepat benchmark objections` measures this: objections of 300 days in 25 districts made in DuckDB, of as many",
        "families. The marts are what publication adds for the flow, durations, backlog and evidence; pages read",
        "marts alone. The plain group-by reads the same file once and looks up no family, rule or agent. Each line is",
        "a process of its own; imports are not counted. Seconds depend on what else the machine does, CPU seconds do",
        "not.",
        "",
        "| What | Objections | Seconds | CPU seconds | Peak GiB | CPU, group-by = 1 | Comes to |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {TASKS[entry.task]} | {entry.rows:,} | {entry.seconds:.1f} | {entry.cpu_seconds:.1f} | "
        f"{entry.peak_gib:.2f} | {results.ratio(entry.task, entry.rows):.1f} | {entry.found:,} |"
        for entry in results.measured
    ]
    lines += ["", "“Comes to” is the rows of all marts, or the cases counted. Measured on:", ""]
    lines += [f"- {name}: {value}" for name, value in results.machine.items()]
    return "\n".join(lines) + "\n"


def as_dict(results: Results) -> dict[str, Any]:
    """Return everything that was measured."""
    return asdict(results)


def _id(name: str, number: str) -> str:
    return f"substr(md5('{name}' || {number}), 1, 20)"


def _write(connection: Any, folder: Path, name: str, columns: str, rows: int) -> None:
    body = columns if " FROM " in columns else f"{columns} FROM numbers"
    made = connection.sql(f"WITH numbers AS (SELECT range AS i FROM range({rows})) SELECT {body}")  # noqa: S608 - own
    made.write_parquet(str(folder / f"{name}.parquet"), compression="zstd")


def _in_own_process(task: str, folder: Path, rows: int) -> Measured:
    command = [sys.executable, "-m", __name__, task, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - own command
    if done.returncode:
        raise TepatError(f"The measurement {task} failed.", cause=done.stderr.strip()[-500:])
    return Measured(task=task, rows=rows, **json.loads(done.stdout))


def _connect(folder: Path) -> Any:
    """Connect with bounded memory, and without a progress bar in what a process answers."""
    connection = ibis.duckdb.connect(memory_limit=MEMORY, temp_directory=str(folder / "scratch"))
    connection.raw_sql("SET enable_progress_bar = false")
    return connection


def _group_by(folder: Path) -> int:
    waited = "date_diff('day', filed_at, coalesce(resolved_at, TIMESTAMP '2026-08-17'))"
    with _connect(folder).con as connection:
        rows = connection.read_parquet(str(folder / "objections.parquet"))
        counted = rows.aggregate(f"outcome, {waited} AS days, count(*) AS n", f"outcome, {waited}")
        return sum(row[2] for row in counted.fetchall())


def _marts(folder: Path) -> int:
    connection = _connect(folder)
    names = ("objections", "families", "verdicts", "registrations", "agents", "regions")
    tables = {name: connection.read_parquet(str(folder / f"{name}.parquet"), table_name=name) for name in names}
    (folder / "marts").mkdir(exist_ok=True)
    rows = 0
    for name, make_mart in MARTS.items():
        path = folder / "marts" / f"{name}.parquet"
        make_mart(tables).to_parquet(path, compression="zstd")
        rows += int(connection.read_parquet(str(path)).count().to_pyarrow().as_py())
    return rows


def _figures(folder: Path) -> int:
    connection = _connect(folder)
    durations = connection.read_parquet(str(folder / "marts" / "objection_durations.parquet"))
    durations = durations.filter(durations.step == "whole")
    ended = (durations.ended != "open").ifelse(durations.objections, 0).sum()
    counts = (
        durations.group_by("days").aggregate(n=durations.objections.sum(), ended=ended).order_by("days").to_pandas()
    )
    counts = counts.set_index("days").reindex(range(int(counts["days"].max()) + 1), fill_value=0)
    curve = kaplan_meier(counts["ended"].to_numpy(), (counts["n"] - counts["ended"]).to_numpy())
    weeks = connection.read_parquet(str(folder / "marts" / "objection_weeks.parquet"))
    triangle = weeks.group_by("came", "ended").aggregate(n=weeks.objections.sum()).to_pandas()
    projected(_triangle(triangle), first=pd.Timestamp(triangle["came"].min()))
    evidence = connection.read_parquet(str(folder / "marts" / "objection_evidence.parquet"))
    judged = (
        evidence.filter(evidence.about == "refusal").group_by("rules", "outcome").aggregate(n=evidence.objections.sum())
    )
    wide = judged.to_pandas().pivot(index="rules", columns="outcome", values="n").fillna(0)
    shrunk_shares(wide["upheld"].to_numpy(), wide.sum(axis=1).to_numpy())
    return curve.cases


def _triangle(triangle: pd.DataFrame) -> Any:
    first = pd.Timestamp(triangle["came"].min())
    count = (pd.Timestamp(date(2026, 8, 17)) - first).days // 7
    start = (pd.to_datetime(triangle["came"]) - first).dt.days // 7
    end = ((pd.to_datetime(triangle["ended"]) - first).dt.days // 7).fillna(count).clip(upper=count).astype(int)
    inside = start < count
    cells = pd.crosstab(start[inside], end[inside], triangle["n"][inside], aggfunc="sum")
    return cells.reindex(index=range(count), columns=range(count + 1), fill_value=0).fillna(0).to_numpy(dtype=float)


if __name__ == "__main__":
    chosen, place = sys.argv[1], Path(sys.argv[2])
    begin, cpu = time.perf_counter(), time.process_time()
    came_to = {"group_by": _group_by, "marts": _marts, "figures": _figures}[chosen](place)
    sys.stdout.write(
        json.dumps(
            {
                "seconds": time.perf_counter() - begin,
                "cpu_seconds": time.process_time() - cpu,
                "peak_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
                "found": came_to,
            }
        )
    )
