"""The controls, cards and sentences of what-if: which rules are changed, and what becomes of the list."""

from dataclasses import dataclass
from typing import Final

import streamlit as st

from analytics.eligibility import Comparison, Rule
from analytics.marts.groups import GROUPS
from dashboard.briefs.record import add_card
from dashboard.choices import choose, choose_many, choose_number, clear
from dashboard.filterbar import not_applied
from dashboard.reader import Changes, Reader
from dashboard.words import Words, catalogue

IGNORED: Final = ("area", "channel", "since", "until")
"""Filters that the lists leave out: rules hold for everybody."""
BY: Final = ("", "district", *GROUPS)
STEPS: Final = {"rupiah": 50_000, "m²": 500, "VA": 100}
"""Unit of a threshold to the step of its input; 1 for all others."""
HIGHEST_DECILE: Final = 10
MULTIPLE: Final = 10
"""Other thresholds go up to this many times the present one (assumed)."""
THRESHOLDS_A_ROW: Final = 4


@dataclass(frozen=True)
class Question:
    """What the reader asks.

    Attributes:
        programme: Programme; empty when no rule of the data set's programmes can be told.
        changes: Rules with their new threshold, None = left out; empty = nothing is changed.
        by: Empty, district or a group of families.
    """

    programme: str
    changes: Changes = ()
    by: str = ""


def programme_asked(reader: Reader) -> str:
    """Draw the choice of the programme whose rules are looked at, unless the filters name it; empty without any."""
    ruled = reader.ruled_programmes()
    if reader.filters.programme:
        return reader.filters.programme if reader.filters.programme in ruled else ""
    if len(ruled) < 2:
        return "".join(ruled)
    return choose(reader.words, "ruled", ruled, label=reader.words("targeting.programme"), shown=str, face="segments")


def question(reader: Reader, programme: str) -> Question:
    """Draw the thresholds, the rules to leave out and the breakdown, and return what is asked."""
    if not programme:
        return Question("")
    words, rules = reader.words, reader.rules(programme)
    with st.container(border=True, key="what_if"):
        st.subheader(words("rules.ask"), anchor=False)
        st.caption(words("rules.ask_help"))
        movable = [rule for rule in rules if rule.test == "above"]
        values = {}
        for first in range(0, len(movable), THRESHOLDS_A_ROW):
            row = movable[first : first + THRESHOLDS_A_ROW]
            for column, rule in zip(st.columns(THRESHOLDS_A_ROW), row, strict=False):
                with column:
                    values[rule.id] = _threshold(words, programme, rule)
        out = choose_many(
            words, _key(programme, "without"), [rule.id for rule in rules], label=words("rules.without"), default=(),
            shown=lambda name: rule_name(words, name),
        )  # fmt: skip
        with st.container(horizontal=True, vertical_alignment="bottom"):
            by = choose(words, "split", BY, label=words("rules.by"), shown=lambda name: _by_name(words, name))
            changes = tuple(
                (rule.id, None if rule.id in out else values[rule.id])
                for rule in rules
                if rule.id in out or values.get(rule.id, rule.value) != rule.value
            )
            if changes:
                names = [_key(programme, name) for name in ("without", *values)]
                st.button(words("rules.reset"), icon=":material/undo:", type="tertiary", on_click=clear, args=(names,))
    return Question(programme, changes, by)


def asked(reader: Reader, question: Question, *, by: str = "") -> Comparison:
    """Return both lists of a question."""
    return reader.what_if(question.programme, question.changes, by=by)


def has_checks(reader: Reader, question: Question) -> bool:
    """Say whether field checks tell the errors of the lists."""
    return bool(question.programme) and not asked(reader, question).errors.empty


def rule_name(words: Words, name: str) -> str:
    """Return a rule's short name, its id where the texts do not know it."""
    key = f"rules.name_{name}"
    return words(key) if key in catalogue() else name


def threshold(words: Words, rule: Rule, value: int) -> str:
    """Return a threshold of a rule with its unit."""
    if rule.unit == "rupiah":
        return words.rupiah(value)
    return f"{words.number(value)} {rule.unit}".strip()


def group_name(reader: Reader, by: str, name: str) -> str:
    """Return the name of a district or of a group of families."""
    if not name:
        return reader.words("rules.not_recorded")
    return reader.place(name) if by == "district" else reader.words(f"targeting.{by}_{name}")


def notices(reader: Reader, question: Question) -> None:
    """Say that nothing is decided, which filters do not apply, and what is missing for an answer."""
    words = reader.words
    st.caption(f":material/info: {words('rules.nothing_decided')}")
    skipped = not_applied([name for name in IGNORED if name in reader.given()], words)
    if skipped:
        st.caption(f":material/filter_alt_off: {skipped}")
    if not question.programme:
        st.info(words("rules.none", day=words.day(reader.manifest.day)), icon=":material/info:")
        return
    if not question.changes:
        st.info(words("rules.nothing_changed"), icon=":material/info:")
    if not has_checks(reader, question):
        st.info(words("rules.no_checks"), icon=":material/info:")


def cards(reader: Reader, question: Question) -> None:
    """Draw the size of the list, who moves in and out, and what its records come to in a year."""
    if not question.programme:
        return
    words, row = reader.words, asked(reader, question).movers.iloc[0]
    families, change = words.number(row["families"]), row["a_year_after"] - row["a_year_before"]
    listed, cost = words("rules.card_of_now", families=families), words("rules.card_cost_now")
    moves: tuple[str, ...] = ()
    if question.changes:
        moves = ("moves_in", "moves_out")
        listed = words("rules.card_of", before=words.number(row["before"]), families=families)
        said = ("+" if change > 0 else "") + words.rupiah(change)
        cost = words("rules.card_cost_before", before=words.rupiah(row["a_year_before"]), change=said)
    shown = [
        ("listed", words.number(row["after"]), listed),
        *((name, words.number(row[name]), words(f"rules.card_{name}_note")) for name in moves),
        ("cost", words.rupiah(row["a_year_after"]), cost),
    ]
    for column, (name, value, note) in zip(st.columns(len(shown)), shown, strict=True):
        with column, st.container(border=True, height="stretch", key=f"list_{name}"):
            st.metric(words(f"rules.card_{name}"), value)
            st.caption(note)
            add_card(words(f"rules.card_{name}"), value, note)
    unknown = words.number(row["unknown"])
    st.caption(f":material/help: {words('rules.unknown', unknown=unknown, listed=words.number(row['after']))}")


def _threshold(words: Words, programme: str, rule: Rule) -> int:
    most = HIGHEST_DECILE if rule.column == "decile" else rule.value * MULTIPLE
    unit = f" ({'Rp' if rule.unit == 'rupiah' else rule.unit})" if rule.unit else ""
    return int(
        choose_number(
            words, _key(programme, rule.id), label=words("rules.threshold_of", rule=rule_name(words, rule.id)) + unit,
            default=rule.value, low=0, high=most, step=STEPS.get(rule.unit, 1),
        )
    )  # fmt: skip


def _by_name(words: Words, name: str) -> str:
    if name == "district":
        return words("rules.by_district")
    return words(f"targeting.group_{name}") if name else words("rules.by_whole")


def _key(programme: str, name: str) -> str:
    """Return a choice's name in the URL: each programme keeps its own."""
    return f"{programme.lower()}_{name}"
