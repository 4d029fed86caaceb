"""`tepat benchmark …`: how fast this machine is."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from analytics.benchmarks import validation as benchmark
from analytics.cli.data import JsonOption
from analytics.cli.output import print_json, print_table, say

app = typer.Typer(help="Measure speed and memory on this machine.", no_args_is_help=True)
ROWS = (1_000_000, 10_000_000)


@app.command()
def validation(
    *,
    rows: Annotated[
        list[int] | None, typer.Option(min=1000, help="Rows; may be repeated. Default: 1 and 10 million.")
    ] = (None),
    output: Annotated[Path | None, typer.Option(help="Write the page of results here.", dir_okay=False)] = None,
    folder: Annotated[
        Path | None, typer.Option(help="Where to make the rows; 1 GiB for a million.", file_okay=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure the quality gate beside Great Expectations on the same rules and rows."""
    console = Console(stderr=True, highlight=False)
    sizes = sorted(set(rows or ROWS))
    with tempfile.TemporaryDirectory(dir=folder) as work:
        compared = benchmark.run(sizes, Path(work), report=console.print)
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
