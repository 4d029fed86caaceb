"""`tepat cases …`: open cases from a snapshot, and work on them; every action by an officer, with a reason."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from itertools import chain
from typing import Annotated, Any

import typer

from analytics.access_log import record
from analytics.cases import FINDINGS, NOBODY, OUTCOMES, Case, Cases, open_cases
from analytics.cli.data import JsonOption
from analytics.cli.output import plain, print_json, print_table, say
from analytics.cli.scoped import AreaOption, RoleOption, area_asked, scope_asked
from analytics.settings import settings
from analytics.store import open_store

app = typer.Typer(
    help="Cases: families to look at again, from the flag to a recommendation. Nothing here stops or starts a payment.",
    no_args_is_help=True,
)
CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="Id of the case.", show_default=False)]
OfficerOption = Annotated[str, typer.Option(help="Your staff code.", show_default=False)]
ReasonOption = Annotated[str, typer.Option(help="Why, in a sentence; it is kept.", show_default=False)]
SeenOption = Annotated[
    int,
    typer.Option(
        "--seen", min=1, show_default=False, help="Version of the case that you saw: `tepat cases show` names it."
    ),
]
DatasetOption = Annotated[str, typer.Option(help="Data set; default: the one published last.")]


@app.command("open")
def open_new(
    *,
    officer: OfficerOption,
    reason: ReasonOption,
    rules: Annotated[int, typer.Option(min=0, help="Most receivers flagged by rules; most refusals first.")] = 100,
    scores: Annotated[int, typer.Option(min=0, help="Highest scores of each side; 0 = none.")] = 0,
    random_share: Annotated[float, typer.Option(help="Share of each side's picks that is left to chance.")] = 0.25,
    seed: Annotated[int | None, typer.Option(help="Seed of the lot; default: by the snapshot.")] = None,
    dataset: DatasetOption = "",
    as_json: JsonOption = False,
) -> None:
    """Open cases: receivers whom rules refuse, high scores, objections to be checked, and families drawn by lot.

    What was opened before is not opened again. Which case is of which kind is shown once its finding is recorded.
    """
    from analytics.cases.selection import choose, scores_of  # noqa: PLC0415 - loads the models' libraries

    with closing(open_store(settings()).open(dataset or settings().dataset)) as warehouse:
        manifest = warehouse.manifest
        scored = scores_of(settings(), warehouse) if scores else None
        chosen = choose(warehouse, rules=rules, scores=scored, top=scores, random_share=random_share, seed=seed)
    with _cases() as cases:
        opened = cases.open(
            chosen.flags, dataset=manifest.dataset.name, snapshot=manifest.snapshot, officer=officer, reason=reason
        )
    sides: list[dict[str, Any]] = chosen.sides.to_dict("records")  # type: ignore[assignment]
    if as_json:
        print_json({"dataset": manifest.dataset.name, "snapshot": manifest.snapshot, "sides": sides} | asdict(opened))
        return
    say(f"[bold]{opened.cases:,} cases opened[/] from {manifest.snapshot}; {opened.joined:,} flags joined cases that "
        f"are open, {opened.known:,} were in already.")  # fmt: skip
    print_table(
        "",
        ["side", "families", "flagged", "drawn by lot", "probability"],
        [
            [
                row["side"],
                *(f"{row[name]:,}" for name in ("families", "flagged", "random")),
                f"{row['probability']:.4f}",
            ]
            for row in sides
        ],
    )


@app.command("list")
def list_cases(
    *,
    area: Annotated[str, typer.Option(help="Code of a region, e.g. 35.10.01.")] = "",
    role: RoleOption = "",
    state: Annotated[str, typer.Option(help="open, found, noticed, …; default: all that are not closed.")] = "",
    assignee: Annotated[str, typer.Option(help=f"Code of an officer; {NOBODY} = nobody.")] = "",
    side: Annotated[str, typer.Option(help="receives or missed.")] = "",
    programme: Annotated[str, typer.Option(help="Only this programme.")] = "",
    dataset: Annotated[str, typer.Option(help="Only this data set.")] = "",
    page: Annotated[int, typer.Option(min=1, help="1 = the first.")] = 1,
    rows: Annotated[int, typer.Option(min=1, max=500, help="Cases on a page.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """List cases, deadline first."""
    own = scope_asked("antrean", role=role, area=area).area if role else ""
    with _cases(own) as cases:
        found = cases.queue(
            dataset=dataset, area=area, state=state, assignee=assignee, side=side, programme=programme, page=page,
            rows=rows,
        )  # fmt: skip
    shown = [_plain(row) for row in found.rows.to_dict("records")]
    if as_json:
        print_json({"total": found.total, "page": page, "cases": shown})
        return
    if not found.total:
        say("No such cases.")
        return
    columns = ["id", "due_on", "state", "side", "programme", "village", "assignee", "version"]
    print_table("", columns, [[str(row[name] or "–") for name in columns] for row in shown], left=len(columns) - 1)
    say(f"{len(shown):,} of {found.total:,}, page {page}.")


@app.command("show")
def show(*, case: CaseArgument, area: AreaOption = "", role: RoleOption = "", as_json: JsonOption = False) -> None:
    """Show a case and what was done about it; why it was opened, once the finding is recorded."""
    with _cases(area_asked("kasus", role=role, area=area)) as cases:
        found, history = cases.case(case), cases.history(case)
        record(settings(), action="view_case", kind="case", ref=found.id, details={"dataset": found.dataset})
    done = [_plain(row) for row in history.to_dict("records")]
    if as_json:
        print_json({"case": _facts(found), "history": done})
        return
    _print(found)
    for flag in found.flags or ():
        say(plain(f"flag: {flag.kind} {flag.ref} {dict(flag.evidence)}"))
    if found.notice:
        say(plain(f"\n{found.notice.to(settings().language)}\n"))
    print_table("", ["version", "action", "officer", "at (UTC)", "reason"], [
        [str(row[name]) for name in ("version", "action", "officer", "at", "reason")] for row in done
    ], left=5)  # fmt: skip


@app.command("assign")
def assign(
    *,
    case: CaseArgument,
    to: Annotated[str, typer.Option(help="Code of who works on it; empty = nobody.", show_default=False)],
    officer: OfficerOption,
    seen: SeenOption,
    reason: ReasonOption,
) -> None:
    """Say who works on a case."""
    with _cases() as cases:
        _print(cases.assign(case, officer=officer, to=to, version=seen, reason=reason))


@app.command("find")
def find(
    *,
    case: CaseArgument,
    finding: Annotated[str, typer.Option(help=f"What the visit found: {', '.join(FINDINGS)}.", show_default=False)],
    evidence: Annotated[str, typer.Option(help="What was seen and heard.", show_default=False)],
    record: Annotated[list[str] | None, typer.Option(help="A record that was looked at; repeat for more.")] = None,
    officer: OfficerOption,
    seen: SeenOption,
    reason: ReasonOption,
) -> None:
    """Record what a visit found."""
    with _cases() as cases:
        _print(
            cases.record_finding(
                case, officer=officer, finding=finding, evidence=evidence, records=record or [], version=seen,
                reason=reason,
            )
        )  # fmt: skip


@app.command("notice")
def notice(*, case: CaseArgument, officer: OfficerOption, seen: SeenOption, reason: ReasonOption) -> None:
    """Make the letter to the family about an adverse finding; the reason stands in it. It has 30 days to answer."""
    with _cases() as cases:
        found = cases.notice(case, officer=officer, version=seen, reason=reason)
    if found.notice:
        for text in found.notice:
            say(plain(f"{text}\n"))
    _print(found)


@app.command("answer")
def answer(
    *,
    case: CaseArgument,
    text: Annotated[str, typer.Option(help="What the family says.", show_default=False)],
    officer: OfficerOption,
    seen: SeenOption,
    reason: Annotated[str, typer.Option(help="How the answer came, e.g. at the village office.", show_default=False)],
) -> None:
    """Record what the family answers."""
    with _cases() as cases:
        _print(cases.answer(case, officer=officer, text=text, version=seen, reason=reason))


@app.command("propose")
def propose(
    *,
    case: CaseArgument,
    outcome: Annotated[
        str,
        typer.Option(help=f"{', '.join(dict.fromkeys(chain(*OUTCOMES.values())))}.", show_default=False),
    ],
    officer: OfficerOption,
    seen: SeenOption,
    reason: ReasonOption,
) -> None:
    """Propose what to recommend. An adverse finding needs a second officer; any other case is closed by this."""
    with _cases() as cases:
        _print(cases.propose(case, officer=officer, outcome=outcome, version=seen, reason=reason))


@app.command("confirm")
def confirm(*, case: CaseArgument, officer: OfficerOption, seen: SeenOption, reason: ReasonOption) -> None:
    """Confirm a proposal as the second officer; the case is closed."""
    with _cases() as cases:
        _print(cases.confirm(case, officer=officer, version=seen, reason=reason))


@app.command("send-back")
def send_back(*, case: CaseArgument, officer: OfficerOption, seen: SeenOption, reason: ReasonOption) -> None:
    """Send a proposal back as the second officer, to be made anew."""
    with _cases() as cases:
        _print(cases.send_back(case, officer=officer, version=seen, reason=reason))


@app.command("undo")
def undo(*, case: CaseArgument, officer: OfficerOption, seen: SeenOption, reason: ReasonOption) -> None:
    """Take back your own last action, within a day; not a notice, which has gone out. The history keeps both."""
    with _cases() as cases:
        _print(cases.undo(case, officer=officer, version=seen, reason=reason))


@contextmanager
def _cases(area: str = "") -> Iterator[Cases]:
    with closing(open_cases(settings())) as cases:
        yield cases.within(area)


def _facts(case: Case) -> dict[str, Any]:
    facts = _plain(vars(case))
    facts["notice"] = case.notice._asdict() if case.notice else None
    facts["flags"] = None if case.flags is None else [_plain(vars(flag)) for flag in case.flags]
    return facts


def _plain(row: Any) -> dict[str, Any]:
    return {str(name): value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}


def _print(case: Case) -> None:
    due = f", due {case.due_on}" if case.due_on else ""
    to = f", with {case.assignee}" if case.assignee else ""
    say(f"Case [bold]{case.id}[/]: {plain(case.programme)}, {case.side}, {case.village}; {case.state}{due}{to}; "
        f"version {case.version}.")  # fmt: skip
    if case.finding:
        say(f"Finding: {case.finding} by {case.found_by}" + (", adverse to the family." if case.adverse else "."))
    if case.outcome:
        say(f"Recommended: {case.outcome}, proposed by {case.proposed_by}"
            + (f", confirmed by {case.confirmed_by}." if case.confirmed_by else "."))  # fmt: skip
