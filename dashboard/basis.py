"""What stands behind a value, in words: its interval, how many checks, what they stand for, and the source."""

import pandas as pd

from analytics.metrics import Metric
from dashboard.reader import Reader


def basis(reader: Reader, entry: Metric, row: pd.Series) -> str:
    """Return interval, n, numerator and denominator, source and target; or why there is no value."""
    words = reader.words
    missing = why_not(reader, entry, row)
    if missing:
        return missing
    parts = []
    if entry.kind == "sample":
        parts.append(words("kpi.interval", interval=words.interval(row["low"], row["high"])))
        parts.append(stands_for(reader, row))
        parts.append(words("kpi.source", source=source(reader, row)))
    elif entry.denominator is not None:
        parts.append(words("kpi.of", numerator=words.number(row["numerator"]), n=words.number(row["n"])))
    else:
        parts.append(entry.numerator_says.to(words.language))
    if entry.target is not None:
        parts.append(words("kpi.target", value=words.percent(entry.target, decimals=0)))
    return " · ".join(parts)


def row_basis(reader: Reader, entry: Metric, row: pd.Series) -> str:
    """Return what stands behind one row of a figure, short enough for its second line; or why it has no value."""
    return why_not(reader, entry, row) or stands_for(reader, row)


def why_not(reader: Reader, entry: Metric, row: pd.Series) -> str:
    """Return why a value is empty; nothing when it is not."""
    words = reader.words
    if not row["reason"]:
        return ""
    return words(f"kpi.reason_{row['reason']}", n=words.number(row["n"]), minimum=words.number(entry.minimum_n))


def stands_for(reader: Reader, row: pd.Series) -> str:
    """Return the checks under a value and what they stand for, weighted and rounded."""
    words = reader.words
    return words(
        "kpi.stands_for",
        n=words.number(row["n"]),
        numerator=words.number(row["numerator"]),
        denominator=words.number(row["denominator"]),
        unit=words(f"targeting.unit_{reader.filters.unit}"),
    )


def source(reader: Reader, row: pd.Series) -> str:
    """Return what a value was estimated from."""
    return reader.words(f"kpi.method_{row['method']}")
