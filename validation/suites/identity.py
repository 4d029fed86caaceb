"""Rules of NIK and KK numbers, judged before they become pseudonyms: codes say only what is wrong with one.

PP KK CC DDMMYY SSSS: province, regency, district, date (of birth, the day plus 40 for women; of issue on a family
card), serial. A number keeps the code of the district it was issued in, so that a code which is not in use any more is
noted and not rejected.
"""

from validation.checks import NoneOf
from validation.rules import Rule, Severity, nik_code
from validation.text import Text

FAULTS: dict[str, tuple[Severity, Text]] = {
    "length": ("quarantine", Text("terdiri dari 16 digit", "has 16 digits")),
    "region": (
        "quarantine",
        Text("diawali provinsi, kabupaten, dan kecamatan", "begins with a province, a regency and a district"),
    ),
    "date": ("quarantine", Text("memuat tanggal yang ada", "holds a date that exists")),
    "serial": ("quarantine", Text("bernomor urut bukan 0000", "has a serial other than 0000")),
    "district": ("warn", Text("berasal dari kecamatan yang kini ada", "comes from a district that exists today")),
}
"""Code of a fault to what follows and what the rule says."""


def number_rules(table: str, column: str, number: Text) -> tuple[Rule, ...]:
    """Return the rules of the number that a pseudonym is made from, `number` being its name."""
    return tuple(
        Rule(
            id=f"{table}.{column}.{fault}",
            table=table,
            says=Text(f"{number.id} {says.id}", f"{number.en} {says.en}"),
            check=NoneOf(nik_code(column), (fault,)),
            severity=severity,
            owner="dukcapil",
        )
        for fault, (severity, says) in FAULTS.items()
    )
