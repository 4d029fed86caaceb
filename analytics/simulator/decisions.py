"""The portal's decision for each family and programme: when, with which outcome, for which reasons."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.simulator import parameters as p
from analytics.simulator.arrays import NEVER, Flags, Number, Times, Whole, clock, days, known, stream, words
from analytics.simulator.clock import FIRST_NEW, at_hours, to_workday
from analytics.simulator.crosschecks import CrossChecks
from analytics.simulator.faces import FaceChecks
from analytics.simulator.households import Households
from analytics.simulator.identity import Identities
from analytics.simulator.registration import Registrations
from analytics.simulator.selection import calibrate
from analytics.simulator.welfare import PROGRAMMES, Ranking

STATUSES = ("dikirim", "terverifikasi", "diputus", "ditarik")
OUTCOMES = ("tidak_layak", "layak", "menunggu")


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """One entry a family.

    Attributes:
        application: Row of the first application, -1 without one.
        received: When it reached the portal.
        decided: When decided, NaT for never; not cut at the last day.
        eligible: Outcome by programme, meaningful where decided.
        grounds: Whether each reason to refuse holds, by programme and code.
        truth_weight: How much of the truth the calibrated score holds, 0 to 1, by programme.
        withdrawn: Taken back before a decision.
    """

    application: Whole
    received: Times
    decided: Times
    eligible: dict[str, Flags]
    grounds: dict[str, dict[str, Flags]]
    truth_weight: dict[str, float]
    withdrawn: Flags

    def out_of_reach(self, at: np.datetime64) -> Flags:
        """Return who is never decided and does not register after `at` (F).

        Only these can be proposed at that time: a proposal is upheld after the family registered, if it did, and no
        later decision overtakes it.
        """
        return np.isnat(self.decided) & ~(self.received > at)


@dataclass(frozen=True, kw_only=True)
class Corrections:
    """Decisions changed by an objection, in the order of time: family, position of the programme, new outcome, when."""

    family: Whole
    programme: Whole
    eligible: Flags
    at: Times


def decide(
    *,
    people: Households,
    poverty: Number,
    errors: dict[str, Number],
    shift: Number,
    ranking: Ranking,
    checks: CrossChecks,
    has_category: Flags,
    entitled: dict[str, Flags],
    table: Registrations,
    faces: FaceChecks,
    seed: int,
) -> Decisions:
    """Decide every application that can be verified; the thresholds are those of the first list of the portal."""
    rng = stream(seed, "decisions")
    count = len(people.village)
    application = table.first_of(count)
    has_one = application >= 0
    at = np.maximum(application, 0)
    withdrawn = has_one & table.withdrawn[at]
    received = np.where(has_one, table.received[at], NEVER)
    decided = _decision_times(rng, received=received, verified=np.where(has_one, faces.verified_at[at], NEVER))
    decided[withdrawn] = NEVER
    relative = np.zeros(count, bool)
    relative[table.family[table.relative]] = True
    favour = shift + p.RELATIVE_FAVOUR * relative
    detected = people.double & (rng.random(count) < p.DUPLICATE_DETECTED)

    in_time = decided <= np.datetime64(FIRST_NEW.announcement, "s")
    truth_weight: dict[str, float] = {}
    eligible: dict[str, Flags] = {}
    grounds: dict[str, dict[str, Flags]] = {}
    for name in PROGRAMMES:
        possible = ~checks.blocked & ~detected & (has_category if name == "PKH" else True)
        selector = calibrate(
            poverty=poverty,
            error=errors[name],
            shift=favour,
            candidates=in_time & possible,
            entitled=entitled[name],
            declared=p.DECLARED_NEW[name],
        )
        truth_weight[name] = selector.weight_of_truth
        wanted = selector.threshold + np.where(in_time, 0.0, p.LATE_MARGIN)
        above = selector.score < wanted
        eligible[name] = possible & ~above & ~np.isnat(decided)
        high = ranking.decile > p.DECILE_CEILING[name]
        grounds[name] = {**checks.blocks, "duplicate": detected, "decile": above & high, "ranking": above & ~high}
        if name == "PKH":
            grounds[name]["no_category"] = ~has_category
    return Decisions(
        application=application,
        received=received,
        decided=decided,
        eligible=eligible,
        grounds=grounds,
        truth_weight=truth_weight,
        withdrawn=withdrawn,
    )


def _decision_times(rng: np.random.Generator, *, received: Times, verified: Times) -> Times:
    count = len(received)
    wait = np.maximum(p.DECISION_DAYS[0] * np.exp(p.DECISION_DAYS[1] * rng.standard_normal(count)), 2.0)
    by_hand = np.isnat(verified) & (rng.random(count) < p.MANUAL_CHECK)
    start = np.where(by_hand, received + days(rng.exponential(p.MANUAL_CHECK_DAYS, count)), verified)
    day: Times = np.add(start, days(wait))
    return at_hours(rng, to_workday(day), p.OFFICE_HOURS)


def rule_at(times: Times) -> Whole:
    """Position in RULES of the rule in force at each time."""
    starts = np.array([np.datetime64(day, "s") for day, _ in p.RULES])
    return np.maximum(np.searchsorted(starts, times, side="right") - 1, 0)


def statuses(*, table: Registrations, faces: FaceChecks, decisions: Decisions, cutoff: np.datetime64) -> pl.Series:
    """Status of each application on the last day."""
    status = np.where(faces.verified_at < cutoff, 1, 0)
    status = np.where(decisions.decided[table.family] < cutoff, 2, status)
    return words(np.where(table.withdrawn, 3, status), STATUSES)


def export_decisions(
    *, decisions: Decisions, corrections: Corrections, identities: Identities, cutoff: np.datetime64
) -> pl.DataFrame:
    """Return the table `keputusan` on the last day.

    A correction takes the place of a decision under the same rule, and of one that is still pending.
    """
    rows = np.flatnonzero((decisions.received < cutoff) & ~decisions.withdrawn)
    decided = decisions.decided[rows]
    done = decided < cutoff
    rule = rule_at(np.where(done, decided, cutoff - np.timedelta64(1, "s")))
    parts = []
    for position, name in enumerate(PROGRAMMES):
        outcome = np.where(done, decisions.eligible[name][rows].astype(np.int64), 2)
        parts.append(
            _frame(
                family=rows,
                programme=np.full(len(rows), position),
                outcome=outcome,
                rule=rule,
                at=np.where(done, decided, NEVER),
                reasons=known(_reasons(decisions.grounds[name], rows), outcome == 0),
            )
        )
    late = np.flatnonzero(corrections.at < cutoff)
    outcome = corrections.eligible[late].astype(np.int64)
    parts.append(
        _frame(
            family=corrections.family[late],
            programme=corrections.programme[late],
            outcome=outcome,
            rule=rule_at(corrections.at[late]),
            at=corrections.at[late],
            reasons=known(words(np.zeros(len(late), np.int64), ("objection_upheld",)), outcome == 0),
        )
    )
    *by_rule, corrected = parts
    waiting = pl.concat(by_rule).filter(hasil="menunggu").join(corrected, on=["family", "program"], how="semi")
    decided_first = pl.concat(by_rule).join(waiting, on=["family", "program"], how="anti")
    table = pl.concat([decided_first, corrected])
    table = table.unique(["family", "program", "aturan"], keep="last", maintain_order=True)
    table = table.sort("family", "program", "aturan")
    return table.select(identities.card.gather(table["family"]).alias("no_kk"), pl.all().exclude("family"))


def _frame(
    *, family: Whole, programme: Whole, outcome: Whole, rule: Whole, at: Times, reasons: pl.Series
) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "family": family,
            "program": words(programme, PROGRAMMES),
            "hasil": words(outcome, OUTCOMES),
            "alasan": reasons.cast(pl.String),
            "aturan": words(rule, tuple(name for _, name in p.RULES)),
            "waktu_keputusan": clock(at),
        }
    )


def _reasons(grounds: dict[str, Flags], rows: Whole) -> pl.Series:
    frame = pl.DataFrame({code: holds[rows] for code, holds in grounds.items()})
    parts = [pl.when(pl.col(code)).then(pl.lit(code)) for code in grounds]
    return frame.select(pl.concat_str(parts, separator=";", ignore_nulls=True).alias("reasons"))["reasons"]
