"""What a page shows of a review: standardised values with limits, groups of agents, one agent's profile, shares."""

import math
from collections.abc import Hashable, Mapping
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from scipy import stats

from analytics.agents.indicators import INDICATORS
from analytics.agents.storing import Review
from analytics.disclosure import SMALLEST
from analytics.estimation.funnel import CURVE_POINTS, LEVELS
from analytics.estimation.inputs import FloatArray
from analytics.estimation.intervals import LEVEL, wilson

SIZE_CLASSES: Final = 8
VALUE_CLASSES: Final = 6
STANDS_OUT: Final = 0.001
"""p below which an indicator is said to stand out by itself, one-sided: beyond the upper 99.8 % limit."""


def centre(review: Review, indicator: str) -> float:
    """Return the typical value of an indicator: a share, a rate an application, or the geometric mean of seconds."""
    one = review.indicators[indicator]
    value = one["observed"] / one["exposure"]
    return float(np.exp(value)) if INDICATORS[indicator].kind == "mean" else value


def values(review: Review, findings: pd.DataFrame, indicator: str) -> pd.DataFrame:
    """Return each agent's value as it would be with the case mix of all (indirect standardisation).

    Returns:
        agent_id, district, proposed, denominator (exposure), value, low, high (95 %, the agent's own chance), z, p; the
        farthest out first. A time is lower where it stands out.
    """
    rows = _own(findings, indicator)
    typical, kind = centre(review, indicator), INDICATORS[indicator].kind
    observed, expected, exposure = (rows[name].to_numpy(float) for name in ("observed", "expected", "exposure"))
    if kind == "mean":
        half = stats.norm.ppf(0.5 + LEVEL / 2) * np.sqrt(review.indicators[indicator]["variance"] / exposure)
        ratio = (observed - expected) / exposure
        ends = [np.exp(ratio + side * half) * typical for side in (0, -1, 1)]
    else:
        scale = typical * exposure / np.maximum(expected, np.finfo(float).tiny)
        most = 1.0 if kind == "share" else np.inf
        own = (observed / exposure, *_own_interval(observed, exposure, kind=kind))
        ends = [np.minimum(end * scale, most) for end in own]
    shown = rows.assign(value=ends[0], low=ends[1], high=ends[2], denominator=exposure)
    columns = ["agent_id", "district", "proposed", "denominator", "value", "low", "high", "z", "p"]
    return shown.sort_values(["z", "agent_id"], ascending=[False, True], ignore_index=True)[columns]


def signals(shown: pd.DataFrame) -> list[Literal["none", "up", "down"]]:
    """Return whether each agent is farther from the usual than 99.8 % are, by exact tails: up or down in value.

    Args:
        shown: Of `values`.
    """
    far = shown["z"].abs() > stats.norm.isf(STANDS_OUT)
    above = shown["value"] >= shown["value"].where(~far).median()
    return ["none" if not out else "up" if up else "down" for out, up in zip(far, above, strict=True)]


def limits(review: Review, indicator: str, *, most: float, least: float = 1.0) -> pd.DataFrame:
    """Return the limits, with the spread of honest agents in them: denominator, low95, high95, low998, high998.

    Args:
        review: The review.
        indicator: Which one.
        most: Largest denominator.
        least: Smallest denominator.
    """
    one, kind, typical = review.indicators[indicator], INDICATORS[indicator].kind, centre(review, indicator)
    at = np.geomspace(max(least, 1.0), max(most, least + 1), CURVE_POINTS)
    if kind == "mean":
        error = np.sqrt(one["variance"] / at + one["spread"])
    elif kind == "rate":
        error = np.sqrt(typical / at + one["spread"] * typical**2)
    else:
        error = np.sqrt(typical * (1 - typical) * (1 + (at - 1) * one["spread"]) / at)
    found: dict[str, FloatArray] = {"denominator": at}
    for level in LEVELS:
        z, name = stats.norm.ppf(0.5 + level / 2), f"{100 * level:g}".replace(".", "")
        for side, sign in (("low", -1), ("high", 1)):
            end = typical * np.exp(sign * z * error) if kind == "mean" else np.maximum(typical + sign * z * error, 0)
            found[f"{side}{name}"] = np.minimum(end, 1) if kind == "share" else end
    return pd.DataFrame(found)


def grouped(shown: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return agents put together by size and place, so that none can be told, and how many are in no group.

    Args:
        shown: Of `values`.

    Returns:
        One row a group of at least `SMALLEST` agents: agents, denominator and value (means); and how many agents are
        in groups too small to be shown.
    """
    if shown.empty:
        return pd.DataFrame({"agents": [], "denominator": [], "value": []}), 0
    size = pd.qcut(shown["denominator"].rank(method="first"), min(SIZE_CLASSES, len(shown)), labels=False)
    place = pd.cut(
        shown["z"], [-np.inf, *stats.norm.ppf(np.arange(1, VALUE_CLASSES) / VALUE_CLASSES), np.inf], labels=False
    )
    parts = shown.groupby([size, place]).agg(
        agents=("agent_id", "size"), denominator=("denominator", "mean"), value=("value", "mean")
    )
    kept = parts[parts["agents"] >= SMALLEST].reset_index(drop=True)
    return kept, int(len(shown) - kept["agents"].sum())


def profile(findings: pd.DataFrame, agent: str) -> pd.DataFrame:
    """Return one agent's indicators: family, indicator, exposure, observed, expected, z, p; by families."""
    (own,) = findings.loc[findings["agent_id"] == agent, "indicators"]
    rows = [{"family": INDICATORS[name].family, "indicator": name} | found for name, found in own.items()]
    order = {name: place for place, name in enumerate(INDICATORS)}
    return pd.DataFrame(rows).sort_values("indicator", key=lambda names: names.map(order), ignore_index=True)


def seconds(row: Mapping[Hashable, Any]) -> tuple[float, float]:
    """Return the geometric mean of an agent's seconds, and the one expected, of a row of `profile`."""
    return tuple(math.exp(float(row[name]) / float(row["exposure"])) for name in ("observed", "expected"))  # type: ignore[return-value]


def shares(findings: pd.DataFrame, review: Review) -> pd.DataFrame:
    """Return by indicator how many agents stand out: family, indicator, agents (judged), out, share.

    Counts below `SMALLEST` are empty, as their shares are.
    """
    rows = []
    for name in (name for name in INDICATORS if name in review.indicators):
        own = _own(findings, name)
        out = int((own["p"] <= STANDS_OUT).sum())
        hidden = 0 < out < SMALLEST or len(own) < SMALLEST
        rows.append(
            {"family": INDICATORS[name].family, "indicator": name, "agents": len(own),
             "out": None if hidden else out, "share": None if hidden else out / len(own)}
        )  # fmt: skip
    found = pd.DataFrame(rows, columns=["family", "indicator", "agents", "out", "share"])
    return found.astype({"out": "Int64", "share": float})


def _own(findings: pd.DataFrame, indicator: str) -> pd.DataFrame:
    has = findings["indicators"].map(lambda own: indicator in own)
    rows = findings.loc[has, ["agent_id", "district", "proposed"]].reset_index(drop=True)
    columns = ["exposure", "observed", "expected", "z", "p"]
    counted = pd.DataFrame([own[indicator] for own in findings.loc[has, "indicators"]], columns=columns, dtype=float)
    return pd.concat([rows, counted], axis="columns")


def _own_interval(observed: FloatArray, exposure: FloatArray, *, kind: str) -> tuple[FloatArray, FloatArray]:
    if kind == "share":
        ends = wilson(observed, exposure)
        return ends.low, ends.high
    tail = (1 - LEVEL) / 2
    low = np.where(observed > 0, stats.gamma.ppf(tail, np.maximum(observed, 1)), 0)
    return low / exposure, stats.gamma.ppf(1 - tail, observed + 1) / exposure
