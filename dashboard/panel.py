"""The panel: a chart with its title, what it does not filter, its definition, its table and its downloads."""

import re
from collections.abc import Callable, Sequence

import streamlit as st

from analytics.metrics import Metric, unapplied
from dashboard import theme
from dashboard.charts.chart import Chart
from dashboard.faults import guarded
from dashboard.filterbar import not_applied, sentence
from dashboard.frame import is_stale, stamp_text
from dashboard.offers import offer
from dashboard.reader import Reader
from dashboard.words import Words


def panel(
    reader: Reader,
    name: str,
    make: Callable[[Reader], Chart | None],
    *,
    metrics: Sequence[str],
    ignores: Sequence[str] = (),
) -> None:
    """Draw one panel; a failure shows in its place and leaves the page standing.

    Args:
        reader: What the reader looks at.
        name: Key of the panel's title and note in texts/panels.toml, unique on its page.
        make: Makes the chart; None when the snapshot has no such data.
        metrics: Registry entries that the panel shows, for definitions and the filters that do not apply.
        ignores: Filters that the panel leaves out on purpose.
    """
    words = reader.words
    with st.container(border=True, key=f"panel_{name}", height="stretch"):
        st.subheader(words(f"panels.{name}"), anchor=False)
        with guarded(words):
            entries = [reader.metric(metric) for metric in metrics]
            _notices(reader, entries, ignores)
            chart = make(reader)
            if chart is None:
                st.info(words("panels.no_table"), icon=":material/info:")
                return
            st.plotly_chart(
                chart.figure, theme=None, config=dict(theme.CONFIG), alt=chart.alt, key=f"{name}_chart", width="stretch"
            )
            _tools(reader, name, chart, entries)


def _notices(reader: Reader, entries: Sequence[Metric], ignores: Sequence[str]) -> None:
    """Say which filters do not apply, and whether the data are older than the metric promises."""
    words = reader.words
    skipped = {filter_ for entry in entries for filter_ in unapplied(entry.mart, reader.filters)}
    skipped |= {name for name in ignores if name in reader.filters.given()}
    text = not_applied(sorted(skipped), words)
    if text:
        st.caption(f":material/filter_alt_off: {text}")
    promised = min((entry.refresh_days for entry in entries), default=0)
    if entries and is_stale(reader.manifest, refresh_days=promised):
        st.caption(f":orange-badge[:material/schedule:] {words('app.stale', days=promised)}")


def _tools(reader: Reader, name: str, chart: Chart, entries: Sequence[Metric]) -> None:
    words = reader.words
    with st.container(horizontal=True, gap="small", key=f"tools_{name}"):
        with st.popover(words("panels.definition"), icon=":material/menu_book:", type="tertiary"):
            st.markdown("\n\n".join(definition(entry, words) for entry in entries))
        with st.popover(words("panels.table"), icon=":material/table:", type="tertiary"):
            st.dataframe(chart.table, hide_index=True, alt=words("panels.table_alt", name=words(f"panels.{name}")))
        with st.popover(words("panels.download"), icon=":material/download:", type="tertiary"):
            offer(reader, name, chart.table, title=words(f"panels.{name}"), notes=notes(reader, name, entries))


def notes(reader: Reader, name: str, entries: Sequence[Metric]) -> list[str]:
    """Return the stamp, the filters and the definitions, one line each, as every download carries them."""
    words = reader.words
    plain = [stamp_text(reader.manifest, words), sentence(reader.filters, reader).replace("**", "")]
    definitions = [re.sub(r"[*`]|\s+", " ", definition(entry, words)).strip() for entry in entries]
    return [f"Tepat: {words(f'panels.{name}')}", *plain, f"snapshot {reader.snapshot}", *definitions]


def definition(entry: Metric, words: Words) -> str:
    """Return a metric's definition as Markdown: numerator, denominator, exclusions, source, owner, target."""
    language = words.language
    lines = [f"**{entry.label.to(language)}**"]
    if entry.denominator_says is None:
        lines.append(words("panels.counts", what=entry.numerator_says.to(language)))
    else:
        lines += [
            words("panels.numerator", what=entry.numerator_says.to(language)),
            words("panels.denominator", what=entry.denominator_says.to(language)),
            words("panels.minimum", n=words.number(entry.minimum_n)),
        ]
    lines += [
        words("panels.excludes", what=entry.excludes.to(language)),
        words("panels.source", what=entry.source.to(language)),
        words("panels.owner", what=entry.owner.to(language)),
        words(f"panels.kind_{entry.kind}"),
    ]
    if entry.target is not None:
        lines.append(words("panels.target", value=words.percent(entry.target, decimals=0)))
    return "  \n".join(lines)
