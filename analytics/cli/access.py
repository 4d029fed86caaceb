"""`tepat access`: who holds which role in which area."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Annotated

import typer

from analytics.access.grants import Grants, open_grants
from analytics.cli.data import JsonOption
from analytics.cli.output import print_json, print_table, say
from analytics.settings import settings

app = typer.Typer(help="Who holds which role in which area.", no_args_is_help=True)

Subject = Annotated[str, typer.Argument(help="Staff code, as sign-in says it.", show_default=False)]
By = Annotated[str, typer.Option("--by", help="Your staff code.", show_default=False)]
MOMENT = "%Y-%m-%d %H:%M"


@app.command()
def grant(
    subject: Subject,
    *,
    role: Annotated[
        str,
        typer.Option(
            help="leadership, officer, adjudicator, researcher, inspector or administrator.", show_default=False
        ),
    ],
    by: By,
    area: Annotated[str, typer.Option(help="Code of a province, regency or district; default: everywhere.")] = "",
) -> None:
    """Give somebody a role, in place of the one that they hold."""
    with _grants() as grants:
        grants.grant(subject, role=role, area=area, by=by)
    say(f"[bold]{subject}[/] is {role} {f'in {area}' if area else 'everywhere'}.")


@app.command()
def revoke(subject: Subject, *, by: By) -> None:
    """Take somebody's role back; at once they may open nothing."""
    with _grants() as grants:
        grants.revoke(subject, by=by)
    say(f"[bold]{subject}[/] may open nothing.")


@app.command("list")
def listed(
    *,
    everything: Annotated[bool, typer.Option("--all", help="Also grants that were taken back.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Say who holds which role in which area."""
    with _grants() as grants:
        rows = grants.listed(everything=everything).to_dict("records")
    if as_json:
        moments = ("at", "revoked_at")
        print_json([
            {str(name): f"{value:%Y-%m-%dT%H:%M:%SZ}" if name in moments and value else value
             for name, value in row.items()}
            for row in rows
        ])  # fmt: skip
        return
    if not rows:
        say("Nobody holds a role. `tepat access grant` gives one.")
        return
    header = ["subject", "role", "area", "granted by", "at (UTC)", "revoked"]
    cells = [
        [row["subject"], row["role"], row["area"] or "everywhere", row["granted_by"], f"{row['at']:{MOMENT}}",
         f"{row['revoked_at']:{MOMENT}} by {row['revoked_by']}" if row["revoked_at"] else ""]
        for row in rows
    ]  # fmt: skip
    print_table("", header, cells, left=3)


@contextmanager
def _grants() -> Iterator[Grants]:
    with closing(open_grants(settings())) as grants:
        yield grants
