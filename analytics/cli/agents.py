"""`tepat agents …`: whose work differs from others', the blind draw of families to ask again, and what they say."""

import math
import os
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from analytics.agents.drawing import FAMILIES, draw, families_of
from analytics.agents.indicators import INDICATORS
from analytics.agents.results import import_results, precision
from analytics.agents.review import review as look
from analytics.agents.storing import AgentRegister, Review, open_agent_register
from analytics.cli.data import JsonOption
from analytics.cli.output import print_json, print_table, say
from analytics.metrics.comparisons import place_names
from analytics.settings import settings
from analytics.store import Warehouse, open_store

app = typer.Typer(
    help="Agents (pendamping): whose work is to be looked at again. A proposal is no accusation and stops nothing.",
    no_args_is_help=True,
)
SEEDS = 2**32
DatasetOption = Annotated[str, typer.Option(help="Data set; default: the one published last.")]
DrawArgument = Annotated[str, typer.Argument(metavar="DRAW", help="Id of the draw.", show_default=False)]


@app.command("review")
def review(
    *,
    size: Annotated[
        int | None,
        typer.Option(min=0, help="Draw the families of so many proposed agents, and of as many others; 0 = all."),
    ] = None,
    families: Annotated[int, typer.Option(min=1, help="Families asked again of each agent drawn.")] = FAMILIES,
    seed: Annotated[int | None, typer.Option(min=0, help="The same seed and review draw the same families.")] = None,
    output: Annotated[
        Path | None, typer.Option(help="Write the blind list here (CSV); draws if need be.", dir_okay=False)
    ] = None,
    level: Annotated[
        float | None, typer.Option(min=0.001, max=0.499, help="Most innocent among the proposed, as a share.")
    ] = None,
    dataset: DatasetOption = "",
    as_json: JsonOption = False,
) -> None:
    """Review every agent's work, adjusted for case mix and honest spread; with --size or --output draw whom to ask."""
    with _opened(dataset) as (warehouse, register):
        made = look(warehouse, register, level=settings().agents_level if level is None else level)
        drawn = ""
        if size is not None or output is not None or seed is not None:
            seed = secrets.randbelow(SEEDS) if seed is None else seed
            chosen = draw(
                register.findings(made.id), families_of(warehouse), seed=seed, agents=size or 0, each=families
            )
            drawn = register.add_draw(made.id, chosen, seed=seed)
            if output is not None:
                _write_list(output, register.interviews(drawn), places=place_names(warehouse))
    facts = _facts(made) | ({"draw": drawn, "seed": seed} if drawn else {})
    if as_json:
        print_json(facts)
        return
    _print(made)
    if drawn:
        say(f"Drawn: [bold]{drawn}[/], seed {seed}. Its key is for the inspectorate alone: tepat agents key {drawn}")


@app.command("list")
def list_interviews(
    *,
    draw_id: DrawArgument,
    output: Annotated[Path, typer.Option(help="File to write (CSV).", dir_okay=False, show_default=False)],
    dataset: DatasetOption = "",
) -> None:
    """Write the list of a draw for those who ask again: families and villages, never an agent or a proposal."""
    with _opened(dataset) as (warehouse, register):
        rows = register.interviews(draw_id)
        _write_list(output, rows, places=place_names(warehouse))
    say(f"{len(rows):,} families. Fill in visited_on and result; then: tepat agents results {output.name}")


@app.command("key")
def key(
    *,
    draw_id: DrawArgument,
    output: Annotated[Path, typer.Option(help="File to write (CSV).", dir_okay=False, show_default=False)],
) -> None:
    """Write the key of a draw, which says whose family each is: for the inspectorate alone; the access log tells."""
    with closing(open_agent_register(settings())) as register:
        _write(output, register.key(draw_id))
    say(f"Keep {output.name} away from those who ask again.")


@app.command("results")
def results(
    *,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The filled list (CSV).", show_default=False)],
    as_json: JsonOption = False,
) -> None:
    """Bring in what families said; the register keeps it beside the draw."""
    with closing(open_agent_register(settings())) as register:
        done = import_results(path, register)
    if as_json:
        print_json({"fresh": done.fresh, "already_in": done.already_in,
                    "held": [{"line": line, "why": why} for line, why in done.held]})  # fmt: skip
        return
    say(f"[bold]{done.fresh:,} results are in[/], {done.already_in:,} were before.")
    if done.held:
        print_table("Held back", ["line", "why"], [[str(line), why] for line, why in done.held], left=2)


@app.command("precision")
def show_precision(*, dataset: DatasetOption = "", as_json: JsonOption = False) -> None:
    """How often families of proposed agents, of others, and by indicator say something else than was entered."""
    with _opened(dataset) as (warehouse, register):
        found = precision(register.outcomes(warehouse.manifest.dataset.name))
    rows = found.astype(object).where(found.notna(), None).to_dict("records")
    columns = ("group", "draw", "n", "value", "low", "high", "reason")
    if as_json:
        print_json([{name: row.get(name) for name in columns} for row in rows])
        return
    cells = [
        [row["group"], row["draw"] or "all", str(row["n"]), *(_share(row[name]) for name in ("value", "low", "high"))]
        for row in rows
    ]
    print_table("Something else than was entered", ["group", "draw", "answers", "share", "low", "high"], cells, left=2)


@contextmanager
def _opened(dataset: str) -> Iterator[tuple[Warehouse, AgentRegister]]:
    with (
        closing(open_store(settings()).open(dataset or settings().dataset)) as warehouse,
        closing(open_agent_register(settings())) as register,
    ):
        yield warehouse, register


def _write_list(path: Path, rows: pd.DataFrame, *, places: dict[str, str]) -> None:
    shown = pd.DataFrame(
        {
            "code": rows["code"],
            "district": [places.get(code, code) for code in rows["district"]],
            "village": [places.get(code, code) for code in rows["village"]],
            "family": rows["family_id"],
            "visited_on": "",
            "result": "",
        }
    )
    _write(path, shown)


def _write(path: Path, rows: pd.DataFrame) -> None:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    path.chmod(0o600)
    rows.to_csv(path, index=False)


def _facts(made: Review) -> dict[str, Any]:
    return vars(made) | {"made_at": made.made_at.isoformat(), "expected_innocent": made.expected_innocent}


def _print(made: Review) -> None:
    say(f"[bold]{made.id}[/]: {made.agents:,} agents, {made.applications:,} applications, snapshot {made.snapshot}.")
    say(f"[bold]{made.proposed:,}[/] are proposed to be looked at again: they stand out in at least two independent "
        f"families of indicators. Of such lists on average at most {made.level:.0%} is innocent, here "
        f"{made.expected_innocent:.1f}.")  # fmt: skip
    rows = [
        [INDICATORS[name].family, name, _typical(name, one), f"{one['exposure']:,.0f}", f"{one['sd']:.3f}"]
        for name, one in made.indicators.items()
    ]
    print_table("Indicators", ["family", "indicator", "typical", "of", "honest spread (sd)"], rows, left=2)


def _typical(name: str, one: dict[str, float]) -> str:
    """Return the share or rate over all agents, of a time the geometric mean."""
    value = one["observed"] / one["exposure"]
    return f"{math.exp(value):.0f} s" if INDICATORS[name].kind == "mean" else f"{value:.2%}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"
