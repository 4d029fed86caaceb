"""`tepat faces …`: enrol photos, verify, calibrate, find duplicates, evaluate."""

import typer

from analytics.cli.faces import pairs, verify

app = typer.Typer(
    help="Faces: enrol photos, verify one against another, calibrate the evidence, find duplicates, evaluate.",
    no_args_is_help=True,
)
app.command("verify")(verify.verify)
app.command("pairs")(pairs.pairs)
app.command("cases")(pairs.cases)
app.command("purge")(pairs.purge)
