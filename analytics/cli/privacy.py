"""`tepat privacy` and `tepat retention`: a person's rights, and how long things are kept."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from analytics.cli.data import JsonOption
from analytics.cli.output import print_json, print_table, say
from analytics.settings import settings

app = typer.Typer(
    help="What is kept of a person: show, correct, erase. The NIK is read from standard input or a file, never from "
    "the command line, where it would stay in the shell's history.",
    no_args_is_help=True,
)
retention = typer.Typer(help="Remove what has been kept for as long as the settings say.", no_args_is_help=True)
OfficerOption = Annotated[str, typer.Option(help="Your staff code.", show_default=False)]
ReasonOption = Annotated[str, typer.Option(help="Why, in a sentence; it is kept.", show_default=False)]
FileOption = Annotated[
    Path | None, typer.Option(help="File that holds the NIK alone; default: standard input.", show_default=False)
]


@app.command("show")
def show(*, officer: OfficerOption, reason: ReasonOption, nik_file: FileOption = None) -> None:
    """Print what is kept of a person, as JSON; numbers are masked, and that you looked is kept."""
    from analytics.privacy import show as run  # noqa: PLC0415 - loads the register

    print_json(run(settings(), _nik(nik_file), officer=officer, reason=reason))


@app.command("erase")
def erase(*, officer: OfficerOption, reason: ReasonOption, nik_file: FileOption = None) -> None:
    """Erase identity, photo and templates of a person, and print the signed receipt; it says what stays and why.

    Asked again it does nothing more and prints the same receipt.
    """
    from analytics.privacy import erase as run  # noqa: PLC0415 - loads the register

    print_json(asdict(run(settings(), _nik(nik_file), officer=officer, reason=reason)))


@app.command("correct")
def correct(
    *,
    officer: OfficerOption,
    reason: ReasonOption,
    fields: Annotated[
        Path, typer.Option(help='JSON file of the right values, e.g. {"name": "…"}.', show_default=False)
    ],
    nik_file: FileOption = None,
) -> None:
    """Correct what the vault says of a person, and print the signed receipt; it names the fields, not the values."""
    from analytics.privacy import PrivacyError  # noqa: PLC0415 - loads the register
    from analytics.privacy import correct as run  # noqa: PLC0415

    try:
        changes = json.loads(fields.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PrivacyError("The fields cannot be read.", next_step="Give a JSON file of names and texts.") from error
    if not isinstance(changes, dict) or not all(isinstance(value, str) for value in changes.values()):
        raise PrivacyError("The fields are not names with texts.", next_step='Write for example {"name": "…"}.')
    print_json(asdict(run(settings(), _nik(nik_file), changes, officer=officer, reason=reason)))


@app.command("check")
def check(*, receipt: Annotated[Path, typer.Argument(help="File of a receipt.", show_default=False)]) -> None:
    """Say whether a receipt is one that Tepat signed here."""
    from analytics.privacy import PrivacyError, check_receipt  # noqa: PLC0415 - loads the register

    try:
        content = receipt.read_bytes()
    except OSError as error:
        raise PrivacyError("The receipt cannot be read.", next_step="Give its file.") from error
    found = check_receipt(settings().home, content)
    say(f"Receipt [bold]{found.id}[/] is sound: {found.action}, {found.at}, by {found.officer}.")


@retention.command("run")
def run(
    *,
    officer: OfficerOption,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count it, and remove nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Remove identities, looks, exports, refused exports and lists that are older than the settings allow."""
    from analytics.privacy import run_retention  # noqa: PLC0415 - loads the register

    done = run_retention(settings(), officer=officer, dry_run=dry_run)
    if as_json:
        rows = [asdict(each) | {"before": each.before.isoformat()} for each in done]
        print_json({"dry_run": dry_run, "removed": rows})
        return
    print_table(
        "Would be removed" if dry_run else "Removed",
        ["what", "kept days", "before", "removed"],
        [[each.what, f"{each.days:,}", f"{each.before:%Y-%m-%d}", f"{each.count:,} {each.unit}"] for each in done],
    )


@retention.callback()
def _group() -> None:
    pass


def _nik(file: Path | None) -> str:
    from analytics.privacy import PrivacyError  # noqa: PLC0415 - loads the register

    try:
        return file.read_text(encoding="utf-8") if file else sys.stdin.readline()
    except (OSError, UnicodeDecodeError) as error:
        raise PrivacyError("The NIK cannot be read.", next_step="Give a file that holds it alone.") from error
