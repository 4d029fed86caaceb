"""A list of face checks to make, as CSV, and their results as rows of the contract's `verifications`."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from analytics.biometrics.errors import FaceError
from analytics.biometrics.verification import MOST_ATTEMPTS, Check, Face, Verifier
from analytics.files import lies_inside, write_whole
from analytics.spreadsheets import harmless
from validation.contract import VERIFICATIONS

COLUMNS = ("registration_id", "subject", "probe", "reference", "attempt")
ATTEMPTS = [str(attempt) for attempt in range(1, MOST_ATTEMPTS + 1)]
SUBJECTS = VERIFICATIONS["subject"].domain


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One check to make.

    Attributes:
        registration_id, subject, attempt: Key of the contract's `verifications`.
        probe: The photo that was taken.
        reference: The registry's photo; None where there is none.
    """

    registration_id: str
    subject: str
    attempt: int
    probe: Path = field(repr=False)
    reference: Path | None = field(repr=False)


def read_list(path: Path) -> tuple[Asked, ...]:
    """Read the checks to make; photos are looked for beside the list.

    Args:
        path: UTF-8 CSV with a header: registration_id, subject (applicant, agent), probe and reference (files;
            reference empty = the registry has none), attempt (from 1).

    Raises:
        FaceError: a file that is no such list; names rows, never what is in them.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except OSError as error:
        raise FaceError(
            "The list of checks cannot be read.", next_step="Check its name, and that you may read it."
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise FaceError(
            "The list of checks is no CSV in UTF-8.", next_step="Save it as CSV (UTF-8) with commas."
        ) from error
    header = rows[0] if rows else []
    if missing := [name for name in COLUMNS if name not in header]:
        raise FaceError(
            f"The list of checks has no column {', '.join(missing)}.",
            next_step=f"Its first line must name {', '.join(COLUMNS)}.",
        )
    asked = tuple(
        _asked(dict(zip(header, row, strict=False)), line=line, width=len(row) == len(header), folder=path.parent)
        for line, row in enumerate(rows[1:], 2)
        if row
    )
    seen: set[tuple[str, str, int]] = set()
    for one in asked:
        key = one.registration_id, one.subject, one.attempt
        if key in seen:
            raise FaceError(
                "The list of checks has a registration, subject and attempt twice.",
                next_step="Leave each attempt once in the list.",
            )
        seen.add(key)
    return asked


def photos(asked: Sequence[Asked]) -> list[Path]:
    """Return every photo of the list once."""
    both = [path for one in asked for path in (one.probe, one.reference) if path is not None]
    return list(dict.fromkeys(both))


def check_all(asked: Sequence[Asked], faces: Mapping[Path, Face], verifier: Verifier) -> Iterator[Check]:
    """Make the checks, in the order of the list.

    Args:
        asked: The list.
        faces: What encoding came to, by photo; all of `photos`.
        verifier: What decides.
    """
    for one in asked:
        reference = None if one.reference is None else faces[one.reference]
        yield verifier.check(faces[one.probe], reference, attempt=one.attempt)


def write_results(
    path: Path, asked: Sequence[Asked], checks: Sequence[Check], *, reference: str, checked_at: datetime
) -> None:
    """Write rows of the contract's `verifications`, in the order of the list.

    Args:
        path: CSV to write; one that is there is replaced in one step.
        asked, checks: The list and its results.
        reference: What the faces were compared with, such as Dukcapil.
        checked_at: When, UTC.
    """
    names = [column.name for column in VERIFICATIONS.columns]
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    for one, check in zip(asked, checks, strict=True):
        writer.writerow(
            _row(one, check) | {"reference": harmless(reference), "checked_at": f"{checked_at:%Y-%m-%dT%H:%M:%S}"}
        )
    write_whole(path, text.getvalue().encode())


def _row(one: Asked, check: Check) -> dict[str, object]:
    """Return the columns of a row; the threshold in force is evidence, so that the column of distances stays empty."""
    return {
        "registration_id": one.registration_id,
        "subject": one.subject,
        "distance": _number(check.distance),
        "quality": _number(check.quality),
        "outcome": check.outcome,
        "attempt": check.attempt,
        "evidence": _number(check.evidence),
        "model": check.policy.model,
        "calibration": check.policy.calibration,
        "policy": check.policy.name,
    }


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _asked(row: Mapping[str, str], *, line: int, width: bool, folder: Path) -> Asked:
    if not width:
        raise FaceError(f"Line {line} of the list of checks has another number of cells than the header.")
    found = {name: row[name].strip() for name in COLUMNS}
    for name in ("registration_id", "probe"):
        if not found[name]:
            raise FaceError(f"Line {line} of the list of checks has no {name}.")
    if harmless(found["registration_id"]) != found["registration_id"]:
        raise FaceError(
            f"Line {line} of the list of checks has a registration_id that is none.",
            cause="A spreadsheet would run it as a formula.",
        )
    if found["subject"] not in SUBJECTS:
        raise FaceError(
            f"Line {line} of the list of checks has an unknown subject.", next_step=f"Write {' or '.join(SUBJECTS)}."
        )
    if found["attempt"] not in ATTEMPTS:
        raise FaceError(
            f"Line {line} of the list of checks has an attempt that is not 1 to {MOST_ATTEMPTS}.",
            cause=f"After {MOST_ATTEMPTS} attempts a person decides.",
        )
    for name in ("probe", "reference"):
        if found[name] and not lies_inside(folder, found[name]):
            raise FaceError(
                f"Line {line} of the list of checks has a {name} that leads out of the list's folder.",
                next_step="Put the photos beside the list or in folders there.",
            )
    return Asked(
        registration_id=found["registration_id"],
        subject=found["subject"],
        attempt=int(found["attempt"]),
        probe=folder / found["probe"],
        reference=folder / found["reference"] if found["reference"] else None,
    )
