"""Synthetic identifiers: NIK and KK numbers built to format, and names from Faker's own Indonesian lists.

Serials start at 9001, far above those that a district hands out in a day, so no number belongs to a real person.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from faker.providers.person.id_ID import Provider

from analytics.simulator import parameters as p
from analytics.simulator.arrays import Flags, Times, Whole, count_within, stream, words
from analytics.simulator.errors import SimulationError
from analytics.simulator.geography import Villages
from analytics.simulator.households import Households

FIRST_SERIAL, LAST_SERIAL = 9_001, 9_999
CARDS_FROM, CARDS_TO = np.datetime64("2006-01-01", "D"), np.datetime64("2025-08-31", "D")
SPELLINGS = (("dh", "d"), ("sy", "s"), ("ya", "ia"), ("u", "oe"))
"""How the name of a double differs: the first of these that occurs, once."""


@dataclass(frozen=True, kw_only=True)
class Identities:
    """Columns: family card numbers a family; NIK and name a person."""

    card: pl.Series
    nik: pl.Series
    name: pl.Series


def build_identities(*, people: Households, villages: Villages, seed: int) -> Identities:
    """Number and name everybody."""
    rng = stream(seed, "identities")
    district = np.array([int(code.replace(".", "")) for code in villages.district_code])[villages.district]
    span = int((CARDS_TO - CARDS_FROM).astype(int))
    issued = CARDS_FROM + rng.integers(0, span, len(people.village)).astype("timedelta64[D]")
    home = district[people.village]
    # Cards and persons are numbered together, so that no KK number is also a NIK.
    number = _numbers(
        np.concatenate((home, home[people.family])),
        np.concatenate((issued, people.birth)),
        women=np.concatenate((np.zeros(len(home), bool), people.female)),
    )
    return Identities(card=number[: len(home)], nik=number[len(home) :], name=_names(rng, people=people))


def _numbers(district: Whole, day: Times, *, women: Flags) -> pl.Series:
    """PPKKCC DDMMYY SSSS, the serial counting within the same twelve digits before it."""
    month = day.astype("datetime64[M]")
    day_of_month = (day.astype("datetime64[D]") - month.astype("datetime64[D]")).astype(np.int64) + 1
    year = day.astype("datetime64[Y]").astype(np.int64) + 1970
    date = (day_of_month + 40 * women) * 10_000 + (month.astype(np.int64) % 12 + 1) * 100 + year % 100
    prefix = district * 1_000_000 + date
    serial = FIRST_SERIAL + count_within(prefix)
    if serial.size and serial.max() > LAST_SERIAL:
        raise SimulationError(
            "More families were asked for than synthetic numbers can tell apart.",
            cause=f"A district and day would need serial {serial.max()}; the last is {LAST_SERIAL}.",
            next_step="Ask for fewer families.",
        )
    return pl.Series(prefix * 10_000 + serial).cast(pl.String)


def _names(rng: np.random.Generator, *, people: Households) -> pl.Series:
    female = people.female
    count = len(female)

    def draw(women: tuple[str, ...], men: tuple[str, ...]) -> pl.Series:
        at = np.where(female, rng.integers(0, len(women), count), len(women) + rng.integers(0, len(men), count))
        return words(at, (*women, *men))

    frame = pl.DataFrame(
        {
            "first": draw(Provider.first_names_female, Provider.first_names_male),
            "last": draw(Provider.last_names_female, Provider.last_names_male),
            "single": rng.random(count) < p.SINGLE_NAME,
        }
    )
    name = frame.select(pl.when("single").then("first").otherwise(pl.concat_str("first", "last", separator=" ")))
    own = name["first"].gather(people.source)
    copy = pl.Series(people.source != np.arange(count))
    spelt = pl.coalesce(
        *(
            pl.when(pl.col("name").str.contains(old, literal=True)).then(
                pl.col("name").str.replace(old, new, literal=True)
            )
            for old, new in SPELLINGS
        ),
        pl.col("name"),
    )
    return pl.DataFrame({"name": own, "copy": copy}).select(
        pl.when("copy").then(spelt).otherwise("name").alias("name")
    )["name"]
