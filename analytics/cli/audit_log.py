"""`tepat audit-log …`: who saw, exported and decided what, and whether that record is as it was written."""

import json
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from analytics.access_log import AccessLogError, anchor_text, entries, newest, record, verify, verify_and_keep
from analytics.cli.data import JsonOption
from analytics.cli.output import print_json, print_table, say
from analytics.files import write_whole
from analytics.register import open_database
from analytics.settings import settings

EXIT_NOT_WHOLE = 1
SHOWN = 20
"""Findings that are printed; --json prints all that are listed."""

app = typer.Typer(
    help="The access log: who saw, exported and decided what. Not the field checks, which are `tepat audit`.",
    no_args_is_help=True,
)


@app.command("verify")
def verify_log(
    *,
    anchor: Annotated[
        list[Path] | None,
        typer.Option(help="File that `tepat audit-log anchor` wrote and that was kept elsewhere; repeat for more."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Read the whole log and name each entry that was altered, removed, put in or moved. Ends with 1 where one was.

    That it is whole is appended to the log itself.
    """
    found = verify_and_keep(settings(), anchors=anchor or ())
    if as_json:
        listed = [asdict(each) | {"says": each.sentence()} for each in found.findings]
        print_json(asdict(found) | {"whole": found.is_whole, "findings": listed})
    elif found.is_whole:
        say(f"[bold]The log is whole[/]: {found.entries:,} entries, each as it was written.")
    else:
        say(f"[bold red]The log is not as it was written[/]: {found.count:,} findings in {found.entries:,} entries.")
        for each in found.findings[:SHOWN]:
            say(each.sentence())
        if found.count > SHOWN:
            say(f"{SHOWN} of {found.count:,} shown; --json lists up to {len(found.findings):,}.")
    if not as_json:
        at = ", ".join(f"{number:,}" for number in found.anchors)
        say(f"Its end was checked against the anchor at entry {at}." if at else
            "No anchor was checked: entries cut off at the end would not be noticed.")  # fmt: skip
    if not found.is_whole:
        raise typer.Exit(EXIT_NOT_WHOLE)


@app.command("show")
def show(
    *,
    actor: Annotated[str, typer.Option(help="Only who has this code.")] = "",
    action: Annotated[str, typer.Option(help="Only this action, e.g. view_photo or export.")] = "",
    ref: Annotated[str, typer.Option(help="Only what has this pseudonym, id or code.")] = "",
    since: Annotated[datetime | None, typer.Option(help="From this day or moment on, UTC.")] = None,
    until: Annotated[datetime | None, typer.Option(help="To this day, which counts, or moment, UTC.")] = None,
    rows: Annotated[int, typer.Option(min=1, help="Most entries.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """Show entries, newest first; that you looked is appended to the log."""
    with closing(open_database(settings())) as database:
        found = entries(
            database, actor=actor, action=action, ref=ref, rows=rows,
            since=since and _day_or_moment(since),
            until=until and _day_or_moment(until),
        )  # fmt: skip
        if not found.empty:
            # Of what was not found nothing is kept: it may be the name of somebody.
            asked = {"actor": actor, "action": action, "object": ref, "rows": len(found)}
            record(settings(), action="view_log", details={name: value for name, value in asked.items() if value})
    listed = found.to_dict("records")
    if as_json:
        print_json({"entries": [row | {"details": json.loads(row["details"])} for row in listed]})
        return
    if not listed:
        say("The log holds no such entry.")
        return
    print_table(
        "",
        ["entry", "at (UTC)", "actor", "action", "of", "details", "purpose"],
        [
            [f"{row['number']:,}", row["at"][:19], f"{row['actor']} {row['role']}".strip(), row["action"],
             f"{row['kind']} {row['ref']}".strip(), row["details"], row["purpose"]]
            for row in listed
        ],
        left=7,
    )  # fmt: skip


@app.command("anchor")
def anchor_log(
    *,
    to: Annotated[
        Path | None, typer.Option(help="File to write, to be kept where nobody here can change it; default: printed.")
    ] = None,
) -> None:
    """Give number and hash of the newest entry, to find later on if the end of the log was cut off or written anew."""
    found = verify(settings())
    if not found.is_whole:
        raise AccessLogError(
            "The log is not as it was written, and gets no new anchor.",
            cause=found.findings[0].sentence(),
            next_step="`tepat audit-log verify` names all that was found.",
        )
    anchor = newest(settings())
    if anchor is None:
        raise AccessLogError("The log holds no entry yet.", next_step="Give it an anchor once something was done.")
    if to is None:
        typer.echo(anchor_text(anchor), nl=False)
        return
    write_whole(to, anchor_text(anchor).encode())
    say(f"Entry {anchor.number:,} is anchored in {to}. Keep the file elsewhere.")
    say(f"Later: tepat audit-log verify --anchor {to.name}")


def _day_or_moment(at: datetime) -> date:
    is_day = (at.hour, at.minute, at.second, at.microsecond) == (0, 0, 0, 0)
    return at.date() if is_day else at.replace(tzinfo=UTC)
