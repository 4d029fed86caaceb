"""Tables with their titles and downloads, for pages that show rows and not figures."""

import pandas as pd
import streamlit as st

from dashboard.frame import stamp_text
from dashboard.offers import offer
from dashboard.reader import Reader

SHOWN_ROWS = 500
"""Most rows sent to the browser; the download has all."""


def table(
    reader: Reader, name: str, data: pd.DataFrame, headers: dict[str, str], *, shares: tuple[str, ...] = ()
) -> None:
    """Draw a table, or say that it is empty.

    Args:
        reader: What the reader looks at.
        name: Key of the title in texts/quality.toml or texts/methods.toml, as `quality.rules`.
        data: The rows.
        headers: Column to the key of its header.
        shares: Columns that are shares, shown as percentages.
    """
    words = reader.words
    with st.container(border=True, key=f"table_{name.replace('.', '_')}"):
        st.subheader(words(name), anchor=False)
        if data.empty:
            st.markdown(f":material/check_circle: {words(f'{name}_empty')}")
            return
        twin = data[list(headers)].rename(columns={column: words(key) for column, key in headers.items()})
        shown = twin.head(SHOWN_ROWS).copy()
        for column, key in headers.items():
            header = words(key)
            if column in shares:
                shown[header] = data[column].head(SHOWN_ROWS).map(words.percent)
            elif pd.api.types.is_integer_dtype(data[column]):
                shown[header] = data[column].head(SHOWN_ROWS).map(words.number)
        st.dataframe(shown, hide_index=True, alt=words(name), width="stretch")
        if len(twin) > SHOWN_ROWS:
            st.caption(words("quality.first_rows", shown=words.number(SHOWN_ROWS), all=words.number(len(twin))))
        with st.container(horizontal=True):
            notes = [words(name), stamp_text(reader.manifest, words), f"snapshot {reader.snapshot}"]
            offer(reader, name, twin, title=words(name), notes=notes)
