"""The controls, cards and sentences of a plan of field checks."""

from dataclasses import dataclass
from typing import Final

import pandas as pd
import streamlit as st

from dashboard.choices import choose, choose_number
from dashboard.controls import default_targeting, programme_choice
from dashboard.groundwork import Outlook, command
from dashboard.reader import Reader
from dashboard.words import NO_VALUE

ERRORS: Final = ("inclusion_error", "exclusion_error")
TARGET: Final = 3.0
"""Half-width aimed at unless the reader says otherwise, percentage points (assumed)."""
LEAST_TARGET: Final = 0.5
MOST_TARGET: Final = 25.0
COST: Final = 150_000
"""Rupiah a visit unless the reader says otherwise (assumed)."""
MOST_COST: Final = 10_000_000
COST_STEP: Final = 10_000


@dataclass(frozen=True)
class Goal:
    """What the reader aims at.

    Attributes:
        programme: Programme; empty when the data set has none.
        error: Metric.
        width: Half-width, a share.
        cost: Rupiah a visit.
    """

    programme: str
    error: str
    width: float
    cost: int


def goal_choice(reader: Reader) -> Goal:
    """Draw the controls of the plan and return what they say."""
    words = reader.words
    with st.container(horizontal=True, vertical_alignment="bottom"):
        programme = programme_choice(reader)
        error = choose(words, "error", ERRORS, label=words("targeting.error"), shown=reader.label, face="segments")
        width = choose_number(
            words, "width", label=words("planning.width"), default=TARGET, low=LEAST_TARGET, high=MOST_TARGET, step=0.5
        )
        cost = choose_number(
            words, "cost", label=words("planning.cost"), default=COST, low=0, high=MOST_COST, step=COST_STEP
        )
    return Goal(programme, error, width / 100, int(cost))


def outlook(reader: Reader, goal: Goal) -> Outlook | None:
    """Return what visits buy for the goal, None when the data set cannot say."""
    ground = reader.groundwork(goal.programme) if goal.programme else None
    if ground is None:
        return None
    found = Outlook(next(basis for basis in ground.bases if basis.error == goal.error), ground)
    return found if found.visits_per_row > 0 else None


def helped(reader: Reader, goal: Goal) -> Outlook | None:
    """Return the same with the model's help, None where it cannot help."""
    plain = outlook(reader, goal)
    return None if plain is None else plain.helped(measured(reader, goal).gain(goal.error))


def measured(reader: Reader, goal: Goal) -> Reader:
    """Return the reader of the checks that the plan rests on: the whole data set, the latest periods."""
    return default_targeting(reader.with_filters(area="", channel="", since=None, until=None), goal.programme)


def now(reader: Reader, goal: Goal) -> tuple[float, float] | None:
    """Return today's visits and the half-width of the interval that they gave; None without a rate."""
    plain, row = outlook(reader, goal), measured(reader, goal).value(goal.error)
    if plain is None or row is None or pd.isna(row["value"]) or plain.basis.assumed:
        return None
    return plain.visits_now, float(row["high"] - row["low"]) / 2


def cards(reader: Reader, goal: Goal) -> None:
    """Draw where the checks stand, the visits that the goal takes, alone and with the model, and what they cost."""
    words, plain = reader.words, outlook(reader, goal)
    if plain is None:
        return
    target = words.points(goal.width)
    stand, model = now(reader, goal), helped(reader, goal)
    wanted = sum(plain.visits(goal.width).values())
    columns = st.columns(3)
    with columns[0]:
        _card(
            "now",
            words("planning.now"),
            NO_VALUE if stand is None else f"± {words.number(stand[1] * 100, decimals=1)}",
            words("planning.now_none")
            if stand is None
            else words("planning.now_from", visits=words.number(stand[0]), n=words.number(plain.basis.answered)),
        )
    with columns[1]:
        _card(
            "alone",
            words("planning.needed", target=target),
            words.number(wanted),
            _price(reader, plain, goal),
        )
    with columns[2]:
        _card(
            "helped",
            words("planning.needed_helped", target=target),
            NO_VALUE if model is None else words.number(sum(model.visits(goal.width).values())),
            words("planning.helped_none") if model is None else _price(reader, model, goal),
        )


def basis_text(reader: Reader, goal: Goal) -> list[str]:
    """Return what the plan rests on, as Markdown, one paragraph each."""
    words, plain = reader.words, outlook(reader, goal)
    if plain is None:
        return []
    basis, ground = plain.basis, plain.ground
    facts = {
        "share": words.percent(basis.share),
        "effect": words.number(basis.design_effect, decimals=2),
    }
    measured_from = {
        "n": words.number(basis.answered),
        "periods": words.listed(list(reader.scope().recent_periods)),
    }
    found = [
        words("planning.basis_assumed", **facts)
        if basis.assumed
        else words("planning.basis_measured", **facts, **measured_from),
        words(
            "planning.answers_assumed" if ground.answer_rate_assumed else "planning.answers",
            rate=words.percent(ground.answer_rate),
            per_row=words.number(plain.visits_per_row, decimals=1),
        ),
        words(
            "planning.frames",
            period=ground.period,
            receivers=words.number(ground.sizes["receivers"]),
            others=words.number(ground.sizes["non_receivers"]),
        ),
    ]
    model = helped(reader, goal)
    if model is not None:
        ratio = model.basis.design_effect / basis.design_effect
        found.append(words("planning.basis_helped", ratio=words.percent(ratio, decimals=0)))
    return found


def basis_panel(reader: Reader, goal: Goal) -> None:
    """Draw what the plan rests on, and the command that draws the visits."""
    words, plain = reader.words, outlook(reader, goal)
    if plain is None:
        return
    with st.container(border=True, height="stretch", key="plan_basis"):
        st.subheader(words("planning.basis"), anchor=False)
        for text in basis_text(reader, goal):
            st.markdown(text)
        st.markdown(words("planning.command"))
        st.code(draw_command(reader, goal, plain), language="bash", wrap_lines=True)
        st.caption(words("planning.command_note"))


def draw_command(reader: Reader, goal: Goal, plain: Outlook) -> str:
    """Return the command for the visits that the goal takes with the checks alone."""
    return command(plain.visits(goal.width), dataset=reader.manifest.dataset.name, programme=goal.programme)


def _price(reader: Reader, plan: Outlook, goal: Goal) -> str:
    words, visits = reader.words, plan.visits(goal.width)
    return words(
        "planning.price",
        receivers=words.number(visits["receivers"]),
        others=words.number(visits["non_receivers"]),
        cost=words.rupiah(sum(visits.values()) * goal.cost),
    )


def _card(name: str, label: str, value: str, caption: str) -> None:
    with st.container(border=True, height="stretch", key=f"plan_{name}"):
        st.metric(label, value)
        st.caption(caption)
