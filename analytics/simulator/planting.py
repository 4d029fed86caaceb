"""Applicants of the simulated pilot with planted duplicates of whom the truth is known.

Half of the duplicates keep their record but for the NIK and typing errors; half are altered on purpose: another NIK and
another name, the birth date kept in two of three, the village in half.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.simulator import parameters as p
from analytics.simulator.arrays import Flags, Number, Whole, stream
from analytics.simulator.geography import Villages, build_villages
from analytics.simulator.households import Households, build_households
from analytics.simulator.identity import Identities, build_identities
from analytics.simulator.templates import NOBODY, Kin, Vectors, draw_templates
from analytics.simulator.typing_errors import mistyped_dates, mistyped_names, mistyped_numbers

DUPLICATES = 0.01  # the planted test's own: one record in a hundred is a second one
BIRTH_KEPT, VILLAGE_KEPT = 2 / 3, 0.5  # the planted test's own, of altered records
NUMBER_MISTYPED = 0.5  # assumed: kept records whose NIK is a slip away; the others have another NIK
SEXES = ("male", "female")


@dataclass(frozen=True, kw_only=True)
class Planted:
    """Applicants, their faces, and the truth.

    Attributes:
        records: `person_id`, `family_id`, `name`, `sex`, `birth_date`, `village`, `district`, `nik`; n rows, shuffled,
            `person_id` rising.
        templates: One a record, float32 (n, 128).
        quality: Quality of the photo (n).
        truth: `a`, `b` (person_id, a < b), `kind` (kept, altered), `birth_kept`, `village_kept`.
    """

    records: pl.DataFrame
    templates: Vectors
    quality: Number
    truth: pl.DataFrame


def plant_duplicates(people: int, *, seed: int, twins: float = 0.0) -> Planted:
    """Draw `people` records of applicants, of which `DUPLICATES` are second ones.

    Args:
        people: Records.
        seed: Seed of every random number.
        twins: Share of the first records that are a twin of another: born on the same day, in the same village in half
            of the cases, with another name and nearly the same face.
    """
    rng = stream(seed, "planting")
    count = round(people * DUPLICATES)
    first = people - count
    villages = build_villages(seed=seed)
    households = build_households(families=first, villages=villages, seed=seed)
    identities = build_identities(people=households, villages=villages, seed=seed)
    records, kin = _first_records(rng, households, identities, villages, twins=twins)
    # Another number is that of somebody who does not apply: made as all are, so that nothing gives it away.
    lent = identities.nik.filter(~identities.nik.is_in(records["nik"].implode()))
    source = rng.choice(first, size=count, replace=False)
    altered = np.arange(count) >= count // 2
    copies, kept_birth, kept_village = _second_records(
        rng, records, source=source, altered=altered, villages=villages, lent=lent
    )
    person = np.concatenate((np.arange(first), source))
    templates, quality = draw_templates(person, seed=seed, kin=kin)
    place = rng.permutation(people)
    name = pl.Series(place).cast(pl.String).str.zfill(len(str(people)))
    together = pl.concat([records, copies]).with_columns(("orang-" + name).alias("person_id"))
    order = np.argsort(place)
    one, other = together["person_id"].gather(source), together["person_id"].gather(np.arange(first, people))
    truth = pl.DataFrame(
        {
            "one": one,
            "other": other,
            "kind": pl.Series(["kept", "altered"]).gather(altered.astype(np.int64)),
            "birth_kept": kept_birth,
            "village_kept": kept_village,
        }
    )
    ends = truth.select(a=pl.min_horizontal("one", "other"), b=pl.max_horizontal("one", "other"))
    return Planted(
        records=together[order],
        templates=templates[order],
        quality=quality[order],
        truth=pl.concat([ends, truth.drop("one", "other")], how="horizontal"),
    )


def _first_records(
    rng: np.random.Generator, people: Households, identities: Identities, villages: Villages, *, twins: float
) -> tuple[pl.DataFrame, Kin | None]:
    """Return one applicant a family, the head or the husband or wife, and who of them are twins."""
    families = np.arange(people.real)
    spouse = people.has_spouse[families] & (rng.random(people.real) < p.SPOUSE_APPLIES)
    row = people.first[families] + spouse
    village, birth, female = people.village[families].copy(), people.birth[row].copy(), people.female[row].copy()
    kin = None
    if twins:
        pairs = round(people.real * twins / 2)
        drawn = rng.choice(people.real, size=2 * pairs, replace=False)
        one, other = drawn[:pairs], drawn[pairs:]
        birth[other], female[other] = birth[one], female[one]
        together = rng.random(pairs) < p.TWINS_IN_VILLAGE
        village[other[together]] = village[one[together]]
        group = np.full(people.real, NOBODY)
        group[one], group[other] = np.arange(pairs), np.arange(pairs)
        kin = Kin(group=group, alike=np.full(people.real, p.TWINS_ALIKE))
    records = pl.DataFrame(
        {
            "person_id": pl.Series([""]).new_from_index(0, people.real),
            "family_id": identities.card.head(people.real),
            "name": identities.name.gather(row),
            "sex": pl.Series(SEXES).gather(female.astype(np.int64)),
            "birth_date": pl.Series(birth.astype("datetime64[D]")).cast(pl.Date),
            "village": pl.Series(villages.code).gather(village),
            "district": pl.Series(villages.district_code).gather(villages.district[village]),
            "nik": identities.nik.gather(row),
        }
    )
    return records, kin


def _second_records(
    rng: np.random.Generator,
    records: pl.DataFrame,
    *,
    source: Whole,
    altered: Flags,
    villages: Villages,
    lent: pl.Series,
) -> tuple[pl.DataFrame, Flags, Flags]:
    """Return the duplicates, and which of them have the birth date and the village of the first record."""
    copies, count = records[source], len(source)
    stranger = records[rng.integers(0, len(records), count)]
    birth_kept = ~altered | (rng.random(count) < BIRTH_KEPT)
    village_kept = ~altered | (rng.random(count) < VILLAGE_KEPT)
    moved = rng.choice(len(villages.code), size=count, p=villages.share)
    village = pl.Series(villages.code).gather(moved)
    district = pl.Series(villages.district_code).gather(villages.district[moved])
    birth = _chosen(birth_kept, copies["birth_date"], stranger["birth_date"])
    name = _chosen(altered, _other_names(rng, records, copies["sex"]), copies["name"])
    slips = ~altered
    name = _chosen(slips, mistyped_names(rng, name), name)
    birth = _chosen(slips, mistyped_dates(rng, birth), birth)
    mistyped = slips & (rng.random(count) < NUMBER_MISTYPED)
    made = copies.with_columns(
        name=name,
        birth_date=birth,
        village=_chosen(village_kept, copies["village"], village),
        district=_chosen(village_kept, copies["district"], district),
        nik=_chosen(mistyped, mistyped_numbers(rng, copies["nik"]), lent.gather(rng.permutation(len(lent))[:count])),
        family_id=pl.Series([f"kartu-{number}" for number in range(count)]),
    )
    return made, birth_kept, village_kept


def _other_names(rng: np.random.Generator, records: pl.DataFrame, sex: pl.Series) -> pl.Series:
    """Return the name of a stranger of the same sex for each."""
    names = {value: records.filter(pl.col("sex") == value)["name"] for value in SEXES}
    drawn = {value: own.gather(rng.integers(0, len(own), len(sex))) for value, own in names.items()}
    return _chosen((sex == SEXES[0]).to_numpy(), drawn[SEXES[0]], drawn[SEXES[1]])


def _chosen(where: Flags, yes: pl.Series, no: pl.Series) -> pl.Series:
    return pl.select(pl.when(pl.Series(where)).then(yes).otherwise(no).alias("x"))["x"]
