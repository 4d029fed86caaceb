"""`tepat objections …`: usul and sanggah."""

import typer

from analytics.cli import objection_screening

app = typer.Typer(help="Usul and sanggah: what is screened, and why.", no_args_is_help=True)
app.command("screen")(objection_screening.screen)


@app.callback()
def _group() -> None:
    """Keep `screen` a command of its own while it is the only one."""
