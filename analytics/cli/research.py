"""`tepat research …`: microdata without identities, tables with noise, and what the latter have cost."""

from pathlib import Path
from typing import Annotated

import typer

from analytics.cli.data import JsonOption
from analytics.cli.output import print_json, print_table, say
from analytics.cli.report import AreaOption, DatasetOption
from analytics.settings import settings
from analytics.store import Warehouse, open_store

app = typer.Typer(
    help="Give data to researchers: microdata without identities, tables with noise.", no_args_is_help=True
)


@app.command("export")
def export(
    *,
    output: Annotated[Path, typer.Option(help="Folder to make; it is there whole or not at all.", show_default=False)],
    area: AreaOption = "",
    k: Annotated[int, typer.Option(help="Fewest families that share all that others may know of them.")] = 5,
    diversity: Annotated[
        int, typer.Option("--l", help="Fewest values of each sensitive column among such families.")
    ] = 2,
    suppression: Annotated[
        float, typer.Option(help="Largest share of families of whom nothing of that is told.")
    ] = 0.05,
    dataset: DatasetOption = "",
    as_json: JsonOption = False,
) -> None:
    """Write family microdata that are k-anonymous and l-diverse, with codebook, versions and a script.

    No name, number, pseudonym, date or village leaves. That you exported is in the access log.
    """
    from analytics.research.export import Protection  # noqa: PLC0415 - loads what computes
    from analytics.research.export import export as run  # noqa: PLC0415

    asked = Protection(k=k, l=diversity, suppression=suppression)
    done = run(_open(dataset), output, settings=settings(), area=area, protection=asked)
    if as_json:
        print_json(done)
        return
    say(f"Wrote {done['rows']:,} families to {output}: k = {done['k']['found']}, l = {done['l']['found']}, "
        f"{done['suppressed_share']:.2%} suppressed.")  # fmt: skip
    print_table(
        "How far each column was generalised", ["column", "to"], [*map(list, done["generalised"].items())], left=2
    )


@app.command("release")
def release(
    *,
    metric: Annotated[str, typer.Option(help="A count of families, e.g. registered_families.", show_default=False)],
    by: Annotated[list[str], typer.Option("--by", help="A region level, channel or status; once or twice.")],
    epsilon: Annotated[float, typer.Option(help="Privacy that it may cost; it is gone for good.", show_default=False)],
    name: Annotated[str, typer.Option(help="Its name in the ledger; default: what it is, of this snapshot.")] = "",
    area: AreaOption = "",
    dataset: DatasetOption = "",
    as_json: JsonOption = False,
) -> None:
    """Release a table with differentially private noise, and note in the ledger what it cost."""
    from analytics.research.releasing import release as run  # noqa: PLC0415 - loads what computes

    done = run(
        _open(dataset), settings=settings(), metric=metric, by=by, epsilon=epsilon, name=name, area=area
    )  # fmt: skip
    rows = [{str(key): value for key, value in row.items()} for row in done.table.to_dict("records")]
    if as_json:
        print_json({"epsilon": done.epsilon, "left": done.left, "margin": done.margin, "table": rows})
        return
    shown = [[*(str(row[each]) for each in by), f"{row['n']:,}"] for row in rows]
    print_table(f"{metric} with noise: ± {done.margin:,} in 95 of 100 cells", [*by, "families"], shown, left=len(by))
    say(f"It cost ε = {done.epsilon:g}; {done.left:g} is left for this data set, for good.")


@app.command("budget")
def budget(*, dataset: DatasetOption = "", as_json: JsonOption = False) -> None:
    """Print what releases have cost a data set, and how much privacy it may still spend."""
    from analytics.research.releasing import budget_of  # noqa: PLC0415 - loads what computes

    name = open_store(settings()).manifest(dataset or settings().dataset).dataset.name
    ledger, left = budget_of(settings()).ledger(), budget_of(settings()).left(name)
    rows = ledger.loc[ledger["dataset"] == name, ["release", "epsilon", "at"]].to_dict("records")
    if as_json:
        print_json({"dataset": name, "most": settings().release_epsilon, "left": left, "releases": rows})
        return
    print_table(
        f"{name}: ε = {left:g} of {settings().release_epsilon:g} is left",
        ["release", "at", "ε"],
        [[str(row["release"]), str(row["at"]), f"{row['epsilon']:g}"] for row in rows],
        left=2,
    )


def _open(dataset: str) -> Warehouse:
    return open_store(settings()).open(dataset or settings().dataset)
