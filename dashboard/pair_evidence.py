"""The evidence of a pair that was judged: asked for with a button, since who has seen it cannot judge the pair anew."""

from typing import Final

import pandas as pd
import streamlit as st

from analytics.adjudication import RevealedPair
from dashboard import theme
from dashboard.charts.waterfall import waterfall
from dashboard.duplicates import adjudication
from dashboard.faults import guarded
from dashboard.pair_records import level_text
from dashboard.reader import Reader
from dashboard.words import Words, catalogue

KEY: Final = "l"
REVEALED: Final = "reviewing.revealed"
DECIMALS: Final = 2
"""Of a log10 likelihood ratio."""


def evidence(reader: Reader, pair: str | None, officer: str) -> None:
    """Draw the way to the evidence of the pair just judged, and the evidence once it is asked for."""
    if pair is None:
        return
    words = reader.words
    if st.session_state.get(REVEALED) != pair:
        with st.container(horizontal=True, vertical_alignment="center", key="evidence_offer"):
            st.button(
                words("duplicates.show_evidence"), icon=":material/waterfall_chart:", shortcut=KEY,
                on_click=_ask, args=(pair,), key=f"reveal.{pair}",
            )  # fmt: skip
            st.caption(words("duplicates.show_evidence_text"), width="content")
        return
    with st.container(border=True, key="evidence"), guarded(words):
        revealed = adjudication().reveal(pair, viewer=officer)
        st.subheader(words("duplicates.evidence", pair=pair), anchor=False)
        st.markdown(_said(words, revealed))
        chart = waterfall(
            steps(words, revealed), words=words, measure=words("duplicates.evidence_measure"),
            start=revealed.prior, end=_end(revealed),
        )  # fmt: skip
        st.plotly_chart(
            chart.figure, theme=None, config=dict(theme.CONFIG), alt=chart.alt, key="evidence_chart", width="stretch"
        )
        with st.popover(words("panels.table"), icon=":material/table:", type="tertiary"):
            st.dataframe(chart.table, hide_index=True, alt=words("duplicates.evidence", pair=pair))


def steps(words: Words, revealed: RevealedPair) -> pd.DataFrame:
    """Return name and log10 of what each field adds; what they leave out of face and record is a step of its own."""
    fields = [(field_text(words, each.field, each.level), each.log10_lr) for each in revealed.waterfall]
    named = {each.field for each in revealed.waterfall}
    if revealed.face is not None and "face" not in named:
        fields.append((words("duplicates.field_face"), revealed.face))
    record = [each.log10_lr for each in revealed.waterfall if each.field != "face"]
    rest = (revealed.record or 0.0) - sum(record)
    if abs(rest) >= 10**-DECIMALS:
        fields.append((words("duplicates.field_rest"), rest))
    return pd.DataFrame(fields, columns=["name", "value"])


def field_text(words: Words, field: str, level: str) -> str:
    """Return a field and how it agrees, in words."""
    key = f"duplicates.field_{field}"
    name = words(key) if key in catalogue() else field.replace("_", " ")
    return words("duplicates.field_level", field=name, level=level_text(words, level))


def _end(revealed: RevealedPair) -> float:
    """Return the log10 posterior odds, as prior, face and record make them: a probability of 1 has none."""
    return revealed.prior + (revealed.face or 0.0) + (revealed.record or 0.0)


def _said(words: Words, revealed: RevealedPair) -> str:
    said = words(
        "duplicates.evidence_text",
        band=words(f"duplicates.band_{revealed.band}").lower(),
        probability=words.percent(revealed.probability),
    )
    if revealed.state is None:
        return f"{said} {words('duplicates.others_wait')}"
    return f"{said} {words('duplicates.stands', state=words(f'duplicates.state_{revealed.state}').lower())}"


def _ask(pair: str) -> None:
    st.session_state[REVEALED] = pair
