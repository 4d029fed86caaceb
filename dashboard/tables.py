"""Tables with their titles and downloads, for pages that show rows and not figures."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import pandas as pd
import streamlit as st

from dashboard.briefs.record import Content, add_part
from dashboard.charts.pass_rates import rate
from dashboard.frame import stamp_text
from dashboard.offers import offer
from dashboard.reader import Reader
from dashboard.words import NO_VALUE

SHOWN_ROWS = 500
"""Most rows sent to the browser; the download has all."""

Face = Literal["grid", "words"]


def table(
    reader: Reader,
    name: str,
    data: pd.DataFrame,
    headers: dict[str, str],
    *,
    passed: tuple[str, ...] = (),
    decimals: Mapping[str, int] = MappingProxyType({}),
    face: Face = "grid",
    badges: tuple[str, ...] = (),
    brief: bool = True,
) -> None:
    """Draw a table, or say that it is empty.

    Args:
        reader: What the reader looks at.
        name: Key of the title in texts/quality.toml or texts/methods.toml, as `quality.rules`.
        data: The rows.
        headers: Column to the key of its header.
        passed: Columns that are pass rates, shown as percentages; one that is not whole never reads as 100 %.
        face: A grid that can be sorted and scrolled, or a row below another in words that a phone never cuts off.
        badges: Columns that stand out as badges, in words alone.
        decimals: Columns of numbers to how many decimals are shown; the download has all.
        brief: Whether the page's brief has the table too; not where a row stands for a single record.
    """
    words = reader.words
    with st.container(border=True, key=f"table_{name.replace('.', '_')}"):
        st.subheader(words(name), anchor=False)
        if data.empty:
            empty = words(f"{name}_empty")
            if brief:
                add_part(words(name), lambda: empty)
            st.markdown(f":material/check_circle: {empty}")
            return
        twin = data[list(headers)].rename(columns={column: words(key) for column, key in headers.items()})
        shown = twin.head(SHOWN_ROWS).copy()
        for column, key in headers.items():
            header = words(key)
            if column in passed:
                rates = data[column].head(SHOWN_ROWS)
                shown[header] = [NO_VALUE if pd.isna(share) else rate(share, words=words) for share in rates]
            elif column in decimals:
                shown[header] = [words.number(value, decimals=decimals[column]) for value in shown[header]]
            elif _are_counts(data[column]):
                shown[header] = data[column].head(SHOWN_ROWS).map(words.number)
        if brief:
            add_part(words(name), lambda: Content(twin, shown=shown))
        if face == "words":
            marked = {words(headers[column]) for column in badges}
            for row in shown.to_dict("records"):
                st.markdown(_in_words({str(header): str(said) for header, said in row.items()}, marked))
        else:
            st.dataframe(shown, hide_index=True, alt=words(name), width="stretch")
        if len(twin) > SHOWN_ROWS:
            st.caption(words("quality.first_rows", shown=words.number(SHOWN_ROWS), all=words.number(len(twin))))
        with st.container(horizontal=True):
            notes = [words(name), stamp_text(reader.manifest, words), f"snapshot {reader.snapshot}"]
            offer(reader, name, twin, title=words(name), notes=notes)


def _in_words(row: dict[str, str], marked: set[str]) -> str:
    """Return a row as Markdown: the first cell, and below it the others that hold anything, with their headers."""
    (_, first), *others = row.items()
    said = [
        f":gray-badge[{header}: {text}]" if header in marked else f"{header}: {text}" for header, text in others if text
    ]
    return f"**{first}**  \n{' · '.join(said)}"


def _are_counts(values: "pd.Series[float]") -> bool:
    """Return whether a column holds whole numbers; one of which some are withheld is a column of floats."""
    if pd.api.types.is_float_dtype(values):
        return bool(values.isna().any() and (values.dropna() % 1 == 0).all())
    return bool(pd.api.types.is_integer_dtype(values))
