"""Rules of a row's village: that it is one, and lies in the district that the export states."""

from validation.checks import OneOf, Same
from validation.rules import DISTRICT, Owner, Rule
from validation.suites.suite import LEVEL
from validation.text import Text


def village_rule(table: str, owner: Owner) -> Rule:
    """Return the rule that the code is a village's and not that of a larger region."""
    return Rule(
        id=f"{table}.village.level",
        table=table,
        says=Text("village adalah kode desa atau kelurahan", "village is the code of a village"),
        check=OneOf(LEVEL, ("village",)),
        owner=owner,
        needs=("regions",),
    )


def district_rule(table: str, owner: Owner) -> Rule:
    """Return the rule that the village lies in the district that the export states."""
    return Rule(
        id=f"{table}.district.holds",
        table=table,
        says=Text("desa terletak di kecamatan yang disebut", "the village lies in the district that is stated"),
        check=Same("district", DISTRICT),
        owner=owner,
        needs=("regions",),
    )
