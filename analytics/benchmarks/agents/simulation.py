"""Agents made up with known truth: how often are innocent ones proposed, and how many of the corrupt are found?

Five indicators, one a family, of three kinds. Honest agents differ: shares around .30 with a standard deviation of .10,
rates and times by a tenth as well; a few honest ones are peculiar in one family, as far out as the corrupt in three.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from analytics.agents.indicators import Indicator
from analytics.agents.judging import judge_agents
from analytics.estimation.inputs import BoolArray, FloatArray
from analytics.estimation.intervals import clopper_pearson

AGENTS: Final = 4_000
SPREAD: Final = 0.10
"""Standard deviation of the honest agents' true shares and log times."""
BASE: Final = 0.30
DISTRICTS: Final = 25
DISTRICT_SPREAD: Final = 0.20
"""Standard deviation of the districts' logits: case mix, nobody's doing."""
MIDDLE, WORKLOAD_SPREAD = 65, 0.6
"""Applications of the middle agent, and the standard deviation of their logarithm."""
FEWEST: Final = 5
SELF_RATE: Final = 0.15
SECONDS, SECONDS_SPREAD = 60.0, 0.40
SHIFT: Final = 0.30
"""Added to a corrupt agent's share; a rate is tripled, a time halved."""
TOUCHED: Final = 3
"""Families in which a corrupt agent stands out."""
PECULIAR: Final = 0.01
"""Share of honest agents who stand out in one family."""
RAW: Final = 3.0
"""Standard errors of the raw funnel."""
CORRUPT: Final = (0.0, 0.01)
"""Shares of corrupt agents that are simulated."""
MADE: Final = {
    each.id: each
    for each in (
        Indicator(id="seconds", family="time", kind="mean"),
        Indicator(id="helped_self", family="device", kind="rate"),
        Indicator(id="failed_checks", family="identity"),
        Indicator(id="twin_answers", family="answers"),
        Indicator(id="upheld", family="outcomes"),
    )
}
MEASURED: Final = "failed_checks"
"""The indicator on which the raw funnel of one share is tried."""


@dataclass(frozen=True, kw_only=True)
class Repetition:
    """What one repetition gave, by our way and by raw funnels."""

    corrupt: int
    proposed: int
    innocent: int
    raw: int
    raw_innocent: int
    any_raw: int
    any_raw_innocent: int


def simulate(rng: np.random.Generator, *, agents: int, corrupt: float) -> tuple[dict[str, pd.DataFrame], BoolArray]:
    """Return cells as `judge_agents` takes them, and which agents are corrupt."""
    names = np.array([f"a{number:05d}" for number in range(agents)])
    district = rng.integers(0, DISTRICTS, agents)
    entered = np.maximum(rng.lognormal(np.log(MIDDLE), WORKLOAD_SPREAD, agents).round(), FEWEST)
    bad = np.zeros(agents, bool)
    bad[rng.choice(agents, round(agents * corrupt), replace=False)] = True
    touched = np.zeros((agents, len(MADE)), bool)
    touched[bad] = rng.permuted(np.tile(np.arange(len(MADE)) < TOUCHED, (int(bad.sum()), 1)), axis=1)
    odd = np.flatnonzero(~bad & (rng.random(agents) < PECULIAR))
    touched[odd, rng.integers(0, len(MADE), len(odd))] = True
    cells = {}
    for column, (name, indicator) in enumerate(MADE.items()):
        out = touched[:, column]
        tilt = rng.normal(0, DISTRICT_SPREAD, DISTRICTS)[district]
        base = pd.DataFrame({"agent_id": names, "district": district, "exposure": entered})
        cells[name] = base.assign(**_counted(rng, indicator, entered=entered, tilt=tilt, out=out))
    return cells, bad


def _counted(
    rng: np.random.Generator, indicator: Indicator, *, entered: FloatArray, tilt: FloatArray, out: BoolArray
) -> dict[str, FloatArray]:
    honest = rng.normal(0, SPREAD, len(entered))
    if indicator.kind == "rate":
        mean = SELF_RATE * np.exp(tilt + honest) * np.where(out, 3, 1)
        return {"observed": rng.poisson(mean * entered).astype(float)}
    if indicator.kind == "mean":
        centre = np.log(SECONDS) + tilt + honest - np.where(out, np.log(2), 0)
        inside = SECONDS_SPREAD**2 * rng.chisquare(np.maximum(entered - 1, 1))
        mean = rng.normal(centre, SECONDS_SPREAD / np.sqrt(entered))
        return {"observed": mean * entered, "squares": inside + mean**2 * entered}
    share = 1 / (1 + (1 - BASE) / BASE * np.exp(-tilt)) + honest + np.where(out, SHIFT, 0)
    return {"observed": rng.binomial(entered.astype(int), np.clip(share, 0.005, 0.995)).astype(float)}


def beyond_raw(cells: pd.DataFrame, *, indicator: Indicator) -> BoolArray:
    """Return who lies beyond three standard errors on the bad side of the pooled value, as if all were chance."""
    count, exposure = cells["observed"].to_numpy(float), cells["exposure"].to_numpy(float)
    centre = count.sum() / exposure.sum()
    value = count / exposure
    if indicator.kind == "mean":
        variance = float((cells["squares"].sum() - (count**2 / exposure).sum()) / (exposure - 1).sum())
        return np.asarray(value < centre - RAW * np.sqrt(variance / exposure))
    variance_of_one = centre * (1 - centre) if indicator.kind == "share" else centre
    return np.asarray(value > centre + RAW * np.sqrt(variance_of_one / exposure))


def repeat(*, agents: int, corrupt: float, repetitions: int, level: float, seed: int) -> Iterator[Repetition]:
    """Yield repetitions, each of its own random numbers."""
    for number in range(repetitions):
        cells, bad = simulate(np.random.default_rng([seed, number]), agents=agents, corrupt=corrupt)
        found = judge_agents(cells, level=level, indicators=MADE)
        proposed = found.agents["proposed"].to_numpy(bool)
        raw = {name: beyond_raw(cells[name], indicator=each) for name, each in MADE.items()}
        any_raw = np.any(list(raw.values()), axis=0)
        yield Repetition(
            corrupt=int(bad.sum()),
            proposed=int(proposed.sum()),
            innocent=int((proposed & ~bad).sum()),
            raw=int(raw[MEASURED].sum()),
            raw_innocent=int((raw[MEASURED] & ~bad).sum()),
            any_raw=int(any_raw.sum()),
            any_raw_innocent=int((any_raw & ~bad).sum()),
        )


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What repetitions come to.

    Attributes:
        corrupt_share, repetitions, level: What was simulated.
        any_innocent, any_low, any_high: Share of repetitions that propose an innocent agent, 95 % Clopper–Pearson.
        fdr, fdr_error: Mean share of innocent among the proposed (0 where none is) and its standard error.
        recall: Mean share of the corrupt that is proposed; NaN without any.
        proposed, raw, raw_innocent, any_raw, any_raw_innocent: Means over the repetitions.
        raw_fdr, any_raw_fdr: Mean share of innocent agents beyond the raw funnel of one, and of any, indicator.
    """

    corrupt_share: float
    repetitions: int
    level: float
    any_innocent: float
    any_low: float
    any_high: float
    fdr: float
    fdr_error: float
    recall: float
    proposed: float
    raw: float
    raw_innocent: float
    raw_recall: float
    any_raw: float
    any_raw_innocent: float

    @property
    def holds(self) -> bool:
        """Whether the level was kept, within three standard errors of chance."""
        chance = 3 * np.sqrt(self.level * (1 - self.level) / self.repetitions)
        under_null = self.corrupt_share > 0 or self.any_innocent <= self.level + chance
        return bool(under_null and self.fdr <= self.level + 3 * self.fdr_error)


def summarise(done: list[Repetition], *, corrupt: float, level: float) -> Summary:
    """Return what repetitions come to."""
    rows = pd.DataFrame([vars(each) for each in done])
    wrong = rows["innocent"] / rows["proposed"].clip(lower=1)
    innocent = int((rows["innocent"] > 0).sum())
    ends = clopper_pearson(innocent, len(rows))
    means = rows.mean()
    bad = means["corrupt"] if means["corrupt"] else float("nan")
    return Summary(
        corrupt_share=corrupt,
        repetitions=len(rows),
        level=level,
        any_innocent=innocent / len(rows),
        any_low=ends.low,
        any_high=ends.high,
        fdr=float(wrong.mean()),
        fdr_error=float(wrong.std(ddof=1) / np.sqrt(len(rows))),
        recall=float((means["proposed"] - means["innocent"]) / bad),
        proposed=float(means["proposed"]),
        raw=float(means["raw"]),
        raw_innocent=float(means["raw_innocent"]),
        raw_recall=float((means["raw"] - means["raw_innocent"]) / bad),
        any_raw=float(means["any_raw"]),
        any_raw_innocent=float(means["any_raw_innocent"]),
    )
