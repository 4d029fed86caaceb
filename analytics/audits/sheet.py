"""Visit lists: who visits which families, and the files that a checker takes along.

A list names no frame, no stratum and no score: a checker who knew whether the family receives, or what a model thinks,
would find it. Names come from the export itself while the list is written, and are stored nowhere.
"""

import os
import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl

from analytics.access_log import record
from analytics.audits import AuditError, words
from analytics.audits.paper import write_pdf
from analytics.audits.register import Draw, Register, open_register
from analytics.audits.workbook import write_workbook
from analytics.ingest.mapping import TableMapping, VisitList, load_mapping
from analytics.ingest.pseudonyms import pseudonym_key
from analytics.ingest.reading import read_source
from analytics.ingest.shaping import shape, source_columns
from analytics.metrics.comparisons import place_names
from analytics.settings import Settings
from analytics.store import open_store
from validation.errors import MappingError

CHECKER = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9._-]{0,14}")
"""A staff code: it has a digit, so that it is no name, and is shorter than a NIK."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The list of one checker.

    Attributes:
        checker: Code.
        visits: Families on it.
        villages: Villages on it.
        files: The workbook and the pages to print.
    """

    checker: str
    visits: int
    villages: int
    files: tuple[Path, ...]


@dataclass(frozen=True, kw_only=True)
class Written:
    """What was written.

    Attributes:
        sheets: One a checker.
        named: The lists show who the families are.
        not_found: Families that the file of the visit list does not hold.
    """

    sheets: tuple[Sheet, ...]
    named: bool
    not_found: int


def write_sheets(
    settings: Settings,
    draw: str,
    target: Path,
    *,
    checkers: Sequence[str] = (),
    mapping_path: Path | None = None,
    source: Path | None = None,
) -> Written:
    """Write the lists of a draw's visits that have not come back yet, one workbook and one PDF a checker.

    Args:
        settings: Home, language of the lists.
        draw: Id.
        target: Folder for the files, readable by their owner alone.
        checkers: Codes; empty = as the visits were shared out before, or one list for all.
        mapping_path: The export's mapping, with a section `[visit_list]`; None = codes and villages only.
        source: Folder of the export.

    Raises:
        AuditError: a checker's code could be a name or number of a person, or nothing is left to visit.
        RegisterError: there is no such draw.
        ExportError, MappingError: the mapping or the export cannot be read as they say.
    """
    _require_codes(checkers)
    with closing(open_register(settings)) as register:
        made = register.draw(draw)
        open_ = register.visits(draw)
        open_ = open_[open_["returned_at"].isna()].reset_index(drop=True)
        if open_.empty:
            raise AuditError(f"Every visit of {draw} has come back.", next_step="There is nothing to print.")
        names = _names(open_, made, settings=settings, mapping_path=mapping_path, source=source)
        open_["checker"] = _shared_out(open_, checkers, register=register)
    titled = _titled(open_, names, made, settings=settings)
    record(
        settings, action="write_sheets", kind="draw", ref=draw,
        details={"visits": len(open_), "checkers": int(open_["checker"].nunique()), "named": names is not None},
    )  # fmt: skip
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    target.chmod(0o700)
    sheets = [
        _write(made, str(checker), titled.loc[own.index], own, target, settings=settings)
        for checker, own in open_.groupby("checker")
    ]
    return Written(
        sheets=tuple(sheets),
        named=names is not None,
        not_found=0 if names is None else int((~open_["family_id"].isin(names.index)).sum()),
    )


def share_out(villages: Sequence[str], checkers: int) -> list[int]:
    """Return which checker makes each visit, 0 to `checkers` − 1: neighbours together, as even as whole villages allow.

    Args:
        villages: Village of each visit; visits of one village stand together.
        checkers: How many; a village is split only where there are fewer villages than checkers.
    """
    starts = [at for at in range(1, len(villages)) if villages[at] != villages[at - 1]]
    if len(starts) + 1 < checkers:
        starts = list(range(1, len(villages)))
    cuts: list[int] = []
    for number in range(1, checkers):
        left = checkers - 1 - number  # cuts still to come need a place each
        room = [at for at in starts if not cuts or at > cuts[-1]]
        room = room[: len(room) - left] if left else room
        if room:
            goal = number * len(villages) / checkers
            cuts.append(room[int(np.argmin(np.abs(np.array(room) - goal)))])
    return [sum(at >= cut for cut in cuts) for at in range(len(villages))]


def _require_codes(checkers: Sequence[str]) -> None:
    for code in checkers:
        if not CHECKER.fullmatch(code):
            raise AuditError(
                "A checker's code is up to 15 letters, digits, dots and dashes, one of them a digit.",
                cause="The register holds no name and no number of a person.",
                next_step="Give staff codes such as BPS-01, or --checkers with a number.",
            )
    if len(set(checkers)) < len(checkers):
        raise AuditError("A checker is named twice.", next_step="Name each --checker once.")


def _shared_out(visits: pd.DataFrame, checkers: Sequence[str], *, register: Register) -> list[str]:
    """Return the checker of each visit, and keep it."""
    if not checkers and visits["checker"].notna().all():
        return [str(code) for code in visits["checker"]]
    codes = list(checkers) or ["P01"]
    if len(codes) > len(visits):
        raise AuditError(f"{len(codes)} checkers have {len(visits)} visits to make.", next_step="Name fewer of them.")
    chosen = [codes[at] for at in share_out(visits["village"].tolist(), len(codes))]
    register.assign(dict(zip(visits["code"], chosen, strict=True)))
    return chosen


def _names(
    visits: pd.DataFrame, made: Draw, *, settings: Settings, mapping_path: Path | None, source: Path | None
) -> pd.DataFrame | None:
    """Return the visit list's columns by family_id, of the families drawn alone; None without a mapping."""
    if mapping_path is None:
        return None
    mapping = load_mapping(mapping_path)
    if mapping.dataset.name != made.dataset:
        raise MappingError(
            f"{mapping_path.name} is the mapping of {mapping.dataset.name}.",
            cause=f"{made.id} was drawn from {made.dataset}.",
            next_step="Give the mapping that the data set was ingested with.",
        )
    wanted = mapping.visit_list
    if wanted is None:
        return None
    if source is None:
        raise AuditError("Names are read from the export itself.", next_step="Give its folder with --source.")
    _require_free_titles(wanted, made, mapping_path)
    table = TableMapping.model_construct(
        name="families", file=wanted.file, format=wanted.format, where={}, columns={"family_id": wanted.family_id}
    )
    needed = list(dict.fromkeys([*source_columns(table), *wanted.columns.values()]))
    rows = read_source(source, table, needed)
    key = pseudonym_key(settings.home)
    family = shape(rows, table, key=key, timezone=mapping.dataset.timezone)["family_id"]
    named = rows.select(pl.col(column).cast(pl.String).alias(title) for title, column in wanted.columns.items())
    found = named.with_columns(family_id=family).filter(family.is_in(visits["family_id"].tolist()))
    return found.unique("family_id", keep="first", maintain_order=True).to_pandas().set_index("family_id")


def _require_free_titles(wanted: VisitList, made: Draw, mapping_path: Path) -> None:
    taken = {title.to(language) for title in words.OWN_TITLES for language in ("id", "en")}
    taken |= {words.ENTITLED.to(lang).format(programme=name) for name in made.programmes for lang in ("id", "en")}
    for title in wanted.columns:
        if title in taken:
            raise MappingError(
                f"{mapping_path.name}: the visit list has a column {title} of its own.",
                next_step="Give the column of [visit_list.columns] another title.",
            )


def _titled(visits: pd.DataFrame, names: pd.DataFrame | None, made: Draw, *, settings: Settings) -> pd.DataFrame:
    """Return what stands on the lists before the answers: code, district, village, and who the family is."""
    language = settings.language
    with closing(open_store(settings).open(made.dataset)) as warehouse:
        places = place_names(warehouse)
    shown = pd.DataFrame(
        {
            words.CODE.to(language): visits["code"],
            words.DISTRICT.to(language): [places.get(code, code) for code in visits["district"]],
            words.VILLAGE.to(language): [places.get(code, code) for code in visits["village"]],
        }
    )
    if names is not None:
        own = names.reindex(visits["family_id"]).reset_index(drop=True)
        shown = pd.concat([shown, own], axis="columns")
    return shown


def _write(
    made: Draw, checker: str, shown: pd.DataFrame, own: pd.DataFrame, target: Path, *, settings: Settings
) -> Sheet:
    paths = tuple(target / f"{made.id}-{checker}{ending}" for ending in (".xlsx", ".pdf"))
    for path in paths:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        path.chmod(0o600)
    write_workbook(paths[0], shown, draw=made, checker=checker, language=settings.language)
    write_pdf(paths[1], shown, draw=made, checker=checker, language=settings.language)
    return Sheet(checker=checker, visits=len(own), villages=int(own["village"].nunique()), files=paths)
