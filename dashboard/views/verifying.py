"""Whom verification by face fails: groups of applicants, each against a reference group."""

from dataclasses import replace
from typing import Final

import pandas as pd

from analytics.metrics.verifying import REFERENCES
from dashboard.basis import why_not
from dashboard.charts.chart import Chart
from dashboard.charts.gaps import gaps as gaps_chart
from dashboard.reader import Reader

PANELS: Final = {"who_fails": "verification_failed", "who_fails_first": "first_attempt_failed"}
"""Panel to the metric that it shows by groups."""
COLUMNS: Final = ["heading", "name", "value", "low", "high", "gap", "gap_low", "gap_high", "basis", "reference"]


def who_fails(reader: Reader, *, metric: str) -> Chart | None:
    """A share of failures by age, sex and channel; the table adds attempts and what was left to a person."""
    found = groups(reader, metric)
    if found.empty:
        return None
    words = reader.words
    chart = gaps_chart(found[COLUMNS], words=words, measure=reader.label(metric), against="reference")
    headers = {
        "attempts": reader.label("mean_attempts"),
        "attempts_low": words("verifying.attempts_low"),
        "attempts_high": words("verifying.attempts_high"),
        "reviewed": words("verifying.reviewed"),
    }
    return replace(chart, table=chart.table.join(found[list(headers)].rename(columns=headers)))


def finding(reader: Reader) -> str:
    """Return which group fails clearly more often than its reference, by how much, and what that means for people."""
    words, found = reader.words, groups(reader, PANELS["who_fails"])
    after = words("verifying.nobody_refused")
    if found.empty or found["gap"].isna().all():
        return words("verifying.unknown")
    above = found[found["gap_low"] > 0]
    if above.empty:
        return f"{words('verifying.fails_alike')} {after}"
    worst = above.sort_values("gap").iloc[-1]
    reference = found[found["reference"].astype(bool)].set_index("heading").loc[worst["heading"]]
    low, high = (words.number(worst[end] * 100, decimals=1) for end in ("gap_low", "gap_high"))
    said = words(
        "verifying.fails_more",
        heading=worst["heading"],
        name=worst["name"],
        value=words.percent(worst["value"]),
        gap=words.points(worst["gap"]),
        reference=reference["name"],
        low=low,
        high=high,
    )
    return f"{said} {after}"


def how_to_read(reader: Reader) -> str:
    """Return what the intervals say, and how many genuine people a person decides about at best."""
    return f"{reader.words('verifying.intervals')} {reader.words('verifying.expected')}"


def groups(reader: Reader, metric: str) -> pd.DataFrame:
    """Return one row a group, dimensions without two left out: `COLUMNS`, attempts and their interval, reviewed."""
    parts = [_groups(reader, metric, by=by) for by in REFERENCES]
    return pd.concat(parts, ignore_index=True)


def _groups(reader: Reader, metric: str, *, by: str) -> pd.DataFrame:
    words, entry = reader.words, reader.metric(metric)
    rows = reader.verification_gaps(metric, by=by)
    if len(rows) < 2:
        return pd.DataFrame(columns=[*COLUMNS, "attempts", "attempts_low", "attempts_high", "reviewed"])
    attempts = reader.verification_gaps("mean_attempts", by=by).set_index(by).reindex(rows[by])
    reviewed = reader.verification_gaps("verification_reviewed", by=by).set_index(by).reindex(rows[by])
    rows = rows.assign(
        attempts=attempts["value"].to_numpy(),
        attempts_low=attempts["low"].to_numpy(),
        attempts_high=attempts["high"].to_numpy(),
        reviewed=reviewed["value"].to_numpy(),
    )
    basis = [
        why_not(reader, entry, row)
        or words(
            "verifying.basis",
            numerator=words.number(row["numerator"]),
            n=words.number(row["n"]),
            attempts=words.number(row["attempts"], decimals=2),
        )
        for _, row in rows.iterrows()
    ]
    return rows.assign(
        heading=words(f"verifying.group_{by}"),
        name=[words(f"verifying.{by}_{code}") for code in rows[by]],
        basis=basis,
        reference=rows[by] == REFERENCES[by],
    )
