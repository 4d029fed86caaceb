"""`tepat benchmark …`: how fast this machine is, and whether the intervals hold what they say."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from analytics.benchmarks import validation as benchmark
from analytics.cli.data import JsonOption
from analytics.cli.output import print_json, print_table, progress, say

OutputOption = Annotated[Path | None, typer.Option(help="Write the page of results here.", dir_okay=False)]

app = typer.Typer(help="Measure how fast the gate is and how well the estimators hold.", no_args_is_help=True)
ROWS = (1_000_000, 10_000_000)


@app.command()
def validation(
    *,
    rows: Annotated[
        list[int] | None, typer.Option(min=1000, help="Rows; may be repeated. Default: 1 and 10 million.")
    ] = (None),
    output: OutputOption = None,
    folder: Annotated[
        Path | None, typer.Option(help="Where to make the rows; 1 GiB for a million.", file_okay=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure the quality gate beside Great Expectations on the same rules and rows."""
    console = Console(stderr=True, highlight=False)
    sizes = sorted(set(rows or ROWS))
    with _workplace(folder) as work:
        compared = benchmark.run(sizes, work, report=console.print)
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(benchmark.markdown(compared), encoding="utf-8")
    if as_json:
        print_json(benchmark.as_dict(compared))
        return
    header = ["what", "rows", "seconds", "CPU seconds", "peak GiB"]
    cells = [
        [entry.task, f"{entry.rows:,}", f"{entry.seconds:.1f}", f"{entry.cpu_seconds:.1f}", f"{entry.peak_gib:.2f}"]
        for entry in compared.measured
    ]
    print_table("", header, cells)
    for size in sizes:
        whole, alone = (compared.speed_up(task, size) for task in ("gate", "rules"))
        say(f"{size:,} rows: Great Expectations = 1, the gate whole {whole:.1f}, its rules alone {alone:.1f}.")


@app.command()
def estimation(
    *,
    repetitions: Annotated[int, typer.Option(min=20, help="Samples drawn in each setting.")] = 4000,
    seed: Annotated[int, typer.Option(help="Seed of the simulation.")] = 20120401,
    households: Annotated[
        Path | None, typer.Option(help="households.csv of the 2012 study, to draw from real families too.")
    ] = None,
    output: OutputOption = None,
    as_json: JsonOption = False,
) -> None:
    """Simulate every estimator with known truth: do its intervals cover? Exit status 1 where one misses."""
    from analytics.benchmarks import estimation as simulated  # noqa: PLC0415 - loads scipy

    console = Console(stderr=True, highlight=False)
    found = simulated.run(repetitions, seed, households_path=households, report=console.print)
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(simulated.markdown(found, repetitions=repetitions, seed=seed), encoding="utf-8")
    if as_json:
        print_json(simulated.as_dict(found))
    else:
        for name, rows in found.items():
            cells = [
                [row.setting, row.estimator, row.quantity, f"{row.value:.3f}", "" if row.holds else "missed"]
                for row in rows
            ]
            print_table(name, ["setting", "estimator", "quantity", "value", ""], cells)
    if simulated.missed(found):
        raise typer.Exit(1)


@app.command()
def model(
    *,
    families: Annotated[
        list[int] | None, typer.Option(min=1000, help="Families; may be repeated. Default: 1 and 10 million.")
    ] = (None),
    rounds: Annotated[int, typer.Option(min=1, help="Trees that are trained.")] = 50,
    pilot: Annotated[int, typer.Option(help="Families of the simulated pilot; 0 = none.", min=0)] = 60_000,
    study: Annotated[
        Path | None, typer.Option(help="Folder of the 2012 study, to evaluate on its households too.", file_okay=False)
    ] = None,
    output: OutputOption = None,
    folder: Annotated[
        Path | None, typer.Option(help="Where to make the families; 6 GiB for ten million.", file_okay=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure training, scoring and reasons beside XGBoost alone, and what the scores find where the truth is known."""
    from analytics.benchmarks import model as measured  # noqa: PLC0415 - loads XGBoost

    console = Console(stderr=True, highlight=False)
    with _workplace(folder) as work:
        found = measured.Results(
            speed=measured.speed.run(sorted(set(families or ROWS)), work, rounds=rounds, report=console.print),
            pilot=measured.pilot.run(pilot, work / "pilot", report=console.print) if pilot else None,
            study=measured.study.run(study, report=console.print) if study else None,
        )
    _told(measured.markdown(found), measured.as_dict(found), output=output, as_json=as_json)


@app.command()
def faces(
    *,
    photos: Annotated[
        Path | None, typer.Option(help="Folder of faces/ and faces.csv, to measure encoding on.", file_okay=False)
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="Photos of it that are encoded.")] = 300,
    templates: Annotated[
        list[int] | None, typer.Option(min=1000, help="Templates; may be repeated. Default: 100,000 and 1 million.")
    ] = None,
    output: OutputOption = None,
    folder: Annotated[
        Path | None, typer.Option(help="Where to make the templates; 1 GiB for a million.", file_okay=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure encoding beside plain face_recognition, and the search of near pairs beside loops, numpy and FAISS."""
    from analytics.benchmarks.faces import encoding, search  # noqa: PLC0415 - loads ONNX Runtime
    from analytics.benchmarks.faces import speed as measured  # noqa: PLC0415

    console = Console(stderr=True, highlight=False)
    with _workplace(folder) as work:
        found = measured.Results(
            encoding=encoding.run(photos, count, home=work, report=console.print) if photos else None,
            search=search.run(sorted(set(templates or search.SIZES)), work, report=console.print),
        )
    _told(measured.markdown(found), measured.as_dict(found), output=output, as_json=as_json)


@app.command()
def duplicates(
    *,
    people: Annotated[int, typer.Option(min=2000, help="Applicants, planted second records included.")] = 360_000,
    twins: Annotated[float, typer.Option(min=0, max=0.5, help="Share of them who are a twin of another.")] = 0.0,
    seed: Annotated[int, typer.Option(help="Seed of everything that is drawn.")] = 1,
    output: OutputOption = None,
    as_json: JsonOption = False,
) -> None:
    """Plant duplicates in the simulated pilot and search for them by faces and records, and by either alone."""
    from analytics.benchmarks.faces import planted, planted_page  # noqa: PLC0415 - loads Splink

    with progress() as report:
        found = planted.run_planted(people, seed=seed, twins=twins, progress=report)
    _told(planted_page.markdown(found), planted_page.as_dict(found), output=output, as_json=as_json)


@app.command()
def objections(
    *,
    rows: Annotated[
        list[int] | None, typer.Option(min=1000, help="Objections; may be repeated. Default: 1 and 10 million.")
    ] = (None),
    output: OutputOption = None,
    folder: Annotated[
        Path | None, typer.Option(help="Where to make them; 3 GiB for ten million.", file_okay=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure the marts and figures of objections beside one plain DuckDB group-by of the same rows."""
    from analytics.benchmarks import objections as measured  # noqa: PLC0415 - loads scipy

    console = Console(stderr=True, highlight=False)
    with _workplace(folder) as work:
        found = measured.run(sorted(set(rows or ROWS)), work, report=console.print)
    _told(measured.markdown(found), measured.as_dict(found), output=output, as_json=as_json)


@app.command()
def agents(
    *,
    simulate: Annotated[bool, typer.Option("--simulate", help="Simulate agents with known truth.")] = False,
    repetitions: Annotated[int, typer.Option(min=2, help="Repetitions of the simulation.")] = 200,
    level: Annotated[float, typer.Option(min=0.001, max=0.499, help="Highest share of innocent agents.")] = 0.05,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the simulation.")] = 20261125,
    pilot: Annotated[int, typer.Option(min=0, help="Families of a simulated pilot to review; 0 = none.")] = 0,
    applications: Annotated[
        list[int] | None, typer.Option(min=1000, help="Applications to measure speed on; may be repeated.")
    ] = None,
    output: OutputOption = None,
    folder: Annotated[
        Path | None, typer.Option(help="Where to make the tables; 15 GiB for 100 million.", file_okay=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Whether the list of agents keeps its level, what it finds, how fast it is. Exit status 1 where it does not."""
    from analytics.benchmarks.agents import page, simulation, speed  # noqa: PLC0415 - loads SciPy
    from analytics.benchmarks.agents import pilot as simulated  # noqa: PLC0415

    console = Console(stderr=True, highlight=False)
    summaries = []
    for share in simulation.CORRUPT if simulate else ():
        console.print(f"{share:.0%} corrupt: {repetitions} repetitions")
        done = simulation.repeat(
            agents=simulation.AGENTS, corrupt=share, repetitions=repetitions, level=level, seed=seed
        )
        summaries.append(simulation.summarise(list(done), corrupt=share, level=level))
    with _workplace(folder) as work:
        found = page.Results(
            simulated=summaries,
            pilots=[simulated.run(pilot, work / "pilot", level=level, report=console.print)] if pilot else [],
            timed=speed.run(sorted(set(applications or ())), work, report=console.print),
        )
    _told(page.markdown(found), page.as_dict(found), output=output, as_json=as_json)
    if not all(each.holds for each in summaries):
        raise typer.Exit(1)


@contextmanager
def _workplace(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as work:
        yield Path(work)


def _told(page: str, values: Any, *, output: Path | None, as_json: bool) -> None:
    """Write the page where it is wanted, and print it or its values."""
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(page, encoding="utf-8")
    if as_json:
        print_json(values)
    else:
        say(page)
