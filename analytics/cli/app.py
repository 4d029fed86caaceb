"""The command tree and the one place where errors become words."""

import sys
from typing import Annotated

import typer

from analytics import __version__
from analytics.cli import (
    audit,
    backup,
    benchmark,
    brief,
    cases,
    data,
    faces,
    model,
    privacy,
    quarantine,
    report,
    serve,
    vault,
)
from analytics.cli.output import EXIT_ERROR, print_error
from validation.errors import TepatError

app = typer.Typer(
    name="tepat",
    help="Measure whether social assistance reaches the poor. Data live under TEPAT_HOME (default ./var).",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command("simulate")(data.simulate_pilot)
app.command("ingest")(data.ingest_export)
app.command("status")(data.status)
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(audit.app, name="audit")
app.add_typer(cases.app, name="cases")
app.add_typer(report.app, name="report")
app.command("train")(model.train)
app.command("score")(model.score)
app.add_typer(model.app, name="evaluate")
app.add_typer(faces.app, name="faces")
app.add_typer(backup.app, name="backup")
app.add_typer(vault.app, name="vault")
app.add_typer(privacy.app, name="privacy")
app.add_typer(privacy.retention, name="retention")
app.add_typer(benchmark.app, name="benchmark")
app.command("brief")(brief.brief)
app.command("serve")(serve.serve)


@app.callback()
def _root(
    *,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.", is_eager=True)] = False,
) -> None:
    if version:
        sys.stdout.write(f"tepat {__version__}\n")
        raise typer.Exit


def main() -> None:
    """Run the command line."""
    try:
        app()
    except TepatError as error:
        print_error(error)
        sys.exit(EXIT_ERROR)
