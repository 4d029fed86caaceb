"""Field checks: monthly random rounds with exact inclusion probabilities, and a few targeted visits without one."""

import datetime as dt
import zlib
from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.simulator import parameters as p
from analytics.simulator.arrays import (
    Flags,
    Number,
    Times,
    Whole,
    clock,
    count_within,
    known,
    stream,
    weighted_sample,
    words,
)
from analytics.simulator.clock import Quarter, at_hours, months, to_workday
from analytics.simulator.geography import Villages
from analytics.simulator.households import Households
from analytics.simulator.identity import Identities
from analytics.simulator.objections import Objections
from analytics.simulator.payments import PaidQuarter
from analytics.simulator.welfare import PROGRAMMES, Welfare

FRAMES = ("bukan_penerima", "penerima", "semua")
REASONS = ("acak", "risiko", "sanggah")
RANDOM, RISK, OBJECTION = range(3)


@dataclass(frozen=True, kw_only=True)
class Visits:
    """One entry a visited family and round; NaN = the probability of the visit is not known."""

    round: dt.date
    period: Quarter
    family: Whole
    frame: Whole
    reason: Whole
    probability: Number
    visited: Times
    told: Flags
    welfare_noise: Number


def period_of(month: dt.date) -> Quarter:
    """Return the latest quarter paid when the round of this month begins: its own only in a quarter's third month."""
    quarter = Quarter.of(month)
    return quarter if month.month % 3 == 0 else quarter.previous


def frame_day(month: dt.date) -> dt.date:
    """Return the day on which a round's lists are taken."""
    return month + dt.timedelta(days=1)


def draw_visits(
    *,
    until: dt.date,
    people: Households,
    villages: Villages,
    paid: list[PaidQuarter],
    registered: Times,
    entitled: dict[str, Flags],
    objections: Objections,
    seed: int,
) -> list[Visits]:
    """Draw the rounds of every whole month before `until`; a family is visited once a period."""
    by_quarter = {quarter.quarter: quarter for quarter in paid}
    seen: dict[Quarter, Flags] = {}
    rounds = []
    for month in months(p.FIRST_ROUND, until):
        rng = stream(seed, "audits", month)
        period = period_of(month)
        day = np.datetime64(frame_day(month), "s")
        here = ~people.double | (registered < day)
        receives = by_quarter[period].any
        visited = seen.setdefault(period, np.zeros(len(here), bool))
        family, probability = _random_draw(rng, people=people, villages=villages, here=here, receives=receives)
        fresh = ~visited[family]
        family, probability = family[fresh], probability[fresh]
        visited[family] = True
        extra, why = _targeted(
            rng,
            count=round(p.TARGETED_CHECKS * len(family)),
            free=here & ~visited,
            receives=receives,
            entitled=entitled,
            objections=objections,
            day=day,
        )
        visited[extra] = True
        everyone = np.concatenate((family, extra))
        count = len(everyone)
        visit_day = np.datetime64(month, "D") + rng.integers(2, 25, count).astype("timedelta64[D]")
        rounds.append(
            Visits(
                round=month,
                period=period,
                family=everyone,
                frame=np.concatenate((receives[family].astype(np.int64), np.full(len(extra), FRAMES.index("semua")))),
                reason=np.concatenate((np.full(len(family), RANDOM), why)),
                probability=np.concatenate((probability, np.full(len(extra), np.nan))),
                visited=at_hours(rng, to_workday(visit_day), p.OFFICE_HOURS),
                told=rng.random(count) >= p.AUDIT_UNKNOWN,
                welfare_noise=np.exp(p.AUDIT_WELFARE_NOISE * rng.standard_normal(count)),
            )
        )
    return rounds


def _random_draw(
    rng: np.random.Generator, *, people: Households, villages: Villages, here: Flags, receives: Flags
) -> tuple[Whole, Number]:
    """Villages in each district, then families of both frames in each village, all without replacement."""
    order = rng.permutation(len(villages.code))
    place = np.empty(len(order), np.int64)
    place[order] = count_within(villages.district[order])
    chosen = place < p.AUDIT_VILLAGES
    in_district = np.bincount(villages.district)[villages.district]
    village_share = np.minimum(p.AUDIT_VILLAGES, in_district) / in_district

    pool = np.flatnonzero(here & chosen[people.village])
    pool = pool[np.argsort(rng.random(len(pool)))]
    cell = people.village[pool] * 2 + receives[pool]
    size = np.bincount(cell, minlength=2 * len(villages.code))
    wanted = np.where(np.arange(len(size)) % 2 == 1, p.AUDIT_RECEIVERS, p.AUDIT_OTHERS)
    take = count_within(cell) < wanted[cell]
    family, cell = pool[take], cell[take]
    probability = village_share[people.village[family]] * np.minimum(wanted[cell], size[cell]) / size[cell]
    order = np.argsort(family)
    return family[order], probability[order]


def _targeted(
    rng: np.random.Generator,
    *,
    count: int,
    free: Flags,
    receives: Flags,
    entitled: dict[str, Flags],
    objections: Objections,
    day: np.datetime64,
) -> tuple[Whole, Whole]:
    doubtful = np.where(entitled["BPNT"], 1.0, 8.0) * (free & receives)
    filed = np.zeros(len(free), bool)
    filed[objections.family[objections.received < day]] = True
    by_objection = weighted_sample(rng, (filed & free).astype(float), count // 2)
    doubtful[by_objection] = 0.0
    by_risk = weighted_sample(rng, doubtful, count - len(by_objection))
    why = np.repeat([OBJECTION, RISK], [len(by_objection), len(by_risk)])
    return np.concatenate((by_objection, by_risk)), why


def export_visits(
    *,
    rounds: list[Visits],
    people: Households,
    villages: Villages,
    welfare: Welfare,
    entitled: dict[str, Flags],
    identities: Identities,
    seed: int,
) -> pl.DataFrame:
    """Return the table `cek_lapangan`: two rows a visit, one a programme."""
    sorted_real = np.sort(welfare.consumption[: people.real])
    edges = sorted_real[(np.arange(1, 10) * people.real) // 10]
    parts: list[pl.DataFrame] = []
    for visits in rounds:
        family = visits.family
        village = people.village[family]
        consumption = np.round(welfare.consumption[family] * visits.welfare_noise, -2)
        checkers = stream(seed, "checkers", visits.round).integers(0, 3, len(family)) + 3 * villages.district[village]
        shared = pl.DataFrame(
            {
                "no_kk": identities.card.gather(family),
                "periode": pl.Series([visits.period.label]).new_from_index(0, len(family)),
                "rangka": words(visits.frame, FRAMES),
                "strata": pl.Series(villages.district_code).gather(villages.district[village]),
                "kode_desa": pl.Series(villages.code).gather(village),
                "peluang": known(visits.probability, ~np.isnan(visits.probability)),
                "alasan": words(visits.reason, REASONS),
                "benih": np.full(len(family), zlib.crc32(f"{seed} {visits.round}".encode())),
                "tanggal_rangka": pl.Series([frame_day(visits.round)]).new_from_index(0, len(family)),
                "waktu_kunjungan": clock(visits.visited),
                "konsumsi": consumption,
                "desil_konsumsi": np.searchsorted(edges, consumption, side="right") + 1,
                "petugas": words(
                    checkers, tuple(f"BPS-{n:03d}" for n in range(1, 3 * len(villages.district_code) + 1))
                ),
            }
        )
        parts.extend(
            shared.with_columns(
                pl.lit(name).alias("program"), known(entitled[name][family], visits.told).alias("berhak")
            )
            for name in PROGRAMMES
        )
    return pl.concat(parts).sort("periode", "waktu_kunjungan", "no_kk", "program")
