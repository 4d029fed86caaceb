"""Choices that survive page changes, reloads and a change of language, and stand in the URL as codes.

Streamlit's own `bind="query-params"` writes the option's label into the URL: a link would break when the reader's
language is another, and a change of language would reset every choice. So the choice is kept as its code, and the
widget is only its face in one language.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Literal

import streamlit as st

from dashboard.words import Words

Face = Literal["select", "segments"]


def choose(
    words: Words,
    name: str,
    options: Sequence[str],
    *,
    label: str,
    shown: Callable[[str], str],
    face: Face = "select",
    default: str | None = None,
    help_text: str | None = None,
    hide_label: bool = False,
) -> str:
    """Draw a choice of one option and return its code.

    Args:
        words: The reader's language.
        name: Name of the choice: its query parameter.
        options: Codes, not empty.
        label: What is chosen.
        shown: Name of a code in the reader's language.
        face: A list to open, or segments side by side for a few options.
        default: Code chosen at first and left out of the URL; the first option when not given.
        help_text: What the reader may want to know.
        hide_label: Keep the label for screen readers only.
    """
    standard = options[0] if default is None else default
    kept = current(name, standard)
    kept = kept if kept in options else standard
    key = _key(words, name)
    if face == "segments":
        chosen = st.segmented_control(
            label, options, default=kept, required=True, format_func=shown, key=key, help=help_text,
            label_visibility="collapsed" if hide_label else "visible",
        )  # fmt: skip
    else:
        chosen = st.selectbox(
            label, options, index=options.index(kept), format_func=shown, key=key, help=help_text,
            label_visibility="collapsed" if hide_label else "visible",
        )  # fmt: skip
    return _keep(name, chosen or standard, standard)


def choose_many(
    words: Words,
    name: str,
    options: Sequence[str],
    *,
    label: str,
    default: Sequence[str],
    shown: Callable[[str], str] = str,
) -> tuple[str, ...]:
    """Draw a choice of several options and return their codes; the default when none is chosen."""
    standard = ",".join(default)
    kept = [code for code in current(name, standard).split(",") if code in options] or list(default)
    chosen = st.pills(
        label, options, default=kept, selection_mode="multi", wrap=True, format_func=shown, key=_key(words, name)
    )
    codes = tuple(code for code in options if code in chosen) or tuple(default)
    _keep(name, ",".join(codes), standard)
    return codes


def choose_day(words: Words, name: str, *, label: str, first: date, last: date) -> date | None:
    """Draw the choice of a day, which may stay empty."""
    try:
        kept = date.fromisoformat(current(name, ""))
    except ValueError:
        kept = None
    inside = kept is not None and first <= kept <= last
    chosen = st.date_input(
        label,
        value=kept if inside else None,
        min_value=first,
        max_value=last,
        key=_key(words, name),
        format="DD/MM/YYYY",
    )
    day = chosen if isinstance(chosen, date) else None
    _keep(name, day.isoformat() if day else "", "")
    return day


def choose_text(
    words: Words, name: str, *, label: str, valid: Callable[[str], bool], help_text: str | None = None
) -> str | None:
    """Draw a short text, which may stay empty; None where it is not valid: then it is kept in no session and no URL."""
    kept = current(name, "")
    typed = st.text_input(label, value=kept if valid(kept) else "", key=_key(words, name), help=help_text).strip()
    if typed and not valid(typed):
        clear((name,), faces=False)
        return None
    return _keep(name, typed, "")


def choose_number(
    words: Words, name: str, *, label: str, default: float, low: float, high: float, step: float
) -> float:
    """Draw the choice of a number between two limits; whole numbers where the step is whole."""
    try:
        kept = float(current(name, f"{default:.10g}"))
    except ValueError:
        kept = default
    kept = kept if low <= kept <= high else default
    whole = float(step).is_integer()
    chosen = st.number_input(
        label,
        value=float(kept),
        min_value=float(low),
        max_value=float(high),
        step=float(step),
        key=_key(words, name),
        format="%.0f" if whole else "%.1f",
    )
    return float(_keep(name, f"{float(chosen):.10g}", f"{default:.10g}"))


def choose_step(words: Words, name: str, options: Sequence[int], *, label: str, default: int) -> int:
    """Draw the choice of one of a few whole numbers as a slider."""
    kept = current(name, str(default))
    there = {str(option): option for option in options}
    chosen = st.select_slider(
        label, options, value=there.get(kept, default), format_func=words.number, key=_key(words, name)
    )
    return int(_keep(name, str(chosen), str(default)))


def put(name: str, code: str) -> None:
    """Make a choice for the reader, as a button does."""
    clear((name,))
    if code:
        _keep(name, code, "")


def current(name: str, standard: str) -> str:
    """Return what is chosen: in this session, else in the URL, else the standard."""
    return str(st.session_state.get(f"chosen.{name}", st.query_params.get(name, standard)))


def clear(names: Sequence[str], *, faces: bool = True) -> None:
    """Set choices back to their standard; without their faces once these are drawn."""
    for name in names:
        st.query_params.pop(name, None)
        gone = {f"chosen.{name}"} | ({f"{name}.id", f"{name}.en"} if faces else set())
        for key in [key for key in st.session_state if str(key) in gone]:
            del st.session_state[key]


def _key(words: Words, name: str) -> str:
    return f"{name}.{words.language}"


def _keep(name: str, code: str, standard: str) -> str:
    st.session_state[f"chosen.{name}"] = code
    if code == standard:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != code:
        st.query_params[name] = code
    return code
