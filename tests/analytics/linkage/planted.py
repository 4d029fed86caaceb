"""Simulated people, and second records of some of them whose truth is known."""

import datetime as dt
from functools import cache

import numpy as np
import polars as pl

from analytics.simulator.population import populate


@cache
def people(families: int, seed: int) -> pl.DataFrame:
    """Return the records of a simulated regency, each person once."""
    base = populate(families=families, seed=seed, say=lambda *_: None)
    persons, village = base.people, base.people.village[base.people.family]
    records = pl.DataFrame(
        {
            "person_id": [f"p{at:07d}" for at in range(len(persons.birth))],
            "family_id": base.identities.card.gather(persons.family),
            "name": base.identities.name,
            "sex": np.where(persons.female, "female", "male"),
            "birth_date": pl.Series(persons.birth).cast(pl.Date),
            "village": pl.Series(base.villages.code).gather(village),
            "district": pl.Series(base.villages.district_code).gather(base.villages.district[village]),
            "nik": base.identities.nik,
        }
    )
    return records.filter(pl.Series(persons.source == np.arange(len(persons.source))))


def with_duplicates(records: pl.DataFrame, *, share: float, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the records with second ones, and the true pairs (`a`, `b`).

    A second record has another NIK (half of the time a slip away); of names 30 % have a slip, 10 % are in old spelling
    and 10 % are cut to the first word; of birth dates 5 % have another day and 5 % have day and month swapped; 10 %
    have moved to another village.
    """
    rng = np.random.default_rng(seed)
    count = round(len(records) * share)
    chosen, places = (rng.choice(len(records), count, replace=False).tolist() for _ in range(2))
    second = [
        _second(rng, row, place, at)
        for at, (row, place) in enumerate(
            zip(records[chosen].to_dicts(), records[places].select("village", "district").to_dicts(), strict=True)
        )
    ]
    made = pl.DataFrame(second, schema=records.schema)
    pairs = pl.DataFrame({"a": records["person_id"].gather(chosen), "b": made["person_id"]})
    return pl.concat([records, made]), pairs


def _second(rng: np.random.Generator, row: dict[str, object], place: dict[str, str], at: int) -> dict[str, object]:
    name, nik, birth = str(row["name"]), str(row["nik"]), row["birth_date"]
    assert isinstance(birth, dt.date)
    luck = rng.random()
    if luck < 0.3:
        where = int(rng.integers(1, len(name)))
        name = name[:where] + "aeioukrst"[int(rng.integers(0, 9))] + name[where + 1 :]
    elif luck < 0.4:
        name = name.replace("u", "oe")
    elif luck < 0.5:
        name = name.split(" ")[0]
    luck = rng.random()
    if luck < 0.05 and birth.day <= 12:
        birth = birth.replace(month=birth.day, day=birth.month)
    elif luck < 0.1:
        birth = birth.replace(day=birth.day % 28 + 1)
    if rng.random() < 0.5:
        digit = int(rng.integers(0, 12))
        nik = nik[:digit] + str((int(nik[digit]) + int(rng.integers(1, 10))) % 10) + nik[digit + 1 :]
    else:
        nik = f"{nik[:12]}{int(rng.integers(1, 9000)):04d}"
    moved = place if rng.random() < 0.1 else {}
    return row | {"person_id": f"q{at:07d}", "name": name, "nik": nik, "birth_date": birth} | moved
