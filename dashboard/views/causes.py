"""Behind the errors: which step of the process they come from, and which groups of families they fall on."""

from typing import Final

import pandas as pd

from analytics.marts.groups import GROUPS
from analytics.metrics.definitions.targeting import EXCLUSION_SOURCES, INCLUSION_SOURCES
from dashboard.basis import row_basis
from dashboard.charts.chart import Chart
from dashboard.charts.estimates import estimates
from dashboard.charts.gaps import gaps as gaps_chart
from dashboard.reader import Reader

SOURCES: Final = {
    error: tuple(f"{error}_{name}" for name in names)
    for error, names in (("inclusion_error", INCLUSION_SOURCES), ("exclusion_error", EXCLUSION_SOURCES))
}
"""Error to the metrics of its parts, in the order of the process."""
FIRST: Final = ("female", "yes", "agent")
"""The group that a comparison is about stands above the others."""


def sources(reader: Reader, *, error: str) -> Chart | None:
    """The parts of an error by the step that it comes from, all over the error's own denominator."""
    words, direct = reader.words, reader.with_filters(method="direct")
    whole, parts = direct.value(error), {metric: direct.value(metric) for metric in SOURCES[error]}
    there = {metric: row for metric, row in parts.items() if row is not None}
    if whole is None or not there:
        return None
    if whole["numerator"] > 0 and sum(row["numerator"] for row in there.values()) == 0:
        return None  # without decisions nothing tells the sources apart
    rows = pd.DataFrame(
        [
            {
                "name": words(f"targeting.source_{metric.removeprefix(f'{error}_')}"),
                "value": row["value"],
                "low": row["low"],
                "high": row["high"],
                "basis": row_basis(direct, reader.metric(metric), row),
            }
            for metric, row in there.items()
        ]
    )
    return estimates(
        rows,
        words=words,
        measure=words("targeting.part_of", error=reader.label(error)),
        category_label=words("targeting.source"),
        notes=[
            *largest(reader, rows, whole=whole["value"]),
            words("charts.source_note", source=words("kpi.method_direct")),
        ],
    )


def largest(reader: Reader, rows: pd.DataFrame, *, whole: float) -> list[str]:
    """Return which source is the largest, and whether another may be as large; nothing when it cannot be told."""
    words = reader.words
    if rows["value"].isna().any() or rows["value"].max() == 0:
        return []
    first = rows.iloc[int(rows["value"].argmax())]
    rivals = rows[(rows["name"] != first["name"]) & (rows["high"] >= first["low"])]
    said = words(
        "targeting.largest",
        source=first["name"],
        part=words.number(first["value"] * 100, decimals=1),
        whole=words.points(whole),
    )
    if rivals.empty:
        return [said]
    return [said, words("targeting.rivals", names=words.listed(list(rivals["name"])))]


def gaps(reader: Reader, *, error: str) -> Chart | None:
    """An error in groups of families, each against all others."""
    words, entry = reader.words, reader.metric(error)
    found = []
    for group in GROUPS:
        rows = reader.group_gaps(error, by=group)
        if len(rows) < 2:
            continue  # nothing to compare with
        order = rows[group].map(lambda name: FIRST.index(name) if name in FIRST else len(FIRST))
        rows = rows.assign(order=order).sort_values("order", kind="stable")
        found.append(
            rows.assign(
                heading=words(f"targeting.group_{group}"),
                name=[words(f"targeting.{group}_{name}") for name in rows[group]],
                basis=[row_basis(reader, entry, row) for _, row in rows.iterrows()],
            )
        )
    if not found:
        return None
    columns = ["heading", "name", "value", "low", "high", "gap", "gap_low", "gap_high", "basis"]
    return gaps_chart(pd.concat(found, ignore_index=True)[columns], words=words, measure=reader.label(error))
