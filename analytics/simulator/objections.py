"""Usul and sanggah: a wave after each announcement and a trickle, screening, field checks with a long tail."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.simulator import misfiling
from analytics.simulator import parameters as p
from analytics.simulator.agents import Agents
from analytics.simulator.arrays import (
    NEVER,
    Flags,
    Number,
    Times,
    Whole,
    choose,
    clock,
    days,
    known,
    stream,
    weighted_sample,
    words,
)
from analytics.simulator.clock import FIRST_NEW, Quarter, at_hours, to_workday
from analytics.simulator.decisions import Corrections, Decisions
from analytics.simulator.filers import NOBODY, draw_filers
from analytics.simulator.geography import Villages
from analytics.simulator.households import Households
from analytics.simulator.identity import Identities
from analytics.simulator.misfiling import Cases
from analytics.simulator.registration import Registrations, device_names
from analytics.simulator.welfare import PROGRAMMES

OWN, PUBLIC, PROPOSAL, MISUSE = range(4)
OUTCOMES = ("ditolak", "dikabulkan", "dicabut")
GROUND_OF_CHECK = {
    "vehicle": "kendaraan_terjual",
    "wage": "data_upah_salah",
    "state_employment": "data_upah_salah",
    "land": "bukan_milik_kami",
    "power": "bukan_milik_kami",
    "decile": "desil_naik",
}


@dataclass(frozen=True, kw_only=True)
class Objections:
    """One entry an objection, by wave and then by time of filing; not cut at the last day.

    Attributes:
        person: Row of the person who filed, NOBODY where an agent did.
        agent: Row of the agent who filed, NOBODY for others.
        device: Number of the device, NOBODY at the village office.
        right: Whether what it says holds (truth only).
        planted: Position in misfiling.PLANTED (truth only).
    """

    number: pl.Series
    kind: Whole
    family: Whole
    programme: Whole
    grounds: np.ndarray
    filed_by: np.ndarray
    channel: np.ndarray
    filed: Times
    received: Times
    screened: Times
    screening: np.ndarray
    resolved: Times
    outcome: Whole
    person: Whole
    agent: Whole
    device: Whole
    right: Flags
    planted: Whole

    @property
    def corrections(self) -> Corrections:
        """What the upheld ones change: the family in, or (by the public) out; a misused NIK changes no outcome."""
        order = np.argsort(self.resolved, kind="stable")
        order = order[(self.outcome[order] == OUTCOMES.index("dikabulkan")) & (self.kind[order] != MISUSE)]
        return Corrections(
            family=self.family[order],
            programme=self.programme[order],
            eligible=self.kind[order] != PUBLIC,
            at=self.resolved[order],
        )


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What the objections happen in."""

    decisions: Decisions
    entitled: dict[str, Flags]
    people: Households
    villages: Villages
    table: Registrations
    agents: Agents
    seed: int


def object_to(*, quarters: list[Quarter], setting: Setting, has_category: Flags, standing: Number) -> Objections:
    """Draw the objections of every wave, and those that abuse the channel; only repeats name a family again."""
    decisions, people, seed = setting.decisions, setting.people, setting.seed
    free = ~people.double
    waves = []
    for quarter in (quarter for quarter in quarters if quarter >= FIRST_NEW):
        rng = stream(seed, "objections", quarter.label)
        announced = np.datetime64(quarter.announcement, "s")
        decided = decisions.decided <= announced
        share = (p.FIRST_WAVE if quarter == FIRST_NEW else p.NEXT_WAVE) + p.TRICKLE
        total = max(3, round(share * int(decided.sum())))
        weights = _weights(
            decided=decided & free,
            outside=decisions.out_of_reach(announced) & free,
            decisions=decisions,
            entitled=setting.entitled,
            has_category=has_category,
            standing=standing,
        )
        cases: list[tuple[Whole, Whole, Whole]] = []
        for kind, part in enumerate(p.OBJECTION_KINDS.values()):
            # Both programmes side by side; a family drawn for both keeps the first.
            drawn = weighted_sample(rng, np.concatenate(weights[kind]), round(part * total))
            family, programme = drawn % len(standing), drawn // len(standing)
            _, once = np.unique(family, return_index=True)
            cases.append((np.full(len(once), kind), family[once], programme[once]))
        kind_, family, programme = (np.concatenate(column) for column in zip(*cases, strict=True))
        _, once = np.unique(family, return_index=True)
        honest = misfiling.honest(family[once], programme[once])
        wave = _follow(rng, quarter=quarter, kind=kind_[once], cases=honest, setting=setting)
        free[wave.family] = False
        planted = _planted(stream(seed, "misfiling", quarter.label), quarter, wave, total, free=free, setting=setting)
        free[planted.family] = False
        waves.append(_merged(quarter, [wave, planted]))
    return _joined(waves)


def _planted(
    rng: np.random.Generator, quarter: Quarter, wave: Objections, total: int, *, free: Flags, setting: Setting
) -> Objections:
    """Return the objections of a wave that abuse the channel."""
    decisions, people = setting.decisions, setting.people
    announced = np.datetime64(quarter.announcement, "s")
    before = np.datetime64(quarter.previous.announcement, "s") if quarter > FIRST_NEW else NEVER
    eligible = {name: flags & (decisions.decided <= announced) for name, flags in decisions.eligible.items()}
    refused = {name: ~flags & (decisions.decided <= announced) for name, flags in decisions.eligible.items()}
    public = np.flatnonzero(wave.kind == PUBLIC)
    lost = np.flatnonzero((wave.kind == OWN) & (wave.outcome == OUTCOMES.index("ditolak")))
    cases = misfiling.joined(
        [
            misfiling.misuses(
                rng, free=free, table=setting.table, agents=setting.agents, before=announced, after=before
            ),
            misfiling.retaliations(
                rng,
                count=round(p.RETALIATIONS * total),
                free=free,
                eligible=eligible,
                people=people,
                family=wave.family[public],
                person=wave.person[public],
                filed=wave.filed[public],
            ),
            misfiling.mass_filings(
                rng, count=round(p.MASS_FILERS * total), free=free, eligible=eligible, people=people, start=announced
            ),
            misfiling.repeats(
                rng,
                family=wave.family[lost],
                programme=wave.programme[lost],
                grounds=wave.grounds[lost],
                rejected=wave.resolved[lost],
            ),
            misfiling.not_listed(rng, count=round(p.NOT_LISTED * total), free=free, refused=refused),
        ]
    )
    kinds = {misfiling.MISUSE: MISUSE, misfiling.REPEAT: OWN}
    kind = np.array([kinds.get(int(planted), PUBLIC) for planted in cases.planted], dtype=np.int64)
    return _follow(rng, quarter=quarter, kind=kind, cases=cases, setting=setting)


def _merged(quarter: Quarter, parts: list[Objections]) -> Objections:
    """Return the objections of a wave in the order of filing, numbered anew."""
    wave = _joined(parts)
    order = np.argsort(wave.filed, kind="stable")
    number = pl.Series([f"KSS-{quarter.label}-{n:05d}" for n in range(1, len(order) + 1)], dtype=pl.String)
    return Objections(number=number, **{name: values[order] for name, values in vars(wave).items() if name != "number"})


def _joined(parts: list[Objections]) -> Objections:
    return Objections(
        number=pl.concat([part.number for part in parts]),
        **{
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in Objections.__dataclass_fields__
            if name != "number"
        },
    )


def _weights(
    *, decided: Flags, outside: Flags, decisions: Decisions, entitled: dict[str, Flags], has_category: Flags,
    standing: Number,
) -> list[list[Number]]:  # fmt: skip
    """Weight of each family by kind and programme; those with a true claim file more often."""
    own, public, proposal = [], [], []
    for name in PROGRAMMES:
        poor = np.where(entitled[name], p.TRUE_CLAIM_WEIGHT, 1.0)
        hopeful = has_category.astype(float) if name == "PKH" else 1.0
        own.append(np.where(decided & ~decisions.eligible[name], poor * hopeful, 0.0))
        richer = np.where(entitled[name], 1.0, p.TRUE_REPORT_WEIGHT)
        public.append(np.where(decided & decisions.eligible[name], richer, 0.0))
        programme_share = np.where(has_category, 0.4, 0.0) if name == "PKH" else 1.0
        proposal.append(np.where(outside, poor * np.exp(-standing) * programme_share, 0.0))
    return [own, public, proposal]


def _follow(rng: np.random.Generator, *, quarter: Quarter, kind: Whole, cases: Cases, setting: Setting) -> Objections:
    """Give each case of a wave its way through the office."""
    entitled = setting.entitled
    count = len(cases.family)
    inside = p.TRICKLE / (p.TRICKLE + (p.FIRST_WAVE if quarter == FIRST_NEW else p.NEXT_WAVE))
    wave_day = np.minimum(rng.exponential(10.0, count), p.WINDOW_DAYS - 0.5)
    day = np.where(rng.random(count) < inside, rng.uniform(2, 90, count), wave_day)
    start = np.datetime64(quarter.announcement, "D").astype("datetime64[s]")
    filed = at_hours(rng, start + days(np.floor(day)), p.SELF_HOURS)
    filed = np.where(np.isnat(cases.filed), filed, cases.filed)
    order = np.argsort(filed, kind="stable")
    kind, cases, filed = kind[order], cases.of(order), filed[order]
    family, programme = cases.family, cases.programme

    is_entitled = np.where(programme == 0, entitled["PKH"][family], entitled["BPNT"][family])
    right = np.where(kind == PUBLIC, ~is_entitled, is_entitled).astype(bool)
    right = np.where(kind == MISUSE, cases.right, right) & (cases.planted != misfiling.NOT_LISTED)
    filed_by = np.where(kind == OWN, choose(rng, p.FILED_BY_OWN, count), choose(rng, p.FILED_BY_PROPOSAL, count))
    filed_by[kind == PUBLIC] = "masyarakat"
    filed_by[kind == MISUSE] = "sendiri"
    way = choose(rng, {"portal": p.PORTAL_WAY, "kantor_desa": 1 - p.PORTAL_WAY}, count)
    channel = np.where(filed_by == "pendamping", "pendamping", way)
    channel[cases.planted == misfiling.MASS] = "portal"
    offline = (channel != "portal") & (rng.random(count) < 0.3)
    received = filed + days(np.where(offline, np.minimum(rng.exponential(1.5, count), 5.0), 0.0004))

    screened = _workday_after(rng, received, p.SCREENING_DAYS)
    screening = np.where(right, choose(rng, p.SCREENING_TRUE, count), choose(rng, p.SCREENING_FALSE, count))
    field = screening == "cek_lapangan"
    resolved = np.where(field, _workday_after(rng, screened, p.FIELD_DAYS), _workday_after(rng, screened, p.DESK_DAYS))
    upheld = rng.random(count) < np.where(right, p.UPHELD_TRUE, p.UPHELD_FALSE)
    outcome = np.where(field, upheld, screening == "diterima").astype(np.int64)
    outcome[rng.random(count) < p.OBJECTION_WITHDRAWN] = OUTCOMES.index("dicabut")
    filers = draw_filers(
        stream(setting.seed, "filers", quarter.label, str(bool(cases.planted.any()))),
        family=family,
        filed_by=filed_by,
        channel=channel,
        filed=filed,
        people=setting.people,
        villages=setting.villages,
        table=setting.table,
        agents=setting.agents,
    )
    grounds = _grounds(rng, kind=kind, family=family, programme=programme, decisions=setting.decisions)
    given = cases.person != NOBODY
    phone = np.where(channel == "kantor_desa", NOBODY, misfiling.device_of(setting.people, cases.person))
    return Objections(
        number=pl.Series([""], dtype=pl.String).new_from_index(0, count),
        kind=kind,
        family=family,
        programme=programme,
        filed_by=filed_by,
        channel=channel,
        filed=filed,
        grounds=np.where(cases.grounds == "", grounds, cases.grounds),
        received=received,
        screened=screened,
        screening=screening,
        resolved=resolved,
        outcome=outcome,
        person=np.where(given, cases.person, filers.person),
        agent=filers.agent,
        device=np.where(given, phone, filers.device),
        right=right,
        planted=cases.planted,
    )


def _workday_after(rng: np.random.Generator, start: Times, days_and_spread: tuple[float, float]) -> Times:
    middle, spread = days_and_spread
    wait = 1.0 + middle * np.exp(spread * rng.standard_normal(len(start)))
    return at_hours(rng, to_workday(start + days(wait)), p.OFFICE_HOURS)


def _grounds(
    rng: np.random.Generator, *, kind: Whole, family: Whole, programme: Whole, decisions: Decisions
) -> np.ndarray:
    count = len(family)
    grounds = choose(rng, {"pendapatan_hilang": 0.5, "desil_naik": 0.5}, count)
    for check, ground in reversed(GROUND_OF_CHECK.items()):
        holds = np.where(
            programme == 0, decisions.grounds["PKH"][check][family], decisions.grounds["BPNT"][check][family]
        )
        grounds[holds.astype(bool)] = ground
    against = choose(rng, {"tidak_miskin": 0.8, "meninggal_atau_pindah": 0.2}, count)
    proposed = choose(rng, {"belum_terdata": 0.6, "pendapatan_hilang": 0.4}, count)
    found = np.select([kind == PUBLIC, kind == PROPOSAL], [against, proposed], default=grounds)
    found[kind == MISUSE] = "nik_dicatut"
    return found


def export_objections(
    *, table: Objections, agents: Agents, identities: Identities, cutoff: np.datetime64
) -> pl.DataFrame:
    """Return the table `usul_sanggah` on the last day."""
    screened, resolved = table.screened < cutoff, table.resolved < cutoff
    frame = pl.DataFrame(
        {
            "no_perkara": table.number,
            "jenis": words((table.kind == PROPOSAL).astype(np.int64), ("sanggah", "usul")),
            "no_kk": identities.card.gather(table.family),
            "program": words(table.programme, PROGRAMMES),
            "pengaju": pl.Series(table.filed_by.tolist(), dtype=pl.String),
            "jalur": pl.Series(table.channel.tolist(), dtype=pl.String),
            "nik_pengaju": known(identities.nik.gather(np.maximum(table.person, 0)), table.person >= 0),
            "id_pendamping": known(agents.number.gather(np.maximum(table.agent, 0)), table.agent >= 0),
            "id_perangkat": known(device_names(np.maximum(table.device, 0)), table.device >= 0),
            "dasar": pl.Series(table.grounds.tolist(), dtype=pl.String),
            "waktu_ajukan": clock(table.filed),
            "waktu_terima": clock(table.received),
            "waktu_saring": clock(np.where(screened, table.screened, NEVER)),
            "hasil_saring": known(pl.Series(table.screening.tolist(), dtype=pl.String), screened),
            "waktu_selesai": clock(np.where(resolved, table.resolved, NEVER)),
            "hasil": words(np.where(resolved, table.outcome, 3), (*OUTCOMES, "menunggu")),
        }
    )
    return frame.filter(pl.Series(table.received < cutoff))
