"""The panel: a chart with its title, what it does not filter, its definition, its table and its downloads."""

import re
from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from analytics.metrics import Metric, unapplied
from dashboard import theme
from dashboard.briefs.record import Content, add_part
from dashboard.charts.chart import Chart
from dashboard.definitions import definition
from dashboard.faults import guarded
from dashboard.filterbar import not_applied, sentence
from dashboard.frame import is_stale, stamp_text
from dashboard.offers import offer
from dashboard.reader import Reader

LOADING_HEIGHT = 240
"""Height that is held free while a figure is made, px."""


def panel(
    reader: Reader,
    name: str,
    make: Callable[[Reader], Chart | None],
    *,
    metrics: Sequence[str],
    ignores: Sequence[str] = (),
    explains: Sequence[str] = (),
) -> None:
    """Draw one panel; a failure shows in its place and leaves the page standing.

    Args:
        reader: What the reader looks at.
        name: Key of the panel's title and note in texts/panels.toml, unique on its page.
        make: Makes the chart; None when the snapshot has no such data.
        metrics: Registry entries that the panel shows, for definitions and the filters that do not apply.
        ignores: Filters that the panel leaves out on purpose.
        explains: Keys of definitions in texts, of figures that no registry entry stands for.
    """
    words = reader.words
    with st.container(border=True, key=f"panel_{name}", height="stretch"):
        st.subheader(words(f"panels.{name}"), anchor=False)
        with guarded(words):
            entries = [reader.metric(metric) for metric in metrics]
            said = [*(definition(entry, words) for entry in entries), *(words(key) for key in explains)]
            skipped, stale = _notices(reader, entries, ignores)
            add_part(
                words(f"panels.{name}"),
                partial(_content, reader, make, metrics),
                notices=(skipped, stale),
                definitions=said,
            )
            if skipped:
                st.caption(f":material/filter_alt_off: {skipped}")
            if stale:
                st.caption(f":orange-badge[:material/schedule:] {stale}")
            with st.skeleton(height=LOADING_HEIGHT):
                chart = _drawn(reader, _identity(make), make)
            if chart is None:
                st.info(nothing_here(reader, metrics), icon=":material/info:")
                return
            if chart.withheld:
                st.caption(f":material/visibility_off: {chart.withheld}")
            st.plotly_chart(
                chart.figure, theme=None, config=dict(theme.CONFIG), alt=chart.alt, key=f"{name}_chart", width="stretch"
            )
            _tools(reader, name, chart, said)


def _content(reader: Reader, make: Callable[[Reader], Chart | None], metrics: Sequence[str]) -> Content | str:
    """Return the panel's figure for its brief: the same that the page showed."""
    chart = _drawn(reader, _identity(make), make)
    return nothing_here(reader, metrics) if chart is None else Content(chart.table, chart=chart)


def nothing_here(reader: Reader, metrics: Sequence[str] = ()) -> str:
    """Say why there is nothing to show: the data set has no such data, the filters left none, or it is withheld."""
    words = reader.words
    rows = [reader.value(metric) for metric in metrics]
    if any(row is not None and row["reason"] == "withheld" for row in rows):
        return words("kpi.reason_withheld")
    if not reader.given():
        return words("panels.no_table")
    return words("panels.emptied", filters=sentence(reader.filters, reader))


@st.cache_resource(ttl="1h", max_entries=500, show_spinner=False)
def _drawn(reader: Reader, identity: str, _make: Callable[[Reader], Chart | None]) -> Chart | None:
    """Make a figure once for all readers of the same snapshot, filters and language; it is never changed after."""
    del identity  # the key stands for the function
    return _make(reader)


def _identity(make: Callable[[Reader], Chart | None]) -> str:
    """Return what tells two chart makers apart: the function and the arguments bound to it."""
    function = make.func if isinstance(make, partial) else make
    bound = sorted(make.keywords.items()) if isinstance(make, partial) else []
    return f"{function.__module__}.{function.__qualname__}{bound}"


def _notices(reader: Reader, entries: Sequence[Metric], ignores: Sequence[str]) -> tuple[str, str]:
    """Return which filters do not apply, and whether the data are older than the metric promises; empty if neither."""
    words = reader.words
    skipped = {filter_ for entry in entries for filter_ in unapplied(entry.mart, reader.filters)}
    skipped |= {name for name in ignores if name in reader.given()}
    promised = min((entry.refresh_days for entry in entries), default=0)
    stale = bool(entries) and is_stale(reader.manifest, refresh_days=promised)
    return not_applied(sorted(skipped), words), words("app.stale", days=promised) if stale else ""


def _tools(reader: Reader, name: str, chart: Chart, said: Sequence[str]) -> None:
    words = reader.words
    with st.container(horizontal=True, gap="small", key=f"tools_{name}"):
        with st.popover(words("panels.definition"), icon=":material/menu_book:", type="tertiary"):
            st.markdown("\n\n".join(said))
        with st.popover(words("panels.table"), icon=":material/table:", type="tertiary"):
            st.dataframe(chart.table, hide_index=True, alt=words("panels.table_alt", name=words(f"panels.{name}")))
        with st.popover(words("panels.download"), icon=":material/download:", type="tertiary"):
            told = [*said, chart.withheld] if chart.withheld else said
            offer(reader, name, chart.table, title=words(f"panels.{name}"), notes=notes(reader, name, told))


def notes(reader: Reader, name: str, said: Sequence[str]) -> list[str]:
    """Return the stamp, the filters and the definitions, one line each, as every download carries them."""
    words = reader.words
    plain = [stamp_text(reader.manifest, words), sentence(reader.filters, reader).replace("**", "")]
    definitions = [re.sub(r"[*`]|\s+", " ", text).strip() for text in said]
    return [f"Tepat: {words(f'panels.{name}')}", *plain, f"snapshot {reader.snapshot}", *definitions]
