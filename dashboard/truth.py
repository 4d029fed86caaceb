"""Where the truth of an estimate is from: the field checks, the floor, the spread, what was declared."""

import streamlit as st

from dashboard.faults import guarded
from dashboard.reader import Reader


def truth(reader: Reader) -> None:
    """Draw the panel that says what stands behind the errors."""
    words = reader.words
    with st.container(border=True, height="stretch"), guarded(words):
        found = reader.checks()
        if found is None:
            st.info(words("panels.no_table"))
            return
        st.markdown(
            words(
                "targeting.truth",
                entered=words.number(found.entered),
                made=words.number(found.made),
                unknown=words.number(found.unknown),
                not_random=words.number(found.not_random),
            )
        )
        floor = reader.floors()
        if floor is not None:
            st.markdown(
                words(
                    "targeting.floor",
                    inclusion=words.percent(floor.inclusion),
                    exclusion=words.percent(floor.exclusion),
                )
            )
        spread = reader.incidence()
        if spread is not None:
            st.markdown(
                words(
                    "targeting.spread",
                    coefficient=words.number(spread.coefficient, decimals=2),
                    cgh=words.number(spread.cgh, decimals=2),
                )
            )
        said = reader.declared(programme=reader.filters.programme)
        for source in dict.fromkeys(figure.said.to(words.language) for figure in said):
            st.markdown(words("targeting.declared", said=source))
