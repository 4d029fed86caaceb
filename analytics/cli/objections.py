"""`tepat objections …`: how usul and sanggah flow, and what their outcomes say of rules and sources."""

import typer

app = typer.Typer(help="Show how objections flow and what they are evidence of.", no_args_is_help=True)
