"""Verifying the chain from its first entry to the anchors: what was altered, removed, put in or moved, and where."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final, Literal

import sqlalchemy as sa

from analytics.access_log.anchor import Anchor, anchor_file, read_anchor
from analytics.access_log.chain import FIRST, existing_key, hash_of, mark_of
from analytics.access_log.errors import AccessLogError
from analytics.access_log.tables import LOG
from analytics.register import open_database
from analytics.settings import Settings

Kind = Literal["altered", "moved", "removed", "inserted", "unlinked", "cut_off", "rewritten", "unreadable_anchor"]
SAYS: Final[Mapping[Kind, str]] = {
    "altered": "is not as it was written: it was changed, or made by somebody without the key",
    "moved": "stands in another's place: it was written as entry {was:,}",
    "removed": "is missing",
    "inserted": "was put in: the log has no such number",
    "unlinked": "does not follow on the entry before it: that one was changed, replaced or removed",
    "cut_off": "is missing at the end: an anchor says that it was written",
    "rewritten": "is another than the anchor says: the log was written anew from there or before",
    "unreadable_anchor": "is where no anchor can be checked: the file of the anchor is damaged",
}
"""Kind of finding to what it says of an entry."""
AT_ONCE: Final = 10_000
"""Rows of one read."""
MOST_FINDINGS: Final = 1_000
"""Findings that are listed; all are counted."""
MOST_MOVED: Final = 100
"""Altered entries that are tried in each other's place."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """That the log is not as it was written.

    Attributes:
        kind: See `SAYS`.
        first: Number of the entry.
        last: Of the last one where the finding is of several in a row; else as `first`.
        was: Number that a moved entry was written with; else None.
    """

    kind: Kind
    first: int
    last: int
    was: int | None = None

    def sentence(self) -> str:
        """Return the finding in words."""
        numbers = f"{self.first:,}" if self.first == self.last else f"{self.first:,} to {self.last:,}"
        return f"Entry {numbers} {SAYS[self.kind].format(was=self.was)}."


@dataclass(frozen=True, kw_only=True)
class Verified:
    """How a verification ended.

    Attributes:
        entries: Entries read.
        newest: Number of the newest entry, 0 = none.
        anchors: Numbers that anchors named, of those that were checked.
        findings: By number, at most `MOST_FINDINGS`.
        count: Findings in all; 0 = the log is as it was written.
    """

    entries: int
    newest: int
    anchors: tuple[int, ...]
    findings: tuple[Finding, ...]
    count: int

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found."""
        return not self.count


def verify(
    settings: Settings, *, anchors: Iterable[Path] = (), progress: Callable[[float], None] = lambda _share: None
) -> Verified:
    """Read the whole log and say where it is not as it was written.

    Args:
        settings: Home and register; the anchor of the home is checked where there is one.
        anchors: Files of anchors that were kept elsewhere.
        progress: Told the share that is read.

    Raises:
        AccessLogError: the key or one of the given anchors cannot be read.
        SettingsError, RegisterError: as `analytics.register.open_database`.
    """
    known = [read_anchor(path) for path in anchors]
    damaged = False
    if (own := anchor_file(settings.home)).exists():
        try:
            known.append(read_anchor(own))
        except AccessLogError:
            damaged = True
    with closing(open_database(settings)) as database, database.reading() as connection:
        size = connection.execute(sa.select(sa.func.max(LOG.c.number))).scalar() or 0
        key = existing_key(settings.home) if size else b""
        found = check(_rows(connection, progress, size=size), key=key, anchors=known)
    if not damaged:
        return found
    finding = Finding(kind="unreadable_anchor", first=found.newest, last=found.newest)
    return replace(found, findings=(*found.findings, finding), count=found.count + 1)


def check(rows: Iterable[Mapping[str, Any]], *, key: bytes, anchors: Iterable[Anchor] = ()) -> Verified:
    """Verify entries that are given in the order of their numbers.

    Args:
        rows: All columns of `access_log`.
        key: That the log is written with.
        anchors: What is known of it from elsewhere.
    """
    wanted: dict[int, set[str]] = {}
    for anchor in anchors:
        wanted.setdefault(anchor.number, set()).add(anchor.hash)
    mark, findings = mark_of(key), _Findings()
    altered: list[Mapping[str, Any]] = []
    entries = newest = 0
    previous: str | None = FIRST
    for row in rows:
        number, entries = row["number"], entries + 1
        if number <= newest:
            findings.add("inserted", number)
            continue
        if number > newest + 1:
            findings.add("removed", newest + 1, number - 1)
            previous = None
        if row["key"] != mark or hash_of(key, row) != row["hash"]:
            findings.add("altered", number)
            altered.extend([row] if len(altered) < MOST_MOVED else [])
        elif previous is not None and row["previous"] != previous:
            findings.add("unlinked", number)
        if wanted.get(number, {row["hash"]}) != {row["hash"]}:
            findings.add("rewritten", number)
        previous, newest = row["hash"], number
    for number in wanted:
        if number > newest:
            findings.add("cut_off", newest + 1, number)
    return Verified(
        entries=entries, newest=newest, anchors=tuple(sorted(wanted)), count=findings.count,
        findings=_told_moved(findings.listed, altered, key=key),
    )  # fmt: skip


class _Findings:
    """Lists the first `MOST_FINDINGS` and counts all; entries of one kind in a row are one."""

    def __init__(self) -> None:
        self.listed: list[Finding] = []
        self.count = 0

    def add(self, kind: Kind, first: int, last: int | None = None) -> None:
        self.count += 1
        if len(self.listed) < MOST_FINDINGS:
            self.listed.append(Finding(kind=kind, first=first, last=first if last is None else last))


def _told_moved(findings: Iterable[Finding], altered: list[Mapping[str, Any]], *, key: bytes) -> tuple[Finding, ...]:
    """Tell entries that are whole under another altered entry's number: they were swapped, not rewritten."""
    numbers = [row["number"] for row in altered]
    was = {}
    for row in altered:
        own = (each for each in numbers if hash_of(key, {**row, "number": each}) == row["hash"])
        was[row["number"]] = next(own, None)
    return tuple(
        Finding(kind="moved", first=each.first, last=each.last, was=was[each.first])
        if each.kind == "altered" and was.get(each.first)
        else each
        for each in findings
    )


def newest(settings: Settings) -> Anchor | None:
    """Return what an anchor of the log as it is now says; None while nothing was logged.

    Raises:
        SettingsError, RegisterError: as `analytics.register.open_database`.
    """
    query = sa.select(LOG.c.number, LOG.c.hash, LOG.c.at).order_by(LOG.c.number.desc()).limit(1)
    with closing(open_database(settings)) as database, database.reading() as connection:
        row = connection.execute(query).mappings().one_or_none()
    return Anchor(**row) if row else None


def _rows(connection: sa.Connection, progress: Callable[[float], None], *, size: int) -> Iterator[Mapping[str, Any]]:
    """Read the log in the order of its numbers, in one pass that holds few rows at a time."""
    query = sa.select(LOG).order_by(LOG.c.number).execution_options(yield_per=AT_ONCE)
    found = connection.execute(query)
    names = tuple(found.keys())
    done = 0
    while batch := list(islice(found, AT_ONCE)):
        for row in batch:
            yield dict(zip(names, row, strict=True))
        done += len(batch)
        progress(min(done / size, 1.0))
