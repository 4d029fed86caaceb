"""The Data Docs: a page a table by Great Expectations' own renderers, and an index, all readable without a network."""

import importlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader

from validation.reports.expectations import TableRun, great_expectations
from validation.rules import OWNERS, SEVERITIES

HERE = Path(__file__).parent
INDEX = "index.html"
_ICON = re.compile(r'<i class="fas fa-(?P<name>[a-z-]+)[^>]*></i>')
_HEADING = re.compile(r"<(/?)h[56]\b")
"""Great Expectations begins at the fifth level."""
_MARKS = {
    "check-circle": '<span class="mark met">✓ <span lang="id">terpenuhi</span> / met</span>',
    "times": '<span class="mark broken">✗ <span lang="id">dilanggar</span> / broken</span>',
}


@dataclass(frozen=True, kw_only=True)
class Edition:
    """What the pages are about.

    Attributes:
        title: What the data set is called.
        snapshot: Id of the snapshot.
        published_at: Its moment of publication, naive UTC.
    """

    title: str
    snapshot: str
    published_at: datetime


def write_data_docs(runs: Sequence[TableRun], folder: Path, edition: Edition) -> None:
    """Write `index.html` and a page for each table: no script, no picture, no link to another host."""
    folder.mkdir(parents=True, exist_ok=True)
    words = {"edition": edition, "style": (HERE / "data_docs.css").read_text(encoding="utf-8"), "index": INDEX}
    worst_first = sorted(runs, key=_badness, reverse=True)
    index = (
        _environment()
        .get_template("index.j2")
        .render(**words, runs=worst_first, severities=SEVERITIES, owners=OWNERS, number=_number, share=_share)
    )
    (folder / INDEX).write_text(index, encoding="utf-8")
    for run in runs:
        (folder / f"{run.table}.html").write_text(_page(run, words), encoding="utf-8")


def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True)


def _badness(run: TableRun) -> tuple[int, int]:
    return len(run.broken), sum(run.failed.values())


def _page(run: TableRun, words: dict[str, Any]) -> str:
    """Return the page of one table, from Great Expectations' renderers and our outer template."""
    great_expectations()
    renderers = importlib.import_module("great_expectations.render.renderer.page_renderer")
    views = importlib.import_module("great_expectations.render.view")
    document = renderers.ValidationResultsPageRenderer().render(run.validation)
    # Of its overview, the statistics: the rest links to pages of its own site and shows where the frame came from.
    document.sections[0].content_blocks = document.sections[0].content_blocks[1:2]
    view = views.DefaultJinjaPageView()
    view.env.loader = ChoiceLoader([FileSystemLoader(HERE), view.env.loader])
    html = str(view.render(document, run=run, number=_number, **words))
    html = _HEADING.sub(r"<\1h2", html)
    return _ICON.sub(lambda icon: _MARKS.get(icon["name"], ""), html)


def _number(value: int) -> str:
    """Return a whole number that both languages read alike: groups of three behind narrow spaces."""
    return f"{value:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def _share(failed: int, checked: int) -> str:
    """Return a share in per cent; a broken rule never reads as none."""
    share = failed / checked
    return f"{share:.1%}" if share >= 0.001 else "< 0.1%"
