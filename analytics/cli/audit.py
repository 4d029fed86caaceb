"""`tepat audit …`: plan field checks, draw families, print lists, bring results back."""

import secrets
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from analytics.audits import AuditError
from analytics.audits.draw import draw, split_visits
from analytics.audits.frame import FRAMES, Frame, build_frame
from analytics.audits.plan import Plan, make_plan
from analytics.audits.planning import DEFAULT_RANDOM_SHARE, LEAST_RANDOM_SHARE
from analytics.audits.register import open_register
from analytics.audits.results import Imported, import_results
from analytics.audits.sheet import write_sheets
from analytics.cli.data import JsonOption
from analytics.cli.output import print_json, print_table, progress, say
from analytics.cli.scoped import AreaOption, RoleOption, area_asked, open_within
from analytics.prediction import predictions
from analytics.settings import settings
from analytics.store import Warehouse, open_store

app = typer.Typer(
    help="Field checks: plan how many, draw the families, print lists for the checkers, import what they found.",
    no_args_is_help=True,
)
DatasetOption = Annotated[str, typer.Option(help="Data set; default: the one published last.")]
PeriodOption = Annotated[
    str, typer.Option(help="Payment period that the visits ask about, e.g. 2026-Q2; default: the latest with payments.")
]
ProgrammeOption = Annotated[
    list[str] | None, typer.Option(help="Programme that the visits ask about; repeat for more; default: all paid.")
]
SCORES = {
    "predictions": "the predicted probability of entitlement",
    "decile": "the registry's decile, as there is no model",
    "none": "nothing: there is neither a model nor a decile",
}
SEEDS = 2**31
HELD_SHOWN = 20


@app.command("plan")
def plan(
    *,
    half_width: Annotated[
        float, typer.Option(min=0.001, max=0.5, help="Half the width of the interval aimed at: 0.05 = ± 5 points.")
    ] = 0.05,
    by_district: Annotated[bool, typer.Option("--by-district", help="Aim at it in each district by itself.")] = False,
    visit_cost: Annotated[int | None, typer.Option(min=0, help="Rupiah a visit, for the expected cost.")] = None,
    period: PeriodOption = "",
    programme: ProgrammeOption = None,
    area: AreaOption = "",
    role: RoleOption = "",
    dataset: DatasetOption = "",
    as_json: JsonOption = False,
) -> None:
    """Say how many visits bring the errors of each programme within a half-width; draws nothing.

    Rests on the last random checks: their shares, design effects and answers. What had to be assumed says so.
    """
    with closing(open_within(area_asked("rencana_cek", role=role, area=area), dataset)) as warehouse:
        frame = build_frame(warehouse, period=period, programmes=programme or ())
        made = make_plan(warehouse, frame, half_width=half_width, by_district=by_district, visit_cost=visit_cost)
    head = {"dataset": warehouse.manifest.dataset.name, "snapshot": warehouse.manifest.snapshot} | _frame_facts(frame)
    if as_json:
        print_json(head | {"half_width": half_width} | made.as_json())
        return
    _print_plan(made, frame, half_width=half_width)


@app.command("draw")
def draw_visits(
    *,
    visits: Annotated[int, typer.Option(min=0, help="Visits, half to receivers, half to others.")] = 0,
    receivers: Annotated[int, typer.Option(min=0, help="Visits to families that receive; with --others.")] = 0,
    others: Annotated[int, typer.Option(min=0, help="Visits to families that do not; with --receivers.")] = 0,
    random_share: Annotated[
        float,
        typer.Option(help=f"Share of the visits that no score has a say in, at least {LEAST_RANDOM_SHARE:g}."),
    ] = DEFAULT_RANDOM_SHARE,
    seed: Annotated[
        int | None, typer.Option(min=0, help="The same seed, snapshot and numbers draw the same families.")
    ] = None,
    period: PeriodOption = "",
    programme: ProgrammeOption = None,
    dataset: DatasetOption = "",
    as_json: JsonOption = False,
) -> None:
    """Draw the families to visit, each with a known probability, and keep the draw in the register."""
    if bool(visits) == bool(receivers or others):
        raise AuditError("How many visits?", next_step="Give --visits, or both --receivers and --others.")
    wanted = split_visits(visits) if visits else dict(zip(FRAMES, (receivers, others), strict=True))
    seed = secrets.randbelow(SEEDS) if seed is None else seed
    with closing(_open(dataset)) as warehouse:
        frame = build_frame(warehouse, period=period, programmes=programme or (), predictions=predictions(warehouse))
        manifest = warehouse.manifest
    drawn = draw(frame, wanted, seed=seed, random_share=random_share)
    with closing(open_register(settings())) as register:
        made = register.add(
            frame,
            drawn,
            dataset=manifest.dataset.name,
            snapshot=manifest.snapshot,
            seed=seed,
            random_share=random_share,
        )
    again = int(drawn.visits["visited"].sum())
    villages = int(drawn.visits["village"].nunique())
    if as_json:
        print_json(
            _frame_facts(frame)
            | {
                "draw": made.id,
                "dataset": made.dataset,
                "snapshot": made.snapshot,
                "seed": seed,
                "random_share": random_share,
                "visits": wanted,
                "villages": villages,
                "strata": len(drawn.strata),
                "score_groups": drawn.score_groups,
                "score_source": frame.score_source,
                "visited_before": again,
            }
        )
        return
    say(f"[bold]{made.id}[/]: {len(drawn.visits):,} families in {villages:,} villages, period {frame.period}, "
        f"{', '.join(frame.programmes)}, seed {seed}.")  # fmt: skip
    print_table(
        "",
        ["frame", "families", "visits", "strata"],
        [
            [name, f"{frame.sizes[name]:,}", f"{wanted[name]:,}", str(int((drawn.strata["frame"] == name).sum()))]
            for name in FRAMES
        ],
    )
    groups = drawn.score_groups
    say(f"Strata: district × {groups} group{'s' * (groups != 1)} of {SCORES[frame.score_source]}."
        + (" More groups would leave strata with fewer than 2 visits." if groups < 10 else ""))  # fmt: skip
    if again:
        say(f"{again:,} of them were visited for this period before; their new result will take the old one's place.")
    say(f"Now the lists: tepat audit sheet {made.id} --to FOLDER --checkers 6")


@app.command("sheet")
def sheet(
    *,
    draw_id: Annotated[str, typer.Argument(metavar="DRAW", help="Id of the draw.", show_default=False)],
    to: Annotated[Path, typer.Option(help="Folder to write to; its files hold personal data.", show_default=False)],
    checkers: Annotated[int, typer.Option(min=0, help="How many checkers; they are called P01, P02, …")] = 0,
    checker: Annotated[list[str] | None, typer.Option(help="Code of a checker, e.g. BPS-01; repeat for more.")] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="The export's mapping; its section visit_list says where names stand.")
    ] = None,
    source: Annotated[Path | None, typer.Option(help="Folder of the export that the names are read from.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Write a workbook and a PDF for each checker, with the visits that have not come back yet.

    Villages are kept whole and neighbours together. Without a mapping the lists hold codes and villages only.
    """
    if checkers and checker:
        raise AuditError("Both --checkers and --checker are given.", next_step="Give one of them.")
    codes = checker or [f"P{number:02d}" for number in range(1, checkers + 1)]
    written = write_sheets(settings(), draw_id, to, checkers=codes, mapping_path=mapping, source=source)
    if as_json:
        sheets = [asdict(entry) | {"files": [str(path) for path in entry.files]} for entry in written.sheets]
        print_json({"draw": draw_id, "named": written.named, "not_found": written.not_found, "sheets": sheets})
        return
    print_table(
        f"Lists of {draw_id}",
        ["checker", "visits", "villages", "files"],
        [[s.checker, str(s.visits), str(s.villages), ", ".join(path.name for path in s.files)] for s in written.sheets],
    )
    if written.named:
        say("The lists hold personal data, and only you can read the files. Delete them when the results are in.")
        if written.not_found:
            say(f"{written.not_found:,} families are not in the file of the visit list; their lines have no name.")
    else:
        say("The lists hold codes and villages only: give --mapping, with a section \\[visit_list], and --source.")


@app.command("import")
def import_lists(
    *,
    files: Annotated[list[Path], typer.Argument(help="Filled lists (XLSX, CSV) or folders of them.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Answers that differ from those imported before take their place.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Bring filled lists in: results pass the gate into a new snapshot, and count from then on.

    A list may come in parts. A line that is not clear is held back and named; correct it and import the list again.
    """
    with progress() as report:
        done = import_results(files, settings=settings(), replace=replace, progress=report)
    if as_json:
        print_json(_imported_facts(done))
        return
    _print_imported(done)


@app.command("list")
def list_draws(
    *,
    area: AreaOption = "",
    role: RoleOption = "",
    dataset: Annotated[str, typer.Option(help="Only this data set.")] = "",
    as_json: JsonOption = False,
) -> None:
    """List the draws: visits, how many have come back, how many were answered."""
    own = area_asked("rencana_cek", role=role, area=area)
    with closing(open_register(settings())) as register:
        draws = register.draws(dataset, area=own)
    rows = draws.astype({"frame_date": str, "made_at": str}).to_dict("records")
    if as_json:
        print_json({"draws": rows})
        return
    if not rows:
        say("Nothing has been drawn yet: tepat audit draw --visits 600")
        return
    print_table(
        "",
        ["draw", "data set", "period", "programmes", "visits", "returned", "answered"],
        [
            [row["id"], row["dataset"], row["period"], ", ".join(row["programmes"]),
             *(f"{row[name]:,}" for name in ("visits", "returned", "answered"))]
            for row in rows
        ],
        left=4,
    )  # fmt: skip


def _open(dataset: str) -> Warehouse:
    return open_store(settings()).open(dataset or settings().dataset)


def _frame_facts(frame: Frame) -> dict[str, object]:
    return {
        "period": frame.period,
        "programmes": list(frame.programmes),
        "frame_date": str(frame.day),
        "families": frame.sizes,
    }


def _print_plan(made: Plan, frame: Frame, *, half_width: float) -> None:
    print_table(
        f"Known beforehand, period {frame.period}",
        ["error", "programme", "share", "design effect", "answers", ""],
        [
            [basis.error, basis.programme, f"{basis.share:.1%}", f"{basis.design_effect:.2f}", f"{basis.answered:,}",
             "assumed" if basis.assumed else "measured"]
            for basis in made.bases
        ],
        left=2,
    )  # fmt: skip
    assumed = ", assumed" if made.answer_rate_assumed else " of the last random checks"
    say(f"Visits with an answer: {made.answer_rate:.1%}{assumed}.")
    columns = [name for name in made.needs.columns if name not in {"rows", *FRAMES}]
    rows: Sequence[dict[str, object]] = made.needs.to_dict("records")  # type: ignore[assignment]
    print_table(
        f"Visits for ± {half_width:.1%}",
        [*columns, "answers under it", *FRAMES],
        [[*(str(row[name]) for name in columns), *(f"{row[name]:,}" for name in ("rows", *FRAMES))] for row in rows],
        left=len(columns),
    )
    total = sum(made.visits.values())
    say(f"[bold]{total:,} visits[/]: {made.visits['receivers']:,} to receivers, {made.visits['non_receivers']:,} to "
        "others." + ("" if made.cost is None else f" Expected cost: Rp{made.cost:,}."))  # fmt: skip
    say(f"To draw them: tepat audit draw --receivers {made.visits['receivers']} --others "
        f"{made.visits['non_receivers']}")  # fmt: skip


def _imported_facts(done: Imported) -> dict[str, object]:
    manifest = done.ingested.manifest if done.ingested else None
    return {
        "published": bool(done.ingested and not done.ingested.already_in),
        "snapshot": manifest.snapshot if manifest else None,
        "rejected": manifest.tables["audits"].rejected if manifest else 0,
        "visits": done.visits,
        "answered": done.answered,
        "already_in": done.already_in,
        "open": done.open,
        "held": [asdict(line) for line in done.held],
        "draws": [{"draw": name, "visits": visits, "returned": back} for name, visits, back in done.draws],
    }


def _print_imported(done: Imported) -> None:
    if done.ingested:
        say(f"[bold]{done.visits:,} visits are in[/], {done.answered:,} of them answered, snapshot "
            f"{done.ingested.manifest.snapshot}.")  # fmt: skip
    else:
        say("These results are already in; nothing was counted twice." if done.already_in else "Nothing was imported.")
    if done.already_in and done.ingested:
        say(f"{done.already_in:,} lines were already in.")
    if done.open:
        say(f"{done.open:,} lines are not filled in yet.")
    for name, visits, back in done.draws:
        wait = "" if back == visits else "; until all are, rates lean towards the villages that are back"
        say(f"{name}: {back:,} of {visits:,} visits are back{wait}.")
    if done.held:
        print_table(
            f"Held back: {len(done.held):,} lines. Correct them and import the list again",
            ["file", "row", "why"],
            [[line.file, str(line.row), line.reason] for line in done.held[:HELD_SHOWN]],
            left=3,
        )
        if len(done.held) > HELD_SHOWN:
            say(f"{HELD_SHOWN} shown; --json shows all.")
