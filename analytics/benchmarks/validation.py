"""How fast the gate is, and in how much memory, beside Great Expectations on the same rules and rows.

Each measurement runs in a process of its own (`python -m analytics.benchmarks.validation TASK FOLDER`), so that its
peak of memory is its own. The clock starts after the imports.
"""

import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import ibis
import pandas as pd

from analytics.benchmarks.synthetic import NOW, published_tables, staged_registrations
from validation.errors import TepatError
from validation.gate import MEMORY, SHARES_SCHEMA, History, Limits, Room, judge
from validation.gate.rows import connect
from validation.reports import broken_rows, write_reports
from validation.reports.expectations import great_expectations
from validation.rules import ROW, Rule
from validation.suites import SUITES

INCREMENT = 300_000
"""Rows of a day's delivery, far above a district's: what the gate and the reports take beside each other."""
PARENTS = ("regions", "agents", "families", "persons")
Report = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One measurement: what was run on how many rows, wall and CPU seconds, and the peak of memory."""

    task: str
    rows: int
    seconds: float
    cpu_seconds: float
    peak_gib: float
    found: int
    """Broken rules of rows: both engines must find as many."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The measurements and the machine."""

    machine: dict[str, str]
    measured: list[Measured]

    def speed_up(self, task: str, rows: int) -> float:
        """Return how many times faster a task is than Great Expectations on so many rows."""
        seconds = {entry.task: entry.seconds for entry in self.measured if entry.rows == rows}
        return seconds["great_expectations"] / seconds[task]


def run(sizes: Sequence[int], folder: Path, *, report: Report) -> Comparison:
    """Measure the gate and Great Expectations on registrations of each size, then an increment with its reports.

    Raises:
        TepatError: a measurement failed, or the engines did not find the same number of broken rules.
    """
    measured = []
    for rows in sizes:
        size = folder / str(rows)
        report(f"{rows:,} rows: making them")
        published_tables(size / "published", rows)
        staged_registrations(size / "staged", rows, families=rows)
        for task in ("gate", "rules", "great_expectations"):
            report(f"{rows:,} rows: {task}")
            measured.append(_in_own_process(task, size, rows))
        if len({entry.found for entry in measured if entry.rows == rows}) > 1:
            raise TepatError(
                "The gate and Great Expectations disagree.",
                cause=f"They found {measured[-3].found} and {measured[-1].found} broken rules in {rows} rows.",
            )
    report(f"{INCREMENT:,} rows more: gate and reports")
    size = folder / str(sizes[0])
    staged_registrations(size / "increment" / "staged", INCREMENT, families=sizes[0], first=sizes[0])
    measured.append(_in_own_process("increment", size, INCREMENT))
    return Comparison(machine=machine(), measured=measured)


def machine(packages: Sequence[str] = ("duckdb", "great_expectations", "pandas")) -> dict[str, str]:
    """Describe the machine and the versions of the packages that were measured."""
    processor, memory = platform.processor() or platform.machine(), "unknown"
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        processor = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), processor)
        memory = f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"
    versions = {name: __import__(name).__version__ for name in packages}
    return {
        "processor": f"{processor}, {os.cpu_count()} cores",
        "memory": memory,
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        **versions,
    }


def markdown(comparison: Comparison) -> str:
    """Return the page `docs/benchmarks/validation.md`."""
    names = {
        "gate": "Gate whole: facts made, rules judged, accepted rows sorted and written, quarantine listed",
        "rules": "The gate's rules alone, rows of what is broken listed",
        "great_expectations": "Great Expectations, pandas engine: the same rules alone, the same list",
        "increment": "Gate on an increment, and its reports with Data Docs",
    }
    lines = [
        "# Speed and memory of the quality gate",
        "",
        "`tepat benchmark validation` measures this: the rules of registrations over synthetic rows of which .5 % are",
        "damaged, against as many published families and persons and 4,000 agents. Each line is a process of its own.",
        "The gate whole makes the facts (what other tables say of a row) and writes what is let in; the two lines",
        "after it run the rules alone, over rows with the facts made beforehand: the same work in both engines.",
        "Imports are not counted. All three found the same number of broken rules. The increment is judged against",
        "published tables of the first size, and added to them.",
        "",
        "| What | Rows | Seconds | CPU seconds | Peak GiB | Speed, Great Expectations = 1 |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for entry in comparison.measured:
        faster = "" if entry.task == "increment" else f"{comparison.speed_up(entry.task, entry.rows):.1f}×"
        lines.append(
            f"| {names[entry.task]} | {entry.rows:,} | {entry.seconds:.1f} | {entry.cpu_seconds:.1f} | "
            f"{entry.peak_gib:.2f} | {faster} |"
        )
    lines += ["", "Measured on:", ""]
    lines += [f"- {name}: {value}" for name, value in comparison.machine.items()]
    return "\n".join(lines) + "\n"


def as_dict(comparison: Comparison) -> dict[str, object]:
    """Return everything that was measured."""
    return asdict(comparison)


def _in_own_process(task: str, folder: Path, rows: int) -> Measured:
    command = [sys.executable, "-m", __name__, task, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - own command
    if done.returncode:
        raise TepatError(f"The measurement {task} failed.", cause=done.stderr.strip()[-500:])
    return Measured(task=task, rows=rows, **json.loads(done.stdout))


def _rules(tables: Sequence[str]) -> list[Rule]:
    return SUITES["registrations"].rules_with([*tables, "registrations"])


def _gate(folder: Path, *, staged: Path, published: dict[str, Path]) -> int:
    """Judge staged registrations; write what is let in and the list of what is not."""
    (folder / "accepted").mkdir(parents=True, exist_ok=True)
    room = Room(
        staged={"registrations": staged},
        accepted=lambda name: folder / "accepted" / f"{name}.parquet",
        judged=folder / "judged",
        scratch=folder / "scratch",
        published=published,
    )
    history = History(rows={}, shares=pd.DataFrame(columns=SHARES_SCHEMA.names))
    verdict, _ = judge(room, files={}, now=NOW, limits=Limits(), history=history)
    verdict.findings.to_parquet(folder / "findings.parquet")
    results = verdict.results
    return int(results.loc[results["table"] == "registrations", "failed"].sum())


def _rules_alone(folder: Path) -> int:
    """List the rows that break each rule, from the rows with their facts, as Great Expectations does."""
    connection = connect(folder / "scratch", memory=MEMORY)
    rows = connection.read_parquet(str(folder / "judged" / "registrations.parquet"))
    flags = {rule.id: rule.check.broken(rows, NOW).fill_null(ibis.literal(value=False)) for rule in _rules(PARENTS)}
    found = rows.select(ROW, **flags).filter(ibis.or_(*(ibis._[name] for name in flags))).to_pyarrow().to_pandas()
    return sum(len(found.loc[found[name], ROW].sort_values()) for name in flags)


def _great_expectations(folder: Path) -> int:
    found = broken_rows(folder / "judged" / "registrations.parquet", _rules(PARENTS), now=NOW)
    return sum(len(rows) for rows in found.values())


def _increment(folder: Path) -> int:
    """Add registrations to those that were let in before, and write the reports."""
    own = folder / "increment"
    published = _published(folder) | {"registrations": folder / "accepted" / "registrations.parquet"}
    found = _gate(own, staged=own / "staged" / "registrations.parquet", published=published)
    differ = write_reports(
        own / "judged", own / "reports", suites={"registrations": _rules(PARENTS)}, now=NOW, title="Benchmark",
        snapshot="benchmark", published_at=NOW,
    )  # fmt: skip
    if differ:
        raise TepatError("The gate and Great Expectations disagree.", cause=" ".join(differ))
    return found


def _published(folder: Path) -> dict[str, Path]:
    return {name: folder / "published" / f"{name}.parquet" for name in PARENTS}


def _measure(task: str, folder: Path) -> dict[str, float]:
    if task in {"great_expectations", "increment"}:
        great_expectations()
    before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    if task == "gate":
        found = _gate(folder, staged=folder / "staged" / "registrations.parquet", published=_published(folder))
    else:
        found = {"rules": _rules_alone, "great_expectations": _great_expectations, "increment": _increment}[task](
            folder
        )
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    unit = 1 if sys.platform == "darwin" else 1024
    return {"seconds": seconds, "cpu_seconds": cpu, "peak_gib": after.ru_maxrss * unit / 2**30, "found": found}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_measure(sys.argv[1], Path(sys.argv[2]))))
