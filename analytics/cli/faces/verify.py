"""`tepat faces verify`: is the face of one photo that of another."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from analytics.biometrics.errors import FaceError
from analytics.cli.data import JsonOption
from analytics.cli.output import plain, print_json, print_table, progress, say
from analytics.settings import settings

if TYPE_CHECKING:
    from analytics.biometrics.policy import Policy
    from analytics.biometrics.verification import Check

EXITS = {"match": 0, "review": 3}
"""Exit status by outcome; 1 for all others. 2 is an error."""
NOT = 1
OUTCOMES = {
    "match": "[bold]Match.[/] Same person, as far as faces can tell.",
    "review": "[bold]Too close to call.[/] A person decides.",
    "no_match": "[bold]No match.[/] This refuses nobody.",
    "no_face": "[bold]No face found[/] on the first photo.",
    "poor_quality": "[bold]The first photo cannot be used:[/] dark, blurred, too small, unreadable or several faces.",
    "unavailable": "[bold]There is no reference[/]: the second photo is missing or shows no face that can be compared.",
}
NEXT = {
    "verified": "Nothing more to do.",
    "try_again": "Next: another photo.",
    "person": "Next: a person decides.",
}


def verify(
    *,
    a: Annotated[Path | None, typer.Argument(metavar="[A]", help="Photo taken now.", show_default=False)] = None,
    b: Annotated[Path | None, typer.Argument(metavar="[B]", help="Reference photo.", show_default=False)] = None,
    attempt: Annotated[int, typer.Option(help="Which attempt this is; after the third a person decides.")] = 1,
    pairs: Annotated[
        Path | None,
        typer.Option(
            "--list",
            metavar="CSV",
            show_default=False,
            help="Check many pairs: columns registration_id, subject (applicant, agent), probe and reference (photos, "
            "looked for beside the list; reference empty = the registry has none), attempt.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="CSV", show_default=False, help="With --list: where the rows of `verifications` go."),
    ] = None,
    reference_name: Annotated[str, typer.Option(help="With --list: what the faces are compared with.")] = "Dukcapil",
    calibration: Annotated[str, typer.Option(help="Calibration; default: the newest of the model.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Say whether two photos show one person: `tepat faces verify A B`, or many pairs with --list.

    Three outcomes: match, no match, and too close to call, which a person decides. No outcome refuses anybody. Which
    share of other people may falsely match is set by TEPAT_FACE_FMR (1 in 1,000), which share of genuine people may be
    left to a person by TEPAT_FACE_REVIEW_SHARE; a calibration must have been made (`tepat faces calibrate`).

    Exit status of one pair: 0 match, 1 no match or no photo to compare, 3 a person decides; of a list 0; 2 is an error.
    """
    if pairs is not None and output is not None and a is None:
        _verify_list(pairs, output, reference_name=reference_name, calibration=calibration, as_json=as_json)
        return
    if a is None or b is None or pairs is not None or output is not None:
        raise FaceError(
            "Two photos, or a list of pairs, are needed.",
            next_step="tepat faces verify A B, or tepat faces verify --list pairs.csv --output verifikasi.csv.",
        )
    check = _verify_one(a, b, attempt=attempt, calibration=calibration)
    if as_json:
        print_json(as_data(check))
    else:
        _print_check(check)
    raise typer.Exit(EXITS.get(check.outcome, NOT))


def as_data(check: "Check") -> dict[str, Any]:
    """Return a check as plain data."""
    data: dict[str, Any] = asdict(check) | {"then": check.then}
    data["policy"] = {"name": check.policy.name} | data["policy"]
    return data


def times(evidence: float) -> str:
    """Return what log10 of a likelihood ratio says, in words.

    >>> times(3.1)
    'about 1,300 times more likely if both show one person'
    """
    ratio = 10 ** abs(evidence)
    digits = 0 if ratio >= 10 else 1
    shown = f"{float(f'{ratio:.2g}'):,.{digits}f}"
    return f"about {shown} times more likely if both show {'one person' if evidence >= 0 else 'two people'}"


def _verify_one(a: Path, b: Path, *, attempt: int, calibration: str) -> "Check":
    from analytics.biometrics.encoding import encode_photos, open_encoder  # noqa: PLC0415 - loads dlib and ONNX Runtime
    from analytics.biometrics.verification import open_verifier, require_attempt  # noqa: PLC0415

    require_attempt(attempt)
    for path in (a, b):
        if not path.is_file():
            raise FaceError(f"There is no {'first' if path == a else 'second'} photo.", next_step="Check its name.")
    encoder = open_encoder(settings())
    verifier = open_verifier(settings(), model=encoder.model, calibration=calibration)
    faces = {face.path: face for face in encode_photos(list(dict.fromkeys([a, b])), encoder=encoder, processes=1)}
    return verifier.check(faces[a], faces[b], attempt=attempt)


def _verify_list(pairs: Path, output: Path, *, reference_name: str, calibration: str, as_json: bool) -> None:
    from analytics.biometrics.encoding import encode_photos, open_encoder  # noqa: PLC0415 - loads dlib and ONNX Runtime
    from analytics.biometrics.verification import open_verifier  # noqa: PLC0415
    from analytics.biometrics.verification_list import check_all, photos, read_list, write_results  # noqa: PLC0415

    asked = read_list(pairs)
    encoder = open_encoder(settings())
    verifier = open_verifier(settings(), model=encoder.model, calibration=calibration)
    with progress() as report:
        faces = {face.path: face for face in encode_photos(photos(asked), encoder=encoder, progress=report)}
        checks = list(check_all(asked, faces, verifier))
    write_results(output, asked, checks, reference=reference_name, checked_at=datetime.now(UTC))
    counts = {outcome: sum(check.outcome == outcome for check in checks) for outcome in OUTCOMES}
    waiting = sum(check.then == "person" for check in checks)
    policy = verifier.policy
    if as_json:
        print_json({"checks": len(checks), "outcomes": counts, "person": waiting, "policy": asdict(policy)})
        return
    say(f"[bold]{len(checks):,} checks[/] written to {plain(output.name)}; {waiting:,} wait for a person.")
    print_table("", ["outcome", "checks"], [[name, f"{count:,}"] for name, count in counts.items()])
    _print_policy(policy)


def _print_check(check: "Check") -> None:
    say(OUTCOMES[check.outcome])
    if check.evidence is not None:
        say(f"Evidence: {times(check.evidence)}.")
    say(NEXT[check.then])
    _print_policy(check.policy)


def _print_policy(policy: "Policy") -> None:
    """Say what decided, and what genuine people can expect."""
    fitted = " (beyond the calibration's own pairs: from a fitted tail)" if policy.fitted else ""
    say(f"Policy: at most 1 in {1 / policy.target_fmr:,.0f} other people falsely matches{fitted}.")
    say(f"Match: {times(policy.match_evidence)}, or more.")
    say(f"A person decides: less than that, down to {times(policy.review_evidence)}.")
    say(
        f"Expected of genuine people: {policy.reviewed:.0%} left to a person ({policy.reviewed_low:.0%} to "
        f"{policy.reviewed_high:.0%}), {policy.not_matched:.0%} without a match at an attempt."
    )
    say(f"Model {policy.model}, calibration {policy.calibration}.")
