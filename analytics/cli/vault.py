"""`tepat vault`: the keys that encrypt who people are."""

from dataclasses import asdict

import typer

from analytics.cli.data import JsonOption
from analytics.cli.output import print_json, progress, say
from analytics.settings import settings

app = typer.Typer(help="The vault of the people in pairs: its keys.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    pass


@app.command("rotate-key")
def rotate_key(*, as_json: JsonOption = False) -> None:
    """Give the vault, the face templates and the cohorts new keys; the former ones are removed at the end.

    After an interruption run it again: it goes on where it was. Backups made before need the keys that are in them.
    """
    from analytics.privacy.rotation import rotate  # noqa: PLC0415 - loads the register

    with progress() as report:
        done = rotate(settings(), progress=report)
    if as_json:
        print_json(asdict(done))
        return
    say(f"[bold]New keys:[/] {done.people:,} people and {done.files:,} files of faces encrypted anew.")
    say("Make a backup with --include-keys now: earlier ones hold the former keys.")
