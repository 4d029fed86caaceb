"""Where the truth of an estimate is from: the field checks, the floor, the spread, what was declared."""

import streamlit as st

from dashboard.briefs.record import add_part
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
        sentences = [
            words(
                "targeting.truth",
                entered=words.number(found.entered),
                made=words.number(found.made),
                unknown=words.number(found.unknown),
                not_random=words.number(found.not_random),
            )
        ]
        floor = reader.floors()
        if floor is not None:
            inclusion, exclusion = words.percent(floor.inclusion), words.percent(floor.exclusion)
            sentences.append(words("targeting.floor", inclusion=inclusion, exclusion=exclusion))
        spread = reader.incidence()
        if spread is not None:
            coefficient, cgh = (words.number(value, decimals=2) for value in (spread.coefficient, spread.cgh))
            sentences.append(words("targeting.spread", coefficient=coefficient, cgh=cgh))
        said = reader.declared(programme=reader.filters.programme)
        sources = dict.fromkeys(figure.said.to(words.language) for figure in said)
        sentences += [words("targeting.declared", said=source) for source in sources]
        add_part("", notices=sentences)
        for sentence in sentences:
            st.markdown(sentence)
