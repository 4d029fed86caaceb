"""The command tree and the one place where errors become words."""

import sys
from typing import Annotated

import typer

from analytics import __version__
from analytics.access_log import on_command_line
from analytics.cli import (
    access,
    agents,
    alerts,
    audit,
    audit_log,
    backup,
    benchmark,
    brief,
    cases,
    data,
    faces,
    model,
    objections,
    privacy,
    quarantine,
    report,
    research,
    serve,
    vault,
)
from analytics.cli.output import EXIT_ERROR, print_error
from analytics.log import kind_and_place
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
app.add_typer(audit_log.app, name="audit-log")
app.add_typer(cases.app, name="cases")
app.add_typer(agents.app, name="agents")
app.add_typer(report.app, name="report")
app.add_typer(research.app, name="research")
app.add_typer(objections.app, name="objections")
app.add_typer(access.app, name="access")
app.add_typer(alerts.app, name="alerts")
app.command("train")(model.train)
app.command("score")(model.score)
app.add_typer(model.app, name="evaluate")
app.add_typer(faces.app, name="faces")
app.add_typer(objections.app, name="objections")
app.add_typer(backup.app, name="backup")
app.add_typer(vault.app, name="vault")
app.add_typer(privacy.app, name="privacy")
app.add_typer(privacy.retention, name="retention")
app.add_typer(benchmark.app, name="benchmark")
app.command("brief")(brief.brief)
app.command("serve")(serve.serve)


@app.callback()
def _root(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.", is_eager=True)] = False,
) -> None:
    if version:
        sys.stdout.write(f"tepat {__version__}\n")
        raise typer.Exit
    context.with_resource(on_command_line())


def main() -> None:
    """Run the command line.

    What a command did not foresee is named by its kind and place alone: the text of such an error may hold a person's
    data.
    """
    try:
        _demand_text(sys.argv[1:])
        app()
    except TepatError as error:
        _fail(error)
    except OSError as error:
        _fail(
            TepatError(
                "A file or folder cannot be used.",
                cause=f"{error.strerror or type(error).__name__}.",
                next_step="Check the names given, the permissions, and the room on the disk.",
            )
        )
    except Exception as error:
        said = f"This should not have happened ({kind_and_place(error)})."
        _fail(TepatError(said, next_step="Report it with the command given."))


def _demand_text(arguments: list[str]) -> None:
    if any("\ud800" <= sign <= "\udfff" for argument in arguments for sign in argument):
        raise TepatError(
            "An argument is no text in UTF-8.", next_step="Check the command and the names of files in it."
        )


def _fail(error: TepatError) -> None:
    print_error(error)
    sys.exit(EXIT_ERROR)
