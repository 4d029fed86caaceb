"""What is compared of two records: the fields, their levels of agreement, from the strongest to "different".

Conditions are plain SQL: equality, `like` and two functions whose names Splink's dialect fills in, so that they mean
the same in DuckDB and Spark; everything else is derived beforehand (`records.comparable`). A field of which either side
is unknown says nothing.

Fields must not say one thing twice. A NIK holds district, birth date and sex, which the record says already, so of the
NIK only the serial is compared; the rest of it counts where it contradicts the record, namely where both records say
the same birth, sex and district while one NIK is a slip away from the other and has the same serial (`typing`). For
people who are not one this takes an equal serial and a NIK at odds with its own record: see `u` of `typing` in
`training.py`. Serials of one day, district and sex follow one another, twins' above all: where all of a NIK but the
serial is equal, it says nothing.
"""

import hashlib
import json
from dataclasses import dataclass

CLOSE, SIMILAR = 0.94, 0.88
"""Jaro-Winkler similarity of names; 0.92 and 0.88 are Splink's own, the first raised for Indonesian endings (-wati)."""


@dataclass(frozen=True, kw_only=True)
class Level:
    """A level of agreement.

    Attributes:
        code: Name of the level.
        condition: SQL over `COLUMN_l` and `COLUMN_r`; empty = whatever is left.
        typical: Share of pairs of one person at this level, a start for estimation (assumed).
        by_frequency: Column whose value's own frequency takes the place of the average u: rare values say more.
    """

    code: str
    condition: str = ""
    typical: float
    by_frequency: str = ""


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field that is compared.

    Attributes:
        name: Name of the field.
        needs: Columns; where one of them is empty the field says nothing.
        levels: Levels of agreement, the strongest first.
        idle: SQL of pairs of which the field says nothing besides.
    """

    name: str
    needs: tuple[str, ...]
    levels: tuple[Level, ...]
    idle: str = ""

    @property
    def unknown(self) -> str:
        """SQL condition of a pair of which the field says nothing."""
        empty = [f"{column}_{side} is null" for column in self.needs for side in "lr"]
        return " or ".join([*empty, f"({self.idle})"] if self.idle else empty)


NAME = Field(
    name="name",
    needs=("name_joined",),
    levels=(
        Level(code="equal", condition="name_joined_l = name_joined_r", typical=0.70, by_frequency="name_joined"),
        Level(code="order", condition="name_sorted_l = name_sorted_r", typical=0.02),
        Level(code="sound", condition="name_sound_l = name_sound_r", typical=0.05),
        Level(code="close", condition=f"{{jaro_winkler}}(name_joined_l, name_joined_r) >= {CLOSE}", typical=0.08),
        Level(
            code="initials",
            condition="(name_abbreviated_l or name_abbreviated_r) and name_first_l = name_first_r "
            "and name_initials_l = name_initials_r",
            typical=0.01,
        ),
        Level(
            code="part",
            condition="concat(' ', name_l, ' ') like concat('% ', name_r, ' %') "
            "or concat(' ', name_r, ' ') like concat('% ', name_l, ' %')",
            typical=0.05,
        ),
        Level(code="similar", condition=f"{{jaro_winkler}}(name_joined_l, name_joined_r) >= {SIMILAR}", typical=0.03),
        Level(code="different", typical=0.06),
    ),
)
BIRTH = Field(
    name="birth",
    needs=("birth",),
    levels=(
        Level(code="equal", condition="birth_l = birth_r", typical=0.88, by_frequency="birth"),
        Level(code="swapped", condition="year_l = year_r and day_l = month_r and month_l = day_r", typical=0.02),
        Level(code="slip", condition="{damerau_levenshtein}(birth_l, birth_r) <= 1", typical=0.05),
        Level(
            code="default",
            condition="year_l = year_r and ((day_l = 1 and month_l = 1) or (day_r = 1 and month_r = 1))",
            typical=0.01,
        ),
        Level(code="year", condition="year_l = year_r", typical=0.01),
        Level(code="different", typical=0.03),
    ),
)
SEX = Field(
    name="sex",
    needs=("sex",),
    levels=(
        Level(code="equal", condition="sex_l = sex_r", typical=0.99),
        Level(code="different", typical=0.01),
    ),
)
PLACE = Field(
    name="place",
    needs=("village", "district"),
    levels=(
        Level(code="village", condition="village_l = village_r", typical=0.80, by_frequency="village"),
        Level(code="district", condition="district_l = district_r", typical=0.08),
        Level(code="different", typical=0.12),
    ),
)
NIK = Field(
    name="nik",
    needs=("nik",),
    idle="nik_head_l = nik_head_r and nik_l <> nik_r",
    levels=(
        Level(code="equal", condition="nik_l = nik_r", typical=0.01),
        Level(
            code="typing",
            condition="nik_serial_l = nik_serial_r and said_l = said_r and {damerau_levenshtein}(nik_l, nik_r) <= 1",
            typical=0.10,
        ),
        Level(code="serial", condition="nik_serial_l = nik_serial_r", typical=0.30),
        Level(code="serial_slip", condition="{damerau_levenshtein}(nik_serial_l, nik_serial_r) <= 1", typical=0.20),
        Level(code="different", typical=0.39),
    ),
)
BIRTH_PLACE = Field(
    name="birth_place",
    needs=("birth_place",),
    levels=(
        Level(code="equal", condition="birth_place_l = birth_place_r", typical=0.9),
        Level(code="different", typical=0.1),
    ),
)
PHONE = Field(
    name="phone",
    needs=("phone",),
    levels=(
        Level(code="equal", condition="phone_l = phone_r", typical=0.5),
        Level(code="slip", condition="{damerau_levenshtein}(phone_l, phone_r) <= 1", typical=0.1),
        Level(code="different", typical=0.4),
    ),
)
MOTHER = Field(
    name="mother",
    needs=("mother",),
    levels=(
        Level(code="equal", condition="mother_l = mother_r", typical=0.7, by_frequency="mother"),
        Level(code="sound", condition="mother_sound_l = mother_sound_r", typical=0.05),
        Level(code="close", condition=f"{{jaro_winkler}}(mother_l, mother_r) >= {CLOSE}", typical=0.1),
        Level(code="different", typical=0.15),
    ),
)
FIELDS = (NAME, BIRTH, SEX, PLACE, NIK, BIRTH_PLACE, PHONE, MOTHER)


def definition() -> str:
    """Return a hash of all fields: parameters belong to the levels that they were estimated for."""
    said = [
        [field.name, field.unknown, [[x.code, x.condition, x.by_frequency] for x in field.levels]] for field in FIELDS
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]
