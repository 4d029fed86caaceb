"""`tepat alerts …`: which figures are past their threshold, who looks after them, and whether messages get through."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Annotated, Any

import typer

from analytics.alerts.catalogue import catalogue, in_force
from analytics.alerts.errors import DeliveryError
from analytics.alerts.reading import Alerts, open_alerts
from analytics.cli.data import JsonOption
from analytics.cli.output import plain, print_json, print_table, say
from analytics.settings import settings
from analytics.store import open_store

app = typer.Typer(help="Alerts: figures past their threshold, judged at each publication.", no_args_is_help=True)
DatasetOption = Annotated[str, typer.Option(help="Data set; default: the one published last.")]
AreaOption = Annotated[str, typer.Option(help="Code of a region: only alerts of it and inside it.")]
MOMENT = "%Y-%m-%d %H:%M"
UTC_MOMENT = "%Y-%m-%dT%H:%M:%SZ"


@app.command("list")
def listed(
    *,
    everything: Annotated[bool, typer.Option("--all", help="Also alerts that are closed.")] = False,
    area: AreaOption = "",
    dataset: DatasetOption = "",
    as_json: JsonOption = False,
) -> None:
    """List the alerts that are open, the worst first."""
    name = _dataset(dataset)
    with _alerts() as alerts:
        rows: list[dict[str, Any]] = alerts.within(area).listed(name, everything=everything).to_dict("records")  # type: ignore[assignment]
        judgement = alerts.judgement(name)
    if as_json:
        at = judgement and f"{judgement.at:{UTC_MOMENT}}"
        failed = list(judgement.failed) if judgement else []
        print_json({"dataset": name, "judged_at": at, "not_judged": failed, "alerts": [_plain(row) for row in rows]})
        return
    if judgement is None:
        say("The alerts were never judged. `tepat alerts run` does, and each publication.")
        return
    say(f"Judged {judgement.at:{MOMENT}} UTC on snapshot {judgement.snapshot}.")
    if judgement.failed:
        say(f"[bold red]Could not be judged:[/] {', '.join(judgement.failed)}")
    if not rows:
        say("No alert is open.")
    else:
        _table(rows)


@app.command()
def run(*, dataset: DatasetOption = "", as_json: JsonOption = False) -> None:
    """Judge the alerts now, keep what changed, and send what waits; a timer may run this every hour."""
    from analytics.alerts.run import run as run_alerts  # noqa: PLC0415 - loads the scores' libraries

    ran = run_alerts(settings(), dataset)
    counts = {name: len(getattr(ran.changes, name)) for name in ("opened", "worse", "closed")}
    sending = {name: getattr(ran.delivered, name) for name in ("sent", "waiting", "given_up")}
    if as_json:
        print_json({"snapshot": ran.evaluation.snapshot, "not_judged": list(ran.evaluation.failed)} | counts | sending)
        return
    said = ", ".join(f"{count} {name}" for name, count in counts.items())
    say(f"Judged snapshot {ran.evaluation.snapshot}: {said}.")
    say("Messages: " + ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in sending.items()) + ".")
    if ran.evaluation.failed:
        say(f"[bold red]Could not be judged:[/] {', '.join(ran.evaluation.failed)}")


@app.command("test")
def send_test(*, as_json: JsonOption = False) -> None:
    """Send a test message by each way that is set, and say how it ended. Ends with 2 where one did not get through."""
    from analytics.alerts.run import try_channels  # noqa: PLC0415 - loads the scores' libraries

    ended = try_channels(settings())
    if as_json:
        print_json({name: {"taken": not fault, "fault": fault} for name, fault in ended.items()})
    else:
        for name, fault in ended.items():
            say(f"{name}: {plain(fault)}" if fault else f"{name}: the test message was taken.")
    if any(ended.values()):
        failed = [name for name, fault in ended.items() if fault]
        raise DeliveryError(f"The test message did not get through by {' and '.join(failed)}.")


@app.command()
def acknowledge(
    code: Annotated[str, typer.Argument(help="Code of the alert.", show_default=False)],
    *,
    by: Annotated[str, typer.Option("--by", help="Your staff code.", show_default=False)],
    reason: Annotated[str, typer.Option(help="What is done about it; it is kept.", show_default=False)],
    area: AreaOption = "",
    programme: Annotated[str, typer.Option(help="Only alerts on this programme.")] = "",
    dataset: DatasetOption = "",
) -> None:
    """Say that you look after the open alerts of a code; they stay open until their figure is back."""
    with _alerts() as alerts:
        count = alerts.acknowledge(_dataset(dataset), code, by=by, reason=reason, area=area, programme=programme)
    say(f"[bold]{by}[/] looks after {count} open {'alert' if count == 1 else 'alerts'} {code}.")


@app.command("catalogue")
def show_catalogue(*, as_json: JsonOption = False) -> None:
    """List what is watched: code, threshold, whose it is, and what it means."""
    language = settings().language
    entries = in_force(settings().alert_thresholds)
    if as_json:
        print_json([entry.model_dump(mode="json") | {
            name: {"id": getattr(entry, name).id, "en": getattr(entry, name).en}
            for name in ("owner", "name", "definition", "action")
        } for entry in entries])  # fmt: skip
        return
    rows = [
        [entry.code, entry.owner.to(language), entry.definition.to(language),
         "" if entry.threshold is None else f"{'<' if entry.direction == 'below' else '>'} {entry.threshold:g}"]
        for entry in entries
    ]  # fmt: skip
    print_table("", ["code", "owner", "definition", "threshold"], rows, left=3)


def _table(rows: list[dict[str, Any]]) -> None:
    from analytics.alerts.wording import number  # noqa: PLC0415 - loads Babel

    language = settings().language
    cells = []
    for row in rows:
        unit = catalogue()[row["code"]].unit
        cells.append(
            [row["severity"], row["code"], row["area"] or "all", row["programme"],
             f"closed {row['closed_at']:{MOMENT}}" if row["closed_at"] else row["acknowledged_by"] or "",
             number(row["value"], unit, language), number(row["threshold"], unit, language),
             f"{row['opened_at']:{MOMENT}}"]
        )  # fmt: skip
    header = ["severity", "code", "area", "programme", "who looks after it", "value", "threshold", "since (UTC)"]
    print_table("", header, cells, left=5)


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    moments = ("opened_at", "judged_at", "closed_at", "acknowledged_at")
    return {
        str(name): f"{value:{UTC_MOMENT}}" if name in moments and value else value for name, value in row.items()
    } | {"owner": catalogue()[row["code"]].owner.to(settings().language)}


def _dataset(name: str) -> str:
    return open_store(settings()).manifest(name or settings().dataset).dataset.name


@contextmanager
def _alerts() -> Iterator[Alerts]:
    with closing(open_alerts(settings())) as alerts:
        yield alerts
