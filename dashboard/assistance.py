"""What the model adds to the field checks, in plain words; the checks stay what decides."""

import streamlit as st

from dashboard.choices import choose
from dashboard.faults import guarded
from dashboard.reader import Reader

ERRORS = ("inclusion_error", "exclusion_error")


def with_method(reader: Reader) -> Reader:
    """Draw the switch between the checks alone and the model's help; return the reader who asks for it."""
    words = reader.words
    method = choose(
        words,
        "method",
        ("direct", "ppi"),
        label=words("targeting.method"),
        shown=lambda name: words(f"targeting.method_{name}"),
        face="segments",
    )
    return reader.with_filters(method=method)


def model_help(reader: Reader) -> None:
    """Say what the model is worth for both errors, or why it cannot help, and that the truth comes from visits."""
    words = reader.words
    with st.container(key="model_help"), guarded(words):
        st.caption(f":material/model_training: {' '.join(gains(reader))} {words('targeting.visits_decide')}")


def gains(reader: Reader) -> list[str]:
    """Return one sentence for each error."""
    words = reader.words
    if reader.checks() is None:
        return [words("targeting.gain_no_checks")]
    if not reader.has_model():
        return [words("targeting.gain_no_model")]
    found = []
    for error in ERRORS:
        gain, name = reader.gain(error), reader.label(error).lower()
        if gain is None:
            found.append(words("targeting.gain_none", error=name))
        elif gain.narrower <= 0 or gain.visits == 0:
            found.append(words("targeting.gain_nothing", error=name))
        else:
            found.append(
                words(
                    "targeting.gain",
                    error=name,
                    narrower=words.percent(gain.narrower, decimals=0),
                    visits=words.number(gain.visits),
                )
            )
    return found
