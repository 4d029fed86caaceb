"""Bringing results back: filled lists become field checks of a new snapshot, through the gate, and are noted.

A line that does not say one thing clearly is held back and named by file and row; the others count. It is not put into
quarantine, which no later list could take it out of: correct the line, and import the list again.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from analytics.audits import AuditError, words
from analytics.audits.reading import Filled, Line, find_files, read_day, read_filled
from analytics.audits.register import Draw, Register, open_register
from analytics.audits.rows import audit_rows
from analytics.ingest.batch import ShapedFile
from analytics.ingest.pipeline import Ingested, add_rows
from analytics.ingest.pseudonyms import pseudonym_key
from analytics.settings import Settings
from analytics.store import open_store
from validation.errors import ExportError
from validation.text import LANGUAGES

MEANING = {answer.to(language): meaning for answer, meaning in words.ANSWERS.items() for language in LANGUAGES}
"""Answer, in either language, to what it means."""


@dataclass(frozen=True, kw_only=True)
class Held:
    """A line that was not imported."""

    file: str
    row: int
    code: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Imported:
    """How an import ended.

    Attributes:
        ingested: The snapshot; None where nothing was new.
        visits: Visits that are new, or take the place of what was imported before.
        answered: Of these, with an answer for at least one programme.
        already_in: Lines that say what is in already.
        open: Lines that are not filled in yet.
        held: Lines that were held back.
        draws: Draws that the lines belong to, with their visits and those that have come back.
    """

    ingested: Ingested | None
    visits: int
    answered: int
    already_in: int
    open: int
    held: tuple[Held, ...]
    draws: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class _Result:
    line: Line
    visited_on: date
    welfare: float | None
    entitled: dict[str, bool | None]


def import_results(
    paths: Sequence[Path],
    *,
    settings: Settings,
    replace: bool = False,
    progress: Callable[[str, float], None] = lambda _what, _share: None,
) -> Imported:
    """Bring filled lists in.

    Args:
        paths: Files, or folders of them.
        settings: Home, register, limits of the gate.
        replace: Answers that differ from those imported before take their place; else such lines are held back.
        progress: Told what is being done.

    Raises:
        ExportError: a file cannot be read or is no list, no line can be counted, or the lists are of several data
            sets.
        GateError, StoreBusyError: as `tepat ingest --add`; nothing was published, nothing noted.
    """
    files = [read_filled(path) for path in find_files(paths)]
    lines = [line for file in files for line in file.lines]
    with closing(open_register(settings)) as register:
        visits = register.find(list({line.code for line in lines})).set_index("code", drop=False)
        draws = {str(name): register.draw(str(name)) for name in visits["draw"].unique()}
        _require_columns(files, visits, draws)
        held: list[Held] = []
        results = _results([line for line in lines if not line.blank], visits, draws, held, settings=settings)
        fresh = _fresh(results, visits, register, held, replace=replace)
        if not results:
            _refuse_all(held, lines)
        done = None
        if fresh:
            done = _publish(fresh, files, visits, draws, settings=settings, progress=progress)
            register.note(_visits(fresh), _answers(fresh))
        counts = register.draws().set_index("id")
    return Imported(
        ingested=done,
        visits=len(fresh),
        answered=sum(any(told is not None for told in result.entitled.values()) for result in fresh),
        already_in=sum(not line.blank for line in lines) - len(held) - len(fresh),
        open=sum(line.blank for line in lines),
        held=tuple(sorted(held, key=lambda line: (line.file, line.row))),
        draws=tuple((name, int(counts["visits"][name]), int(counts["returned"][name])) for name in sorted(draws)),
    )


def _require_columns(files: Iterable[Filled], visits: pd.DataFrame, draws: dict[str, Draw]) -> None:
    """Refuse a list that has no column for a programme of its draw, and lists of several data sets."""
    if len({draw.dataset for draw in draws.values()}) > 1:
        raise ExportError(
            "The lists are of several data sets.", next_step="Import those of one at a time; nothing was imported."
        )
    for file in files:
        own = visits.loc[visits.index.isin([line.code for line in file.lines]), "draw"].unique()
        for draw in (draws[str(name)] for name in own):
            lacking = sorted(set(draw.programmes) - file.programmes)
            if lacking:
                raise ExportError(
                    f"{file.name} has no column for {', '.join(lacking)}.",
                    cause=f"The visits of {draw.id} ask about {', '.join(draw.programmes)}.",
                    next_step="Bring back the list with all its columns; nothing was imported.",
                )


def _results(
    lines: Sequence[Line], visits: pd.DataFrame, draws: dict[str, Draw], held: list[Held], *, settings: Settings
) -> list[_Result]:
    """Return what the filled lines say, one a visit; the others go to `held`."""
    by_code = defaultdict(list)
    for line in lines:
        by_code[line.code].append(line)
    today = {draw.dataset: _today(draw.dataset, settings) for draw in draws.values()}
    found = []
    for code, own in by_code.items():
        if code not in visits.index:
            held += [_held(line, "its code belongs to no visit" if code else "it has no code") for line in own]
        elif len({line.said for line in own}) > 1:
            places = ", ".join(f"{line.file} row {line.row}" for line in own)
            held += [_held(line, f"the same visit has different answers: {places}") for line in own]
        else:
            draw = draws[str(visits.loc[code, "draw"])]
            result = _read(own[0], draw, held, today=today[draw.dataset])
            found += [result] if result else []
            held += [_held(line, "as the first line of this visit") for line in own[1:] if result is None]
    return found


def _read(line: Line, draw: Draw, held: list[Held], *, today: date) -> _Result | None:
    """Return what a line says; the first thing that is wrong with it goes to `held`."""
    day = read_day(line.visited)
    unclear = [name for name in draw.programmes if line.answers[name] not in MEANING]
    reason = ""
    if day is None:
        reason = "no date of the visit" if not line.visited else "the date of the visit is not a date"
    elif day < draw.frame_date:
        reason = f"the date of the visit is before the frame's, {draw.frame_date}"
    elif day > today:
        reason = "the date of the visit is still to come"
    elif unclear:
        known = ", ".join(answer.to("id") for answer in words.ANSWERS)
        what = "no answer" if not line.answers[unclear[0]] else "an answer that is not known"
        reason = f"{what} for {unclear[0]} (known are: {known})"
    elif line.welfare and not line.welfare.isdecimal():
        reason = "the consumption is not a whole number of rupiah, digits only"
    if reason or day is None:
        held.append(_held(line, reason))
        return None
    return _Result(
        line=line,
        visited_on=day,
        welfare=float(line.welfare) if line.welfare else None,
        entitled={name: MEANING[line.answers[name]] for name in draw.programmes},
    )


def _fresh(
    results: Sequence[_Result], visits: pd.DataFrame, register: Register, held: list[Held], *, replace: bool
) -> list[_Result]:
    """Return the results that are not in yet; those that differ from what is in go to `held` unless they replace it."""
    back = visits[visits["returned_at"].notna()]
    datasets = {register.draw(str(name)).dataset for name in back["draw"].unique()}
    known: dict[str, dict[str, bool | None]] = defaultdict(dict)
    for dataset in datasets:
        for row in register.results(dataset).to_dict("records"):
            known[row["code"]][row["programme"]] = row["entitled"]
    fresh = []
    for result in results:
        code = result.line.code
        if code in back.index:
            before = back.loc[code]
            welfare: float | None = None if pd.isna(before["welfare"]) else float(before["welfare"])
            if (before["visited_on"], welfare, known[code]) == (result.visited_on, result.welfare, result.entitled):
                continue
            if not replace:
                held.append(
                    _held(result.line, "it was imported before with other answers; --replace takes the new ones")
                )
                continue
        fresh.append(result)
    return fresh


def _publish(
    fresh: Sequence[_Result],
    files: Sequence[Filled],
    visits: pd.DataFrame,
    draws: dict[str, Draw],
    *,
    settings: Settings,
    progress: Callable[[str, float], None],
) -> Ingested:
    dataset = next(iter(draws.values())).dataset
    zone, key = open_store(settings).manifest(dataset).dataset.timezone, pseudonym_key(settings.home)
    shaped = []
    for file in files:
        own = [result for result in fresh if result.line.file == file.name]
        if not own:
            continue
        noted = _visits(own).set_index("code")
        whole = visits.loc[noted.index].assign(visited_on=noted["visited_on"], welfare=noted["welfare"])
        answers = _answers(own)
        rows = audit_rows(whole.reset_index(drop=True), answers, draws, key=key, zone=zone)
        line_of = {result.line.code: result.line.row for result in own}
        lines = [line_of[code] for code in answers["code"]]
        shaped.append(ShapedFile(table="audits", file=file.name, rows=rows, lines=lines, sha256=file.sha256))
    return add_rows(dataset, shaped, settings=settings, progress=progress)


def _visits(results: Sequence[_Result]) -> pd.DataFrame:
    rows = [(result.line.code, result.visited_on, result.welfare) for result in results]
    return pd.DataFrame(rows, columns=["code", "visited_on", "welfare"], dtype=object)


def _answers(results: Sequence[_Result]) -> pd.DataFrame:
    rows = [(result.line.code, name, told) for result in results for name, told in result.entitled.items()]
    return pd.DataFrame(rows, columns=["code", "programme", "entitled"], dtype=object)


def _refuse_all(held: Sequence[Held], lines: Sequence[Line]) -> None:
    """Refuse lists of which no line can be counted."""
    if held:
        raise ExportError(
            "No line of the lists can be counted.",
            cause=" ".join(f"{line.file} row {line.row}: {line.reason}." for line in held[:3]),
            next_step="Correct the lines and import again; nothing was imported.",
        )
    raise AuditError(
        "No line of the lists is filled in." if lines else "The lists hold no visit.",
        next_step="Import them when visits have been made.",
    )


def _today(dataset: str, settings: Settings) -> date:
    return datetime.now(ZoneInfo(open_store(settings).manifest(dataset).dataset.timezone)).date()


def _held(line: Line, reason: str) -> Held:
    return Held(file=line.file, row=line.row, code=line.code, reason=reason)
