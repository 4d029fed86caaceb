"""`tepat objections screen`: what the screening recommends, why, and what it is worth."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from analytics.cli.data import JsonOption
from analytics.cli.output import print_json, print_table, say
from analytics.cli.report import AreaOption, DatasetOption
from analytics.settings import settings
from analytics.store import Warehouse, open_store

if TYPE_CHECKING:
    from analytics.objections.screening import Screened

DIRECTIONS = {"claim": "for a family", "against": "against one", "misuse": "NIK misused"}


def screen(
    *,
    output: Annotated[
        Path | None, typer.Option(help="File for the recommendations, .parquet or .csv: one row a reason.")
    ] = None,
    evaluate: Annotated[
        bool, typer.Option("--evaluate", help="Compare with what field checks found, by ground.")
    ] = False,
    truth: Annotated[
        Path | None, typer.Option(help="With --evaluate: folder of a simulation's truth, to compare with instead.")
    ] = None,
    area: AreaOption = "",
    dataset: DatasetOption = "",
    as_json: JsonOption = False,
) -> None:
    """Screen usul and sanggah: accepted for a check, to be visited, or rejected, each with its reasons.

    Only deterministic rules reject; a score orders the visits and nothing else. The portal decides.
    """
    with closing(open_store(settings()).open(dataset or settings().dataset)) as whole:
        found = _screened(whole.within(area), output=output, compare=evaluate, truth=truth)
    if as_json:
        print_json(found)
        return
    _print(found)


def _screened(warehouse: Warehouse, *, output: Path | None, compare: bool, truth: Path | None) -> dict[str, Any]:
    from analytics.objections.known_pairs import known_pairs  # noqa: PLC0415 - loads SQLAlchemy
    from analytics.objections.recommendation_file import write_recommendations  # noqa: PLC0415
    from analytics.objections.screening import screen as screened_of  # noqa: PLC0415
    from analytics.objections.screening_report import report  # noqa: PLC0415 - loads scipy
    from analytics.objections.visit_order import current_scores  # noqa: PLC0415

    name = warehouse.manifest.dataset.name
    screened = screened_of(warehouse, pairs=known_pairs(settings(), name))
    found = {"dataset": name, "snapshot": warehouse.manifest.snapshot} | report(warehouse, screened)
    if output is not None:
        write_recommendations(screened, output, current_scores(warehouse, settings()))
        found["output"] = str(output)
    if compare:
        found["evaluation"] = _evaluated(warehouse, screened, truth)
    return found


def _evaluated(warehouse: Warehouse, screened: "Screened", truth: Path | None) -> dict[str, Any]:
    from analytics.objections.screening_report import evaluate, evaluated  # noqa: PLC0415

    return {"against": "truth" if truth else "field checks"} | evaluated(evaluate(warehouse, screened, truth))


def _print(found: dict[str, Any]) -> None:
    print_table(
        f"{found['dataset']}: {found['objections']:,} usul and sanggah; the portal decides",
        ["recommended", *DIRECTIONS.values()],
        [[row["result"].replace("_", " "), *(f"{row[name]:,}" for name in DIRECTIONS)] for row in found["results"]],
    )
    print_table(
        "Reasons", ["code", "objections"], [[row["code"], f"{row['objections']:,}"] for row in found["reasons"]]
    )
    print_table(
        "Patterns, told to the inspectorate; none rejects",
        ["pattern", "objections"],
        [[row["pattern"].replace("_", " "), f"{row['objections']:,}"] for row in found["patterns"]],
    )
    if not found["names_filers"]:
        say("This export does not say who filed or on which device: mass filing and answers in kind cannot be seen.")
    if "output" in found:
        say(f"Written to {found['output']}.")
    if "evaluation" in found:
        _print_evaluation(found["evaluation"])


def _print_evaluation(found: dict[str, Any]) -> None:
    print_table(
        f"Against {found['against']}: {found['answered']:,} with an answer, {found['unanswered']:,} without",
        ["ground", "recommended", "right", "wrong"],
        [[row["grounds"], row["result"].replace("_", " "), f"{row['right']:,}", f"{row['wrong']:,}"]
         for row in found["confusion"]],
        left=2,
    )  # fmt: skip
    header = ["share", "value", "95 % interval", "of"]
    rows = [[row["grounds"], row["measure"].replace("_", " "), *_share(row)] for row in found["measures"]]
    print_table("", ["ground", *header], rows, left=2)
    if found["patterns"]:
        rows = [[row["pattern"].replace("_", " "), row["measure"], *_share(row)] for row in found["patterns"]]
        print_table("", ["pattern", *header], rows, left=2)


def _share(row: dict[str, Any]) -> list[str]:
    if row["value"] is None:
        return ["–", "", f"{row['denominator']:,}"]
    return [f"{row['value']:.1%}", f"{row['low']:.1%} – {row['high']:.1%}", f"{row['denominator']:,}"]
