"""`tepat brief`: a page of the dashboard on A4 paper or as a workbook, for sending on a schedule."""

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from analytics.access import AccessError, Scope
from analytics.access.provider import needs_sign_in
from analytics.cli.output import say
from analytics.cli.scoped import RoleOption, open_within, scope_asked
from analytics.cli.serve import SERVER, as_environment
from analytics.settings import settings
from analytics.store import open_store
from validation.errors import TepatError
from validation.text import LANGUAGES

SUFFIXES = (".pdf", ".xlsx")


def brief(
    page: Annotated[str, typer.Argument(help="Page as in its URL, such as ringkasan.")],
    *,
    output: Annotated[Path, typer.Option(help="File to write: .pdf or .xlsx.")],
    role: RoleOption = "",
    area: Annotated[
        str, typer.Option(help="Region by its Kemendagri code; with --role what the role is limited to.")
    ] = "",
    programme: Annotated[str, typer.Option(help="One programme.")] = "",
    channel: Annotated[str, typer.Option(help="One channel of registration.")] = "",
    since: Annotated[datetime | None, typer.Option(help="First day.", formats=["%Y-%m-%d"])] = None,
    until: Annotated[datetime | None, typer.Option(help="Last day.", formats=["%Y-%m-%d"])] = None,
    choose: Annotated[list[str], typer.Option(help="A choice of the page as NAME=CODE, as in its URL.")] = [],  # noqa: B006  typer copies it
    language: Annotated[str, typer.Option(help="id or en; default TEPAT_LANGUAGE.")] = "",
) -> None:
    """Write the brief of a page: its figures, their words, tables and definitions, each page with its stamp.

    Under --role it holds what that role may see in --area. Of personal data a brief is made for a role alone.
    """
    spoken = language or settings().language
    _check(output, choose, spoken)
    scope = _scope(page, role=role, area=area)
    days = {name: day.date().isoformat() for name, day in (("since", since), ("until", until)) if day}
    filters = {"area": "" if scope else area, "programme": programme, "channel": channel} | days
    choices = [f"{name}={code}" for name, code in filters.items() if code] + choose
    command = [sys.executable, "-m", "dashboard.briefs", page, *choices,
               "--language", spoken, "--output", str(output.resolve()),
               *(["--role", scope.role, "--area", scope.area] if scope else [])]  # fmt: skip
    # Without a server, every cache and widget warns that there is none.
    environment = os.environ | as_environment(settings()) | {"STREAMLIT_LOGGER_LEVEL": "error"}
    code = subprocess.call(command, env=environment, cwd=SERVER.parents[1])  # noqa: S603  own command
    if code:
        raise typer.Exit(code)
    say(f"Wrote {output}.")


def _scope(page: str, *, role: str, area: str) -> Scope | None:
    """Return the scope that the brief is made under; None = everything, of data that anybody may see.

    Raises:
        AccessError: a role is needed, unknown, may not open the page or take figures along, or its area is unknown.
        NothingPublishedError: there is no data set.
    """
    manifest = open_store(settings()).manifest(settings().dataset)
    if not role:
        if needs_sign_in(manifest, settings()):
            raise AccessError(
                f"For whom is the brief? The data set {manifest.dataset.name} is not for everybody.",
                next_step="Add --role, and --area for a role that is limited to one.",
            )
        return None
    scope = scope_asked(page, role=role, area=area)
    if not scope.may("export"):
        raise AccessError(f"The role {role} may not take figures along.", next_step="Make the brief for another role.")
    open_within(area).close()  # says that there is no such region
    return scope


def _check(output: Path, choose: list[str], language: str) -> None:
    if output.suffix not in SUFFIXES:
        raise TepatError(
            f"A brief cannot be written as {output.suffix or output.name}.",
            next_step=f"Let --output end in {' or '.join(SUFFIXES)}.",
        )
    if not output.absolute().parent.is_dir():
        raise TepatError(f"There is no folder {output.parent}.", next_step="Make it, or name another --output.")
    if language not in LANGUAGES:
        raise TepatError(f"There is no language {language}.", next_step=f"Choose one of {', '.join(LANGUAGES)}.")
    for choice in choose:
        if not choice.partition("=")[2]:
            raise TepatError(
                f"{choice} is no choice.", next_step="Write --choose NAME=CODE, such as metric=late_share."
            )
