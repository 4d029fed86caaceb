"""The contract: what each table of the warehouse says, column by column.

Everything else is generated from here: the Arrow schemas, the gate's structural rules and docs/contract.md. Time is a
naive UTC timestamp, money whole rupiah, a region a dotted Kemendagri code as text. People and families appear as
keyed pseudonyms only. A column that may be empty says so; empty means unknown, never "no".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

Kind = Literal["text", "whole", "number", "flag", "time", "day"]

ARROW: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "whole": pa.int64(),
    "number": pa.float64(),
    "flag": pa.bool_(),
    "time": pa.timestamp("us"),
    "day": pa.date32(),
}


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its kind, whether it may be empty, and the values that it may take."""

    name: str
    kind: Kind
    meaning: str
    optional: bool = False
    domain: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""
    refers_to: str = ""
    """`table.column` that must hold each value."""
    pseudonym: bool = False
    """Made by keyed HMAC at ingestion; a raw identifier must never stand here."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table: what a row is, its key, its columns."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    def __contains__(self, name: str) -> bool:
        return any(column.name == name for column in self.columns)

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema of a published table."""
        return pa.schema([pa.field(c.name, ARROW[c.kind], nullable=c.optional) for c in self.columns])

    def required(self) -> Iterator[Column]:
        """The columns that may not be empty."""
        return (column for column in self.columns if not column.optional)


LEVELS = ("province", "regency", "district", "village")
PROGRAMMES_OF_THE_PILOT = ("PKH", "BPNT")
CROSS_CHECKS = ("vehicle", "land", "power", "wage", "state_employment")


def _cross_check(name: str, kind: Kind, meaning: str, *, unit: str = "") -> tuple[Column, ...]:
    return (
        Column(name=name, kind=kind, meaning=meaning, optional=True, unit=unit, minimum=None if kind == "flag" else 0),
        Column(name=f"{name}_source", kind="text", meaning=f"Register that says so ({name})", optional=True),
        Column(name=f"{name}_date", kind="day", meaning=f"Date of that record ({name})", optional=True),
    )


def _asset(name: str, meaning: str) -> Column:
    return Column(name=name, kind="flag", meaning=meaning, optional=True)


def _schooling(name: str, meaning: str) -> Column:
    return Column(name=name, kind="text", meaning=meaning, optional=True, domain=("none", "sd", "smp", "sma"))


def _members(name: str, meaning: str) -> Column:
    return Column(name=name, kind="whole", meaning=meaning, optional=True, minimum=0, maximum=30, unit="persons")


_FAMILY = Column(name="family_id", kind="text", meaning="Family", pseudonym=True, refers_to="families.family_id")
_PROGRAMME = Column(name="programme", kind="text", meaning="Programme")
VERIFICATION_OUTCOMES = ("match", "review", "no_match", "no_face", "poor_quality", "unavailable")
"""What one face check can come to: only match verifies, and none of them refuses anybody."""

_DISTRICT = Column(name="district", kind="text", meaning="District as the export states it", optional=True)

REGIONS = Table(
    name="regions",
    row="a region",
    key=("code",),
    columns=(
        Column(name="code", kind="text", meaning="Dotted code"),
        Column(name="level", kind="text", meaning="Level", domain=LEVELS),
        Column(name="name", kind="text", meaning="Name"),
        Column(name="parent", kind="text", meaning="Code of the region above", optional=True, refers_to="regions.code"),
    ),
)

FAMILIES = Table(
    name="families",
    row="a family at the snapshot",
    key=("family_id",),
    columns=(
        Column(name="family_id", kind="text", meaning="Family (KK)", pseudonym=True),
        Column(name="village", kind="text", meaning="Village", refers_to="regions.code"),
        _DISTRICT,
        Column(name="size", kind="whole", meaning="Members", optional=True, minimum=1, maximum=30, unit="persons"),
        Column(name="head_sex", kind="text", meaning="Sex of the head", optional=True, domain=("male", "female")),
        Column(name="head_birth_year", kind="whole", meaning="Birth year of the head", optional=True, minimum=1890),
        Column(name="disability", kind="flag", meaning="A member with a disability", optional=True),
        Column(name="floor_area", kind="number", meaning="Floor area a head", optional=True, minimum=0, unit="m²"),
        _asset("solid_floor", "Floor not of earth"),
        _asset("solid_wall", "Walls of brick or cement"),
        _asset("solid_roof", "Roof of concrete or corrugated sheet"),
        _asset("private_toilet", "Private toilet"),
        _asset("clean_water", "Clean drinking water"),
        _asset("grid_power", "Electricity from PLN"),
        _asset("cooks_with_wood", "Cooks with firewood"),
        _asset("owns_home", "Owns the dwelling"),
        _asset("has_ac", "Air conditioner"),
        _asset("has_computer", "Computer"),
        _asset("has_television", "Television"),
        _asset("has_gas", "Gas burner"),
        _asset("has_refrigerator", "Refrigerator"),
        _asset("has_motorcycle", "Motorcycle"),
        _asset("has_car", "Car"),
        _asset("has_phone", "Mobile phone"),
        _asset("has_radio", "Radio or cassette player"),
        _asset("has_video_player", "Video player"),
        _asset("has_satellite_dish", "Satellite dish"),
        _asset("has_bicycle", "Bicycle"),
        _asset("has_jewelry", "Jewelry"),
        _asset("has_poultry", "Poultry"),
        _asset("has_cattle", "Cattle or buffalo"),
        _asset("has_credit", "Has received credit"),
        Column(name="head_married", kind="flag", meaning="The head is married", optional=True),
        _schooling("head_school", "School that the head has finished"),
        _schooling("highest_school", "Highest school that a member has finished"),
        Column(
            name="head_work",
            kind="text",
            meaning="Kind of the head's work",
            optional=True,
            domain=("none", "informal", "formal"),
        ),
        Column(
            name="head_sector",
            kind="text",
            meaning="Sector of the head's work",
            optional=True,
            domain=("none", "agriculture", "industry", "services"),
        ),
        _members("under_5", "Children under 5"),
        _members("pupils_sd", "Pupils of sd"),
        _members("pupils_smp", "Pupils of smp"),
        _members("pupils_sma", "Pupils of sma"),
        Column(
            name="dependency_ratio",
            kind="number",
            meaning="Members under 15 or over 64 for each of working age",
            optional=True,
            minimum=0,
        ),
        *_cross_check("vehicle", "flag", "A car is registered to the family"),
        *_cross_check("land", "number", "Registered land", unit="m²"),
        *_cross_check("power", "whole", "Contracted power", unit="VA"),
        *_cross_check("wage", "whole", "Reported monthly wage", unit="rupiah"),
        *_cross_check("state_employment", "flag", "A member is employed or pensioned by the state"),
        Column(
            name="decile",
            kind="whole",
            meaning="DTSEN welfare decile, 1 = poorest",
            optional=True,
            minimum=1,
            maximum=10,
        ),
    ),
)

PERSONS = Table(
    name="persons",
    row="a member of a family",
    key=("person_id",),
    columns=(
        Column(name="person_id", kind="text", meaning="Person (NIK)", pseudonym=True),
        _FAMILY,
        Column(name="sex", kind="text", meaning="Sex", domain=("male", "female")),
        Column(name="birth_year", kind="whole", meaning="Birth year", minimum=1890),
        Column(
            name="relation",
            kind="text",
            meaning="Relation to the head",
            domain=("head", "spouse", "child", "parent", "other"),
        ),
        Column(
            name="school",
            kind="text",
            meaning="School level attended now",
            optional=True,
            domain=("none", "sd", "smp", "sma", "higher"),
        ),
        Column(name="pregnant", kind="flag", meaning="Pregnant", optional=True),
        Column(name="disability", kind="flag", meaning="Severe disability", optional=True),
        Column(name="deceased", kind="flag", meaning="Recorded as deceased", optional=True),
    ),
)

REGISTRATIONS = Table(
    name="registrations",
    row="an application",
    key=("registration_id",),
    columns=(
        Column(name="registration_id", kind="text", meaning="Application"),
        _FAMILY,
        Column(
            name="applicant",
            kind="text",
            meaning="Person who applied",
            optional=True,
            pseudonym=True,
            refers_to="persons.person_id",
        ),
        Column(name="channel", kind="text", meaning="Self or through an agent", domain=("self", "agent")),
        Column(
            name="agent_id", kind="text", meaning="Agent", optional=True, pseudonym=True, refers_to="agents.agent_id"
        ),
        Column(name="village", kind="text", meaning="Village", refers_to="regions.code"),
        _DISTRICT,
        Column(name="programme", kind="text", meaning="Programme applied for; empty = all of them", optional=True),
        Column(name="submitted_at", kind="time", meaning="Submitted"),
        Column(
            name="received_at", kind="time", meaning="Reached the portal (agents work without a signal)", optional=True
        ),
        Column(name="duration", kind="number", meaning="Time to fill in", optional=True, minimum=0, unit="s"),
        Column(name="device", kind="text", meaning="Device", optional=True, pseudonym=True),
        Column(name="status", kind="text", meaning="Status", domain=("submitted", "verified", "decided", "withdrawn")),
    ),
)

VERIFICATIONS = Table(
    name="verifications",
    row="one face check",
    key=("registration_id", "subject", "attempt"),
    columns=(
        Column(name="registration_id", kind="text", meaning="Application", refers_to="registrations.registration_id"),
        Column(name="subject", kind="text", meaning="Whose face", domain=("applicant", "agent")),
        Column(name="reference", kind="text", meaning="Compared with", optional=True),
        Column(name="distance", kind="number", meaning="Distance of the templates", optional=True, minimum=0),
        Column(name="threshold", kind="number", meaning="Threshold in force", optional=True, minimum=0),
        Column(name="quality", kind="number", meaning="Quality of the photo", optional=True, minimum=0, maximum=1),
        Column(
            name="outcome",
            kind="text",
            meaning="Outcome; review = too close to call, a person decides",
            domain=VERIFICATION_OUTCOMES,
        ),
        Column(name="attempt", kind="whole", meaning="Attempt", minimum=1),
        Column(name="checked_at", kind="time", meaning="Checked"),
        Column(
            name="evidence",
            kind="number",
            meaning="How far the faces speak for one person: log10 of the likelihood ratio",
            optional=True,
        ),
        Column(name="model", kind="text", meaning="Model that made the templates", optional=True),
        Column(name="calibration", kind="text", meaning="Calibration that gave the evidence", optional=True),
        Column(name="policy", kind="text", meaning="Policy that decided", optional=True),
    ),
)

DECISIONS = Table(
    name="decisions",
    row="a selection result",
    key=("family_id", "programme", "rule"),
    columns=(
        _FAMILY,
        _PROGRAMME,
        Column(name="outcome", kind="text", meaning="Outcome", domain=("eligible", "ineligible", "pending")),
        Column(name="reasons", kind="text", meaning="Codes of the reasons, separated by ';'", optional=True),
        Column(name="rule", kind="text", meaning="Rule version or selection method"),
        Column(name="decided_at", kind="time", meaning="Decided", optional=True),
    ),
)

OBJECTIONS = Table(
    name="objections",
    row="an usul or a sanggah",
    key=("objection_id",),
    columns=(
        Column(name="objection_id", kind="text", meaning="Case number"),
        Column(name="kind", kind="text", meaning="Proposal or objection", domain=("usul", "sanggah")),
        _FAMILY,
        Column(name="programme", kind="text", meaning="Programme", optional=True),
        Column(name="filed_by", kind="text", meaning="Who filed", domain=("self", "agent", "public")),
        Column(name="channel", kind="text", meaning="Way in", domain=("portal", "agent", "village_office")),
        Column(name="grounds", kind="text", meaning="Grounds"),
        Column(name="filed_at", kind="time", meaning="Filed"),
        Column(name="received_at", kind="time", meaning="Reached the portal", optional=True),
        Column(name="screened_at", kind="time", meaning="Screened", optional=True),
        Column(
            name="screening",
            kind="text",
            meaning="Result of the screening",
            optional=True,
            domain=("accept", "reject", "field_check"),
        ),
        Column(name="resolved_at", kind="time", meaning="Resolved", optional=True),
        Column(name="outcome", kind="text", meaning="Outcome", domain=("upheld", "rejected", "withdrawn", "pending")),
        Column(
            name="filer",
            kind="text",
            meaning="Person who filed; empty where an agent did, or it is not known",
            optional=True,
            pseudonym=True,
        ),
        Column(
            name="agent_id",
            kind="text",
            meaning="Agent who filed",
            optional=True,
            pseudonym=True,
            refers_to="agents.agent_id",
        ),
        Column(
            name="device", kind="text", meaning="Device; empty at the village office", optional=True, pseudonym=True
        ),
    ),
)

PAYMENTS = Table(
    name="payments",
    row="one transfer",
    key=("family_id", "programme", "component", "period"),
    columns=(
        _FAMILY,
        _PROGRAMME,
        Column(name="component", kind="text", meaning="Component of the benefit"),
        Column(name="period", kind="text", meaning="Period paid for, sortable: 2026-Q1"),
        Column(name="amount", kind="whole", meaning="Amount", minimum=0, unit="rupiah"),
        Column(name="paid_at", kind="time", meaning="Paid", optional=True),
    ),
)

AUDITS = Table(
    name="audits",
    row="what one field check found for one programme",
    key=("family_id", "programme", "period"),
    columns=(
        _FAMILY,
        _PROGRAMME,
        Column(name="period", kind="text", meaning="Payment period that the check refers to"),
        Column(name="frame", kind="text", meaning="Frame drawn from", domain=("receivers", "non_receivers", "all")),
        Column(name="stratum", kind="text", meaning="Stratum of the draw"),
        Column(name="village", kind="text", meaning="Village: the cluster of the draw", refers_to="regions.code"),
        Column(
            name="inclusion_probability",
            kind="number",
            meaning="Probability of being drawn",
            optional=True,
            minimum=0,
            maximum=1,
        ),
        Column(
            name="cluster_probability",
            kind="number",
            meaning="Probability that the village was drawn; 1 = families were drawn without drawing villages first; "
            "empty = not known",
            optional=True,
            minimum=0,
            maximum=1,
        ),
        Column(
            name="reason", kind="text", meaning="Why it was visited", domain=("random", "risk", "objection", "hotline")
        ),
        Column(name="seed", kind="whole", meaning="Seed of the draw", optional=True),
        Column(name="frame_date", kind="day", meaning="Date of the frame", optional=True),
        Column(name="visited_at", kind="time", meaning="Visited", optional=True),
        Column(name="entitled", kind="flag", meaning="Entitled in truth; empty = could not be told", optional=True),
        Column(
            name="welfare",
            kind="number",
            meaning="Measured consumption a head and month",
            optional=True,
            minimum=0,
            unit="rupiah",
        ),
        Column(
            name="welfare_decile",
            kind="whole",
            meaning="Decile of measured consumption, 1 = poorest",
            optional=True,
            minimum=1,
            maximum=10,
        ),
        Column(name="checker", kind="text", meaning="Checker", optional=True, pseudonym=True),
    ),
)

AGENTS = Table(
    name="agents",
    row="a pendamping",
    key=("agent_id",),
    columns=(
        Column(name="agent_id", kind="text", meaning="Agent", pseudonym=True),
        Column(name="village", kind="text", meaning="Village", refers_to="regions.code"),
        Column(
            name="role", kind="text", meaning="Role", domain=("pkh", "tksk", "village_operator", "dasa_wisma", "other")
        ),
        Column(name="trained_at", kind="time", meaning="Trained", optional=True),
        Column(
            name="verification",
            kind="text",
            meaning="Outcome of the agent's own face check",
            optional=True,
            domain=VERIFICATION_OUTCOMES,
        ),
    ),
)

PHOTO_FAULTS = (
    "unreadable",
    "wrong_type",
    "oversize",
    "too_small",
    "dark",
    "blurred",
    "no_face",
    "several_faces",
)

PHOTOS = Table(
    name="photos",
    row="a photo's inspection; the photo itself is not stored",
    key=("photo_id",),
    columns=(
        Column(name="photo_id", kind="text", meaning="Photo", pseudonym=True),
        Column(
            name="person_id",
            kind="text",
            meaning="Person",
            optional=True,
            pseudonym=True,
            refers_to="persons.person_id",
        ),
        Column(
            name="status", kind="text", meaning="Whether it can be used, else why not", domain=("ok", *PHOTO_FAULTS)
        ),
        Column(name="bytes", kind="whole", meaning="Size of the file", optional=True, minimum=0, unit="bytes"),
        Column(name="width", kind="whole", meaning="Width", optional=True, minimum=1, unit="pixels"),
        Column(name="height", kind="whole", meaning="Height", optional=True, minimum=1, unit="pixels"),
        Column(name="faces", kind="whole", meaning="Faces found", optional=True, minimum=0),
        Column(name="quality", kind="number", meaning="Quality of the face", optional=True, minimum=0, maximum=1),
        Column(name="taken_at", kind="time", meaning="Taken", optional=True),
    ),
)

CONTRACT: dict[str, Table] = {
    table.name: table
    for table in (
        REGIONS,
        FAMILIES,
        AGENTS,
        PERSONS,
        REGISTRATIONS,
        VERIFICATIONS,
        DECISIONS,
        OBJECTIONS,
        PAYMENTS,
        AUDITS,
        PHOTOS,
    )
}
"""Every table, in an order in which each comes after the tables that it refers to."""
