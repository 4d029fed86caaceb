"""What only the simulator knows, keyed by the numbers of the exports and kept in another folder."""

import numpy as np
import polars as pl

from analytics.simulator.agents import Agents
from analytics.simulator.arrays import Flags, words
from analytics.simulator.crosschecks import CrossChecks
from analytics.simulator.households import Households
from analytics.simulator.identity import Identities
from analytics.simulator.misfiling import PLANTED
from analytics.simulator.objections import Objections
from analytics.simulator.payments import PaidQuarter
from analytics.simulator.persons import Traits
from analytics.simulator.registration import Registrations, registration_names
from analytics.simulator.welfare import PROGRAMMES, Welfare

KINDS = ("same_family", "other_card")


def true_families(
    *, people: Households, welfare: Welfare, entitled: dict[str, Flags], identities: Identities, present: Flags
) -> pl.DataFrame:
    """Columns: no_kk, consumption (rupiah a head and month), true_decile, entitled_pkh, entitled_bpnt, duplicate_of."""
    double = people.double
    original = identities.card.gather(np.maximum(people.original, 0))
    return pl.DataFrame(
        {
            "no_kk": identities.card,
            "consumption": welfare.consumption,
            "true_decile": welfare.decile,
            **{f"entitled_{name.lower()}": entitled[name] for name in PROGRAMMES},
            "duplicate_of": pl.select(pl.when(pl.Series(double)).then(original).alias("x"))["x"],
        }
    ).filter(pl.Series(present))


def true_persons(*, people: Households, traits: Traits, identities: Identities, present: Flags) -> pl.DataFrame:
    """Columns: nik, deceased, duplicate_of (NIK); only the persons for whom either says something."""
    copy = people.source != np.arange(len(people.source))
    original = identities.nik.gather(people.source)
    return pl.DataFrame(
        {
            "nik": identities.nik,
            "deceased": traits.deceased,
            "duplicate_of": pl.select(pl.when(pl.Series(copy)).then(original).alias("x"))["x"],
        }
    ).filter(pl.Series(present[people.family] & (copy | traits.deceased)))


def true_duplicates(*, table: Registrations, people: Households, cutoff: np.datetime64) -> pl.DataFrame:
    """Columns: id_pendaftaran, duplicate_of (id_pendaftaran), kind (same_family, other_card)."""
    names = registration_names(len(table))
    kind = words(people.double[table.family].astype(np.int64), KINDS)
    return pl.DataFrame(
        {"id_pendaftaran": names, "duplicate_of": names.gather(np.maximum(table.repeats, 0)), "kind": kind}
    ).filter(pl.Series((table.repeats >= 0) & (table.received < cutoff)))


def true_relatives(*, table: Registrations, cutoff: np.datetime64) -> pl.DataFrame:
    """Column: id_pendaftaran of relatives whom a corrupt agent made to look poor."""
    names = registration_names(len(table))
    return pl.DataFrame({"id_pendaftaran": names}).filter(pl.Series(table.relative & (table.received < cutoff)))


def true_agents(*, agents: Agents, cutoff: np.datetime64) -> pl.DataFrame:
    """Columns: id_pendamping, corrupt."""
    return pl.DataFrame({"id_pendamping": agents.number, "corrupt": agents.corrupt}).filter(
        pl.Series(agents.trained < cutoff)
    )


def true_objections(*, table: Objections, cutoff: np.datetime64) -> pl.DataFrame:
    """Columns: no_perkara, right (what it says holds), planted (one of PLANTED)."""
    frame = pl.DataFrame({"no_perkara": table.number, "right": table.right, "planted": words(table.planted, PLANTED)})
    return frame.filter(pl.Series(table.received < cutoff))


def wrong_checks(*, checks: CrossChecks, identities: Identities, present: Flags) -> pl.DataFrame:
    """Columns: no_kk, check, cause: the records of other registers that are wrong."""
    return pl.DataFrame(
        {
            "no_kk": identities.card.gather(checks.wrong_family),
            "check": pl.Series(checks.wrong_check.tolist(), dtype=pl.String),
            "cause": pl.Series(checks.wrong_cause.tolist(), dtype=pl.String),
        }
    ).filter(pl.Series(present[checks.wrong_family]))


def true_errors(
    *, paid: list[PaidQuarter], entitled: dict[str, Flags], present: Flags, cutoff: np.datetime64
) -> pl.DataFrame:
    """Columns: period, programme, families, entitled, receivers, hits, exclusion, inclusion; complete quarters only."""
    rows = []
    for quarter in paid:
        if quarter.at.max() >= cutoff:
            continue
        for name in PROGRAMMES:
            receives, should = quarter.paid[name] & present, entitled[name] & present
            hits = int((receives & should).sum())
            rows.append(
                {
                    "period": quarter.quarter.label,
                    "programme": name,
                    "families": int(present.sum()),
                    "entitled": int(should.sum()),
                    "receivers": int(receives.sum()),
                    "hits": hits,
                    "exclusion": 1 - hits / max(int(should.sum()), 1),
                    "inclusion": 1 - hits / max(int(receives.sum()), 1),
                }
            )
    return pl.DataFrame(rows)
