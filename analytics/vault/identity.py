"""Who a person is, as the vault keeps it."""

from dataclasses import asdict, dataclass, fields

from analytics.vault.errors import VaultError

FIRST, LAST = 6, 2
"""Digits of a NIK or KK that are shown: the region, and the end by which two are told apart. The birth date between
them stands in its own field."""
HIDDEN = "•"


@dataclass(frozen=True, kw_only=True, repr=False)
class Identity:
    """What a record says of a person; empty text = not known. Its `repr` says nothing of it.

    Attributes:
        birth_date: ISO date.
        sex: male or female.
        address: Street, RT/RW and hamlet in one line.
        village, district, regency, province: Names of the places.
    """

    name: str
    nik: str = ""
    kk: str = ""
    birth_date: str = ""
    birth_place: str = ""
    sex: str = ""
    address: str = ""
    village: str = ""
    district: str = ""
    regency: str = ""
    province: str = ""
    mother: str = ""

    def __repr__(self) -> str:
        return "Identity(…)"


@dataclass(frozen=True, kw_only=True, repr=False)
class Person:
    """What is put into the vault.

    Attributes:
        person_id: Pseudonym.
        photo: Bytes of an image file; None = none.
    """

    person_id: str
    identity: Identity
    photo: bytes | None = None

    def __repr__(self) -> str:
        return "Person(…)"


def masked(number: str) -> str:
    """Return a NIK or KK with its middle hidden; all of it where it is too short to hide enough.

    >>> masked("3510014708450003")
    '351001••••••••03'
    """
    if len(number) < 2 * (FIRST + LAST):
        return HIDDEN * len(number)
    return number[:FIRST] + HIDDEN * (len(number) - FIRST - LAST) + number[-LAST:]


def to_dict(identity: Identity) -> dict[str, str]:
    """Return the fields that are known."""
    return {name: value for name, value in asdict(identity).items() if value}


def from_dict(kept: dict[str, str]) -> Identity:
    """Return what `to_dict` gave.

    Raises:
        VaultError: a field is not known to this version.
    """
    if not {*kept} <= {field.name for field in fields(Identity)}:
        raise VaultError("An identity in the vault was kept by a later version of Tepat.")
    return Identity(**{"name": ""} | kept)
