"""The page of results, docs/benchmarks/agents.md."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from analytics.benchmarks.agents.pilot import Found
from analytics.benchmarks.agents.simulation import AGENTS, BASE, PECULIAR, SHIFT, SPREAD, TOUCHED, Summary
from analytics.benchmarks.agents.speed import Timed
from analytics.benchmarks.validation import machine

HEAD = """# Agents' work

<!-- Made by `tepat benchmark agents`. -->

Who is proposed to be looked at again: does the list keep its level, what does it find, and how long does it take?
A raw funnel is what is usually done instead: all beyond three standard errors, as if honest agents did not differ.
"""
SETTING = (
    f"{AGENTS:,} agents, five indicators, one a family. Honest agents differ with a standard deviation of {SPREAD:.2f} "
    f"(shares around {BASE:.2f}, a rate, a log time); districts differ; {PECULIAR:.0%} of the honest stand out in one "
    f"family as far as the corrupt do. A corrupt agent stands out in {TOUCHED} of five: shares {SHIFT:.2f} higher, a "
    "rate tripled, a time halved."
)
COLUMNS = (
    "| corrupt | repetitions | level | with an innocent proposed (95 %) | false discovery rate (s.e.) | recall |"
    " proposed | holds |"
)
MEASURED = (
    "DuckDB may use 6 GB and then spills. plain: applications grouped by agent, nothing else; count: every indicator; "
    "judge: all agents judged. The ratio of CPU seconds is to plain in the same run."
)


@dataclass(frozen=True, kw_only=True)
class Results:
    """What was measured; what was not asked for is empty."""

    simulated: Sequence[Summary] = field(default_factory=tuple)
    pilots: Sequence[Found] = field(default_factory=tuple)
    timed: Sequence[Timed] = field(default_factory=tuple)


def as_dict(found: Results) -> dict[str, Any]:
    """Return everything that was measured as plain values."""
    held = [asdict(each) | {"holds": each.holds} for each in found.simulated]
    plain = [{name: None if value != value else value for name, value in row.items()} for row in held]  # noqa: PLR0124 - NaN
    return {"simulated": plain, "pilots": [asdict(each) for each in found.pilots],
            "timed": [asdict(each) for each in found.timed]}  # fmt: skip


def markdown(found: Results) -> str:
    """Return the page."""
    parts = [HEAD]
    if found.simulated:
        parts.append(_simulated(found.simulated))
    if found.pilots:
        parts.append(_pilots(found.pilots))
    if found.timed:
        parts.append(_timed(found.timed))
    return "\n".join(parts)


def _simulated(rows: Sequence[Summary]) -> str:
    lines = [
        "## Simulated agents",
        "",
        SETTING,
        "",
        COLUMNS,
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for row in rows:
        recall = "–" if row.corrupt_share == 0 else f"{row.recall:.3f}"
        lines.append(
            f"| {row.corrupt_share:.0%} | {row.repetitions} | {row.level:.2f} | {row.any_innocent:.3f} "
            f"({row.any_low:.3f}–{row.any_high:.3f}) | {row.fdr:.4f} ({row.fdr_error:.4f}) | {recall} | "
            f"{row.proposed:.1f} | {'yes' if row.holds else 'NO'} |"
        )
    lines += [
        "",
        "The raw funnel at three standard errors on the same agents, means over the repetitions:",
        "",
        "| corrupt | beyond it on one share | innocent | corrupt found | beyond it on any of five | innocent |",
        "| ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        recall = "–" if row.corrupt_share == 0 else f"{row.raw_recall:.3f}"
        lines.append(
            f"| {row.corrupt_share:.0%} | {row.raw:.0f} | {row.raw_innocent:.0f} | {recall} | {row.any_raw:.0f} | "
            f"{row.any_raw_innocent:.0f} |"
        )
    return "\n".join([*lines, ""])


def _pilots(rows: Sequence[Found]) -> str:
    lines = [
        "## The simulated pilot",
        "",
        "Its corrupt agents work at night, fast, without their own face check, and enter families “by themselves”.",
        "",
        "| families | agents | corrupt | proposed | recall (95 %) | precision (95 %) | raw: any | innocent of these |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        recall, precision = ("{:.2f} ({:.2f}–{:.2f})".format(*each) for each in (row.recall(), row.precision()))
        lines.append(
            f"| {row.families:,} | {row.agents:,} | {row.corrupt} | {row.proposed} | {recall} | {precision} | "
            f"{row.raw} | {row.raw - row.raw_right} |"
        )
    return "\n".join([*lines, ""])


def _timed(rows: Sequence[Timed]) -> str:
    said = ", ".join(f"{name} {value}" for name, value in machine(("duckdb", "ibis")).items())
    lines = [
        "## Speed",
        "",
        f"{said}. {MEASURED}",
        "",
        "| applications | agents | task | seconds | CPU seconds | ratio | peak GiB |",
        "| ---: | ---: | --- | ---: | ---: | ---: | ---: |",
    ]
    plain = {row.applications: row.cpu_seconds for row in rows if row.task == "plain"}
    lines += [
        f"| {row.applications:,} | {row.agents:,} | {row.task} | {row.seconds:.1f} | {row.cpu_seconds:.1f} | "
        f"{row.cpu_seconds / plain[row.applications]:.1f} | {row.peak_gib:.2f} |"
        for row in rows
    ]
    return "\n".join([*lines, ""])
