"""`tepat faces …`: enrol photos, verify, calibrate, find duplicates, evaluate."""

import typer

from analytics.cli.faces import calibrate, duplicates, enrol, evaluate, pairs, verify

app = typer.Typer(
    help="Faces: enrol photos, verify one against another, calibrate the evidence, find duplicates, evaluate.",
    no_args_is_help=True,
)
app.command("enrol")(enrol.enrol)
app.command("templates")(enrol.templates)
app.command("calibrate")(calibrate.calibrate)
app.command("evaluate")(evaluate.evaluate)
app.command("verify")(verify.verify)
app.command("duplicates")(duplicates.duplicates)
app.command("pairs")(pairs.pairs)
app.command("cases")(pairs.cases)
app.command("purge")(pairs.purge)
