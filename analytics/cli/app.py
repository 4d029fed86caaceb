"""The command tree and the one place where errors become words."""

import sys
from typing import Annotated

import typer
from rich.console import Console

from analytics import __version__
from analytics.cli import audit, audit_log, benchmark, cases, data, faces, model, quarantine, report, serve
from validation.errors import TepatError

EXIT_ERROR = 2

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
app.add_typer(report.app, name="report")
app.command("train")(model.train)
app.command("score")(model.score)
app.add_typer(model.app, name="evaluate")
app.add_typer(faces.app, name="faces")
app.add_typer(benchmark.app, name="benchmark")
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
        console = Console(stderr=True, highlight=False, soft_wrap=True)
        console.print(f"[bold red]Error:[/] {_escaped(error.message)}")
        for line in (error.cause, error.next_step):
            if line:
                console.print(f"  {_escaped(line)}")
        sys.exit(EXIT_ERROR)


def _escaped(text: str) -> str:
    return text.replace("[", r"\[")
