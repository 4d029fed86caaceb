"""Do the intervals hold? Every estimator simulated in the settings that it is used in, with known truth."""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from analytics.benchmarks.estimation import households, model_assisted, shares, small_areas
from analytics.benchmarks.estimation.measured import Measured

__all__ = ["Measured", "as_dict", "markdown", "run"]

PARTS: dict[str, Callable[[int, int], list[Measured]]] = {
    "Shares from villages, districts and few checks": shares.run,
    "Model-assisted": model_assisted.run,
    "Small areas, ranks, imperfect checkers": small_areas.run,
}
REAL = "Draws from the households of 2008"


def run(
    repetitions: int, seed: int, *, households_path: Path | None, report: Callable[[str], None] = lambda _text: None
) -> dict[str, list[Measured]]:
    """Run every part; the draws from real households only where their file is given."""
    found = {}
    for name, part in PARTS.items():
        report(f"{name} …")
        found[name] = part(repetitions, seed)
    if households_path is not None:
        report(f"{REAL} …")
        found[REAL] = households.run(households_path, repetitions, seed)
    return found


def markdown(found: dict[str, list[Measured]], *, repetitions: int, seed: int) -> str:
    """Return the page of results."""
    lines = [
        "# Estimators: coverage and width",
        "",
        f"Simulated with known truth, {repetitions:,} samples a setting at least, seed {seed}; nominal 95 % intervals;",
        "± is the simulation's own standard error. Made by `tepat benchmark estimation`.",
        "",
    ]
    for name, rows in found.items():
        lines += [
            f"## {name}",
            "",
            "| Setting | Estimator | Quantity | Value | Asked for |",
            "| --- | --- | --- | ---: | --- |",
        ]
        lines += [
            f"| {row.setting} | {row.estimator} | {row.quantity} | {_value(row)} | {_range(row)} |" for row in rows
        ]
        lines.append("")
    return "\n".join(lines)


def as_dict(found: dict[str, list[Measured]]) -> dict[str, Any]:
    """Return the results as plain data."""
    rows = {name: [asdict(row) | {"holds": row.holds} for row in rows] for name, rows in found.items()}
    plain: dict[str, Any] = json.loads(json.dumps(rows).replace("NaN", "null"))
    return plain


def missed(found: dict[str, list[Measured]]) -> Sequence[Measured]:
    """Return the lines that lie outside their range."""
    return [row for rows in found.values() for row in rows if not row.holds]


def _value(row: Measured) -> str:
    return f"{row.value:.3f}" + ("" if math.isnan(row.error) else f" ± {row.error:.3f}")


def _range(row: Measured) -> str:
    if row.least is None and row.most is None:
        return ""
    if row.least is None:
        return f"at most {row.most:g}"
    text = f"at least {row.least:g}" if row.most is None else f"{row.least:g} to {row.most:g}"
    return text if row.holds else f"{text}: **missed**"
