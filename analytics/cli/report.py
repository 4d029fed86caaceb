"""`tepat report …`: the pages' figures on the command line."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer

from analytics import reports
from analytics.cli.data import JsonOption
from analytics.cli.output import plain, print_json, print_table, say
from analytics.cli.scoped import RoleOption, area_asked, open_within, scope_asked
from analytics.metrics import METRICS, Filters
from analytics.metrics.comparisons import place_names
from analytics.metrics.filters import Method as FilterMethod
from analytics.metrics.scope import scope
from analytics.store import Warehouse
from validation.contract import LEVELS
from validation.errors import TepatError

app = typer.Typer(help="Print the figures of a page: targeting, registrations or objections.", no_args_is_help=True)


class Method(StrEnum):
    """How targeting is estimated."""

    DIRECT = "direct"
    PPI = "ppi"
    SMALL_AREA = "small-area"


METHODS: dict[Method, FilterMethod] = {
    Method.DIRECT: "direct", Method.PPI: "ppi", Method.SMALL_AREA: "small_area"
}  # fmt: skip

DatasetOption = Annotated[str, typer.Option(help="Data set; default: the one published last.")]
AreaOption = Annotated[str, typer.Option(help="Code of a region; everything inside it counts, e.g. 35.10.01.")]
ProgrammeOption = Annotated[str, typer.Option(help="Programme, e.g. PKH.")]
ByOption = Annotated[list[str] | None, typer.Option("--by", help="Break down by a region level or a dimension.")]


@app.command()
def targeting(
    *,
    by: ByOption = None,
    period: Annotated[list[str] | None, typer.Option(help="Payment period; default: the latest two.")] = None,
    programme: ProgrammeOption = "",
    area: AreaOption = "",
    role: RoleOption = "",
    method: Annotated[
        Method,
        typer.Option(
            help="direct: the checks alone; ppi: narrowed by the model's predictions; small-area: regions borrow "
            "strength from each other (with --by district or village)."
        ),
    ] = Method.DIRECT,
    persons: Annotated[bool, typer.Option("--persons", help="Count persons instead of families.")] = False,
    dataset: DatasetOption = "",
    as_json: JsonOption = False,
) -> None:
    """Inclusion, exclusion and total error with intervals, from the random field checks."""
    filters = Filters(
        area=area,
        programme=programme,
        periods=tuple(period or ()),
        unit="persons" if persons else "families",
        method=METHODS[method],
    )
    warehouse = asked(dataset, filters, page="ketepatan_sasaran", role=role)
    if method is Method.SMALL_AREA and not set(by or ()) & set(LEVELS):
        raise TepatError(
            "Small-area estimates are made for regions.", next_step=f"Add --by with one of {', '.join(LEVELS)}."
        )
    found = reports.targeting(warehouse, filters, by=_groups("targeting", by))
    if as_json:
        print_json(found)
        return
    for result in found["results"]:
        checks = result["checks"]
        say(
            f"[bold]{plain(result['programme'])}[/], periods {plain(', '.join(result['periods']))}: "
            f"{checks['entered']:,} checks entered of {checks['made']:,} ({checks['unknown']:,} unknown), "
            f"{checks['receivers']:,} receivers."
        )
        _print_values("", result["metrics"])
        for error, parts in result["sources"].items():
            _print_values(f"{METRICS[error].label.en}, where it comes from", parts)
        for error, found_gain in result["gain"].items():
            say(f"{METRICS[error].label.en}: the model narrows the interval by {found_gain['narrower']:.0%}, "
                f"worth {found_gain['visits']:,} more random visits.")  # fmt: skip
        if result["floor"]:
            say(f"Floor of this size: inclusion {result['floor']['inclusion']:.1%}, exclusion "
                f"{result['floor']['exclusion']:.1%}.")  # fmt: skip
        _print_groups(result["by"])
    if not found["results"]:
        say("This data set has no field checks, so targeting cannot be estimated from it.")


@app.command("what-if")
def what_if(
    *,
    programme: Annotated[str, typer.Option(help="Programme whose rules are changed: PKH or BPNT.")],
    change: Annotated[
        list[str] | None, typer.Option("--set", help="A rule's new threshold, e.g. decile=5; may be repeated.")
    ] = None,
    without: Annotated[list[str] | None, typer.Option(help="A rule to leave out, e.g. power; may be repeated.")] = None,
    by: Annotated[str, typer.Option(help="village, district or a group of families.")] = "",
    area: AreaOption = "",
    role: RoleOption = "",
    dataset: DatasetOption = "",
    as_json: JsonOption = False,
) -> None:
    """What another threshold of a rule would do: who moves in and out, cost, both errors with intervals.

    Compared are the lists that the rules alone would make; nothing is changed or decided.
    """
    warehouse = open_within(area_asked("aturan", role=role, area=area), dataset)
    found = reports.what_if(warehouse, programme, _changes(change, without), by=by)
    if as_json:
        print_json(found)
        return
    for rule in found["rules"]:
        if rule["before"] != rule["after"]:
            say(f"[bold]{rule['id']}[/]: {rule['before']} → {'left out' if rule['after'] is None else rule['after']}")
    names = ("families", "before", "after", "moves_in", "moves_out", "unknown")
    print_table(
        f"{programme}: families that no rule refuses, and billions of rupiah a year that their records come to",
        [by or "all", *(name.replace("_", " ") for name in names), "Rp bn before", "Rp bn after"],
        [[row["domain"] or "all", *(_told(row[name], ",.0f") for name in names),
          *(_told(row[name], ",.1f", unit=1e9) for name in ("a_year_before", "a_year_after"))]
         for row in found["movers"]],
    )  # fmt: skip
    if not found["errors"]:
        say("This data set has no field checks, so the errors of the lists cannot be estimated.")
        return
    print_table(
        f"Errors of both lists, field checks of {', '.join(found['periods'])}",
        [by or "all", "error", "before", "after", "change", "95 % interval", "n"],
        [
            [row["domain"] or "all", row["error"], *(_percent(row[name]) for name in ("before", "after", "change")),
             "" if row["change"] is None else f"{row['change_low']:+.1%} – {row['change_high']:+.1%}",
             f"{row['n']:,}"]
            for row in found["errors"]
        ],
        left=2,
    )  # fmt: skip


def _changes(change: Sequence[str] | None, without: Sequence[str] | None) -> dict[str, int | None]:
    """Read `decile=5`.

    Raises:
        TepatError: it is not of this form, or nothing is changed.
    """
    changes: dict[str, int | None] = dict.fromkeys(without or ())
    for text in change or ():
        name, _, value = text.partition("=")
        if not value.isdecimal():
            raise TepatError(f"--set {text} cannot be read.", next_step="Write RULE=NUMBER, for example decile=5.")
        changes[name] = int(value)
    if not changes:
        raise TepatError("Nothing is changed.", next_step="Add --set RULE=NUMBER or --without RULE.")
    return changes


def _told(value: float | None, form: str, *, unit: float = 1) -> str:
    return "withheld" if value is None else format(value / unit, form)


def _percent(value: float | None) -> str:
    return "small n" if value is None else f"{value:.1%}"


@app.command()
def registrations(
    *,
    by: ByOption = None,
    area: AreaOption = "",
    role: RoleOption = "",
    channel: Annotated[str, typer.Option(help="self or agent.")] = "",
    programme: ProgrammeOption = "",
    dataset: DatasetOption = "",
    as_json: JsonOption = False,
) -> None:
    """Registrations, face verification and decisions, counted from the portal's exports."""
    filters = Filters(area=area, channel=channel, programme=programme)
    warehouse = asked(dataset, filters, page="pendaftaran", role=role)
    found = reports.counted(warehouse, reports.REGISTRATIONS, filters, by=_groups("registrations", by))
    _print_counted(found, as_json=as_json)


@app.command()
def objections(
    *,
    by: ByOption = None,
    area: AreaOption = "",
    role: RoleOption = "",
    programme: ProgrammeOption = "",
    dataset: DatasetOption = "",
    as_json: JsonOption = False,
) -> None:
    """Usul and sanggah: filed, open, late, upheld."""
    filters = Filters(area=area, programme=programme)
    warehouse = asked(dataset, filters, page="usul_sanggah", role=role)
    found = reports.counted(warehouse, reports.OBJECTIONS, filters, by=_groups("objections", by))
    _print_counted(found, as_json=as_json)


def asked(dataset: str, filters: Filters, *, page: str, role: str) -> Warehouse:
    """Open a data set that knows what the filters name, limited to their area where a role asks.

    Raises:
        TepatError: it does not know a programme, period, channel or region of them, or the role may not open the page.
    """
    own = scope_asked(page, role=role, area=filters.area).area if role else ""
    warehouse = open_within(own, dataset)
    known = scope(warehouse)
    for what, given, there in (
        ("programme", (filters.programme,), known.programmes),
        ("period", filters.periods, known.periods),
        ("channel", (filters.channel,), known.channels),
    ):
        for name in filter(None, given):
            if name not in there:
                raise TepatError(
                    f"The data set {warehouse.manifest.dataset.name} knows no {what} {name!r}.",
                    next_step=f"Known are: {', '.join(there) or 'none'}.",
                )
    if filters.area and filters.area not in place_names(warehouse):
        raise TepatError(
            f"The data set {warehouse.manifest.dataset.name} knows no region {filters.area!r}.",
            next_step="Give a code such as 35.10.01.",
        )
    return warehouse


def _groups(name: str, by: Sequence[str] | None) -> list[str]:
    known = reports.GROUPS[name]
    for group in by or ():
        if group not in known:
            raise TepatError(
                f"The {name} report cannot be broken down by {group!r}.", next_step=f"Known are: {', '.join(known)}."
            )
    return list(by or ())


def _print_counted(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    if not found["metrics"]:
        say(f"The data set {found['dataset']} has none of these tables; there is no figure to show.")
        return
    _print_values(f"{found['dataset']}, data until {found['data_until']}", found["metrics"])
    _print_groups(found["by"])


def _print_values(title: str, values: dict[str, Any]) -> None:
    rows = [[METRICS[name].label.en, _shown(name, value), _interval(value), *_parts(value)]
            for name, value in values.items()]  # fmt: skip
    print_table(title, ["metric", "value", "95 % interval", "numerator", "denominator", "n"], rows)


def _print_groups(groups: dict[str, list[dict[str, Any]]]) -> None:
    for group, entries in groups.items():
        names = list(dict.fromkeys(name for entry in entries for name in entry["metrics"]))
        rows = [
            [str(entry.get("name") or entry[group] or "–"),
             *(_shown(name, entry["metrics"][name]) if name in entry["metrics"] else "–" for name in names)]
            for entry in entries
        ]  # fmt: skip
        print_table(f"by {group}", [group, *(METRICS[name].label.en for name in names)], rows)


def _shown(name: str, value: dict[str, Any]) -> str:
    if value["value"] is None:
        return {"small_n": "small n", "one_cluster": "one village"}.get(value.get("reason", ""), "–")
    unit = METRICS[name].unit
    if unit == "share":
        return f"{value['value']:.1%}"
    if unit == "mean":
        return f"{value['value']:,.2f}"
    return f"{value['value']:,.0f}" + (" s" if unit == "seconds" else "")


def _interval(value: dict[str, Any]) -> str:
    return f"{value['low']:.1%} – {value['high']:.1%}" if value.get("low") is not None else ""


def _parts(value: dict[str, Any]) -> list[str]:
    return ["" if value[name] is None else f"{value[name]:,.0f}" for name in ("numerator", "denominator", "n")]
