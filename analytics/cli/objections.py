"""`tepat objections …`: how usul and sanggah flow, and what their outcomes say of rules and sources."""

from typing import Annotated, Any

import typer

from analytics.cli import objection_screening
from analytics.cli.data import JsonOption
from analytics.cli.output import print_json, print_table, say
from analytics.cli.report import AreaOption, DatasetOption, ProgrammeOption, asked
from analytics.cli.scoped import RoleOption
from analytics.metrics import Filters
from analytics.settings import settings
from validation.errors import TepatError

app = typer.Typer(help="Show how objections flow, what they are evidence of, and screen them.", no_args_is_help=True)
app.command("screen")(objection_screening.screen)


@app.command()
def flow(
    *,
    by: Annotated[str, typer.Option(help="kind, channel, grounds, programme or district.")] = "kind",
    area: AreaOption = "",
    programme: ProgrammeOption = "",
    dataset: DatasetOption = "",
    role: RoleOption = "",
    as_json: JsonOption = False,
) -> None:
    """From filing to outcome: counts, days with the open cases in, and what will be open in the next weeks."""
    from analytics.objections.flow import GROUPS  # noqa: PLC0415 - loads scipy
    from analytics.objections.reporting import flow_report  # noqa: PLC0415

    _demand(by, GROUPS)
    filters = Filters(area=area, programme=programme)
    found = flow_report(
        asked(dataset, filters, page="usul_sanggah", role=role), filters, by=by, window=settings().objection_days
    )
    if as_json:
        print_json(found)
        return
    if not found["groups"]:
        say(f"The data set {found['dataset']} has no usul or sanggah.")
        return
    names = [name for name in found["groups"][0] if name != "group"]
    print_table(
        f"{found['dataset']}, data until {found['data_until']}: where cases went and how they ended",
        [by, *(name.replace("_", " ") for name in names)],
        [[row["group"] or "–", *(_count(row[name]) for name in names)] for row in found["groups"]],
    )
    for title, column, rows in (("Days by step", "step", found["steps"]), (f"Days by {by}", by, found["durations"])):
        _print_durations(title, column, rows, window=found["window_days"])
    _print_backlog(found["backlog"])


@app.command()
def evidence(
    *,
    by: Annotated[str, typer.Option(help="rule, district, channel, grounds or programme.")] = "rule",
    area: AreaOption = "",
    programme: ProgrammeOption = "",
    dataset: DatasetOption = "",
    role: RoleOption = "",
    as_json: JsonOption = False,
) -> None:
    """How often a field check overturns a refusal, and what correcting a data source would change in both errors.

    Objectors select themselves: no overturn rate is a rate of mistargeting.
    """
    from analytics.objections.evidence import GROUPS  # noqa: PLC0415 - loads scipy
    from analytics.objections.reporting import evidence_report  # noqa: PLC0415

    _demand(by, GROUPS)
    filters = Filters(area=area, programme=programme)
    found = evidence_report(asked(dataset, filters, page="usul_sanggah", role=role), filters, by=by)
    if as_json:
        print_json(found)
        return
    say(f"[bold]{found['warning']}[/]")
    if not found["overturned"]:
        say("This snapshot says nothing of field checks of objections; publish it anew with this version.")
    for about, rates in found["overturned"].items():
        print_table(
            f"About a {about}: upheld by a field check, {_count(rates['judged'])} cases, all together {_share(rates)}",
            [by, "upheld", "judged", "shrunk", "95 % interval", "own share"],
            [
                [row["group"] or "–", _count(row["upheld"]), _count(row["judged"]), _share(row),
                 _interval(row, "low", "high"), _share(row, "raw")]
                for row in rates["groups"]
            ],
        )  # fmt: skip
    if found["agents"]:
        agents = found["agents"]
        say(
            f"{agents['agents']:,} agents: mean {agents['centre']:.1%} ({agents['low']:.1%} – {agents['high']:.1%}), "
            f"their true rates lie {agents['spread'] * 100:.1f} points apart (standard deviation); the interval of "
            f"{_share(agents, 'beyond')} leaves the mean out."
        )
    for name, sources in found["sources"].items():
        _print_sources(name, sources)


def _demand(by: str, known: tuple[str, ...]) -> None:
    if by not in known:
        raise TepatError(f"Objections cannot be broken down by {by!r}.", next_step=f"Known are: {', '.join(known)}.")


def _print_durations(title: str, column: str, rows: list[dict[str, Any]], *, window: int) -> None:
    opened = any("open" in row for row in rows)
    print_table(
        title,
        [column, "cases", *(["open"] if opened else []), "overdue", "median", "95 % interval", "nine of ten",
         f"within {window} days", "95 % interval"],
        [
            [row["group"] or "–", *(_count(row[name]) for name in ("cases", "open", "overdue") if name in row),
             _days(row["median"]), f"{_days(row['median_low'])} – {_days(row['median_high'])}", _days(row["most"]),
             _share(row, "in_time"), _interval(row, "in_time_low", "in_time_high")]
            for row in rows
        ],
    )  # fmt: skip


def _print_backlog(found: dict[str, Any] | None) -> None:
    if found is None:
        return
    say(
        f"Open at the end of the last whole week: {found['open']:,.0f}; at the present pace "
        f"{found['came_a_week']:.1f} come and {found['ended_a_week']:.1f} end a week."
    )
    print_table(
        f"Open at the end of the coming weeks (intervals from {found['past_forecasts']} past forecasts)",
        ["week of", "open", "80 %", "95 %"],
        [
            [row["week"], f"{row['value']:,.0f}", *(_span(row, level) for level in ("80", "95"))]
            for row in found["ahead"]
        ],
    )


def _print_sources(programme: str, found: dict[str, Any]) -> None:
    families = {row["source"]: row["alone"] for row in found["refused"]}
    print_table(
        f"{programme}: both errors if a source were corrected, or ignored (field checks of "
        f"{', '.join(found['periods']) or 'no period'})",
        ["source", "way", "error", "refused by it alone", "before", "change", "95 % interval", "n"],
        [
            [row["source"], row["way"], row["error"], _count(families[row["source"]]), _share(row, "before"),
             "small n" if row["change"] is None else f"{row['change'] * 100:+.1f} points",
             "" if row["change"] is None else f"{row['change_low'] * 100:+.1f} – {row['change_high'] * 100:+.1f}",
             _count(row["n"])]
            for row in found["errors"]
        ],
        left=3,
    )  # fmt: skip


def _count(value: float | None) -> str:
    return "withheld" if value is None else f"{value:,.0f}"


def _days(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def _share(row: dict[str, Any], name: str = "value") -> str:
    if row[name] is None:
        return row.get("reason", "").replace("small_n", "small n") or "–"
    return f"{row[name]:.1%}"


def _interval(row: dict[str, Any], low: str, high: str) -> str:
    return "" if row[low] is None or row[high] is None else f"{row[low]:.1%} – {row[high]:.1%}"


def _span(row: dict[str, Any], level: str) -> str:
    low, high = row[f"low{level}"], row[f"high{level}"]
    return "–" if low is None or high is None else f"{low:,.0f} – {high:,.0f}"
