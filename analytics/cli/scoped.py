"""Under whose scope a command answers: a role in an area, as at the dashboard; else of who runs the machine, the whole.

A command that prints figures or rows takes `--role` and `--area`. Those without them work on the whole data set and
belong to who runs the machine.
"""

from typing import Annotated

import typer

from analytics.access import AccessError, Scope, require_area
from analytics.access.rights import ROLES
from analytics.metrics.comparisons import place_names
from analytics.settings import settings
from analytics.store import Warehouse, open_store

RoleOption = Annotated[
    str,
    typer.Option(
        "--role",
        help=f"Answer as somebody in this role may see it, in --area alone: {', '.join(ROLES)}. Default: everything, "
        "for who runs the machine.",
        show_default=False,
    ),
]
AreaOption = Annotated[
    str, typer.Option("--area", help="Code of a province, regency or district that the answer is limited to.")
]


def scope_asked(page: str, *, role: str, area: str) -> Scope:
    """Return the scope of a role in an area.

    Args:
        page: Page of the dashboard whose figures the command prints.
        role: One of `ROLES`.
        area: Empty = everywhere.

    Raises:
        AccessError: there is no such role or area, or it may not open the page.
    """
    if role not in ROLES:
        raise AccessError(f"There is no role {role!r}.", next_step=f"Roles are: {', '.join(ROLES)}.")
    scope = Scope(role, area)
    scope.require_page(page)
    return scope


def area_asked(page: str, *, role: str, area: str) -> str:
    """Return what a command is limited to; without a role, the area alone limits.

    Raises:
        AccessError: as `scope_asked`.
    """
    return scope_asked(page, role=role, area=area).area if role else require_area(area)


def open_within(area: str, dataset: str = "") -> Warehouse:
    """Open a data set limited to an area; empty = the whole.

    Raises:
        NothingPublishedError: there is none.
        AccessError: it has no such region.
    """
    warehouse = open_store(settings()).open(dataset or settings().dataset)
    if area and area not in place_names(warehouse):
        raise AccessError(
            f"The data set {warehouse.manifest.dataset.name} knows no region {area!r}.",
            next_step="Give a code such as 35.10.01.",
        )
    return warehouse.within(area)
