"""Dugaan Salah Sasaran: what a budget of visits is expected to find on either side; no family is named."""

from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st

from analytics.disclosure import SMALLEST
from analytics.risk.budget import Bought
from dashboard.briefs.record import add_card, add_part
from dashboard.charts.bars import bars
from dashboard.charts.budget_curve import budget_curve
from dashboard.charts.chart import Chart
from dashboard.choices import choose_step
from dashboard.filterbar import not_applied
from dashboard.reader import Reader
from dashboard.suspicions import (
    BUDGET,
    BUDGETS,
    COSTS,
    LISTS,
    Budget,
    State,
    budget,
    current_model,
    ignored,
    state,
)
from dashboard.words import Words, is_missing

DEFINITIONS: Final = ("suspicion.define_precision", "suspicion.define_innocent", "suspicion.define_at_risk")
MOST_DISTRICTS: Final = 8
"""Districts drawn; the table has all."""
COMMANDS: Final[dict[State, str]] = {
    "no_model": "tepat train\ntepat score",
    "no_programme": "tepat train\ntepat score",
    "no_scores": "tepat score",
    "stale": "tepat score",
}


def plan_choice(reader: Reader, programme: str) -> Budget | None:
    """Draw the slider of the budget and return what it says, None when there are no scores to show."""
    model = current_model(reader)
    if model is None or state(reader, programme) != "ready":
        return None
    visits = choose_step(reader.words, "visits", BUDGETS, label=reader.words("suspicion.visits"), default=BUDGET)
    return budget(reader, model, programme=programme, visits=visits)


def title(reader: Reader, plan: Budget | None) -> str:
    """Return what the visits are expected to find on both sides, or that nothing can be said."""
    words = reader.words
    if plan is None:
        return words("suspicion.title_none")
    found = [plan.bought(side) for side in LISTS]
    if any(is_small(each) for each in found):
        return words("suspicion.title_few", programme=plan.programme)
    receivers, missed = (words.number(each.visits - each.innocent) for each in found)
    visits = words.number(plan.visits)
    return words("suspicion.title", programme=plan.programme, visits=visits, receivers=receivers, missed=missed)


def standing_in_the_way(reader: Reader, programme: str) -> None:
    """Say why no scores are shown, and the command that changes it."""
    why = state(reader, programme)
    said = reader.words(f"suspicion.{why}", programme=programme)
    add_part("", notices=[said])
    st.info(said, icon=":material/info:")
    if why in COMMANDS:
        st.code(COMMANDS[why], language="bash")


def due_process(reader: Reader) -> None:
    """Say what a score is and is not, and which filters do not apply."""
    words = reader.words
    skipped = not_applied(ignored(reader), words)
    add_part("", notices=[words("suspicion.opens"), skipped])
    st.markdown(f":material/gavel: {words('suspicion.opens')}")
    if skipped:
        st.caption(f":material/filter_alt_off: {skipped}")


def is_small(found: Bought) -> bool:
    """Say whether a side has too few families with a score to be shown."""
    return found.scored < SMALLEST


def cards(reader: Reader, plan: Budget, *, side: str) -> None:
    """Draw what the side is, and what the budget comes to on it."""
    words, found = reader.words, plan.bought(side)
    for row in (("families", "precision"), ("innocent", "at_risk")):
        for column, name in zip(st.columns(2), row, strict=True):
            value, caption = _card(words, found, name)
            with column, st.container(border=True, height="stretch", key=f"suspicion_{name}_{side}"):
                key = f"suspicion.{name}_{side}" if name in {"families", "at_risk"} else f"suspicion.{name}"
                st.metric(words(key), value, help=words(f"suspicion.define_{name}"))
                st.caption(caption)
                add_card(f"{words(f'suspicion.{side}')}: {words(key)}", value, caption)
    said = remarks(words, plan, found, side=side)
    add_part(words(f"suspicion.{side}"), notices=[words(f"suspicion.{side}_text"), *said])
    for text in said:
        st.caption(text)


def remarks(words: Words, plan: Budget, found: Bought, *, side: str) -> list[str]:
    """Return what belongs beside the cards: measured precision, worth of the visits, families that run out."""
    # The highest-scored 5 % of an area are not those of the whole, on which the precision was measured.
    part = "suspicion.measured_elsewhere" if plan.area else "suspicion.measured_part"
    lists = [
        words(
            part,
            share=words.percent(_share(name), decimals=0),
            precision=words.percent(value),
            **({} if plan.area else {"visits": words.number(round(_share(name) * found.scored))}),
        )
        for name, value in plan.measured(side).items()
    ]
    said = [words("suspicion.measured", parts="; ".join(lists))] if lists else [words("suspicion.measured_none")]
    if not is_missing(found.at_risk):
        said.append(
            words("suspicion.worth", worth=words.rupiah(found.worth), worthwhile=_count(words, found.worthwhile))
        )
    if found.visits < plan.visits:
        said.append(words("suspicion.run_out", families=words.number(found.visits)))
    return said


def curve(reader: Reader, *, plan: Budget, side: str) -> Chart:
    """Precision and share found by number of visits."""
    found = plan.bought(side)
    return budget_curve(
        plan.curve(side),
        words=reader.words,
        measure=reader.words("suspicion.precision"),
        visits=found.visits,
        base=found.base,
    )


def districts(reader: Reader, *, plan: Budget, side: str) -> Chart:
    """Visits by district, most first, those too small to show left out."""
    rows = plan.districts(side).dropna(subset=["visits"]).head(MOST_DISTRICTS)
    visits = rows["visits"].astype(float)
    return bars(
        pd.DataFrame(
            {
                "name": [reader.place(code) for code in rows["district"]],
                "value": visits,
                "share": visits / plan.bought(side).visits,
            }
        ),
        words=reader.words,
        measure=reader.words("suspicion.visits_name"),
        category_label=reader.words("suspicion.district"),
    )


def district_table(reader: Reader, plan: Budget, *, side: str) -> pd.DataFrame:
    """Return the districts of the visits under names that people read."""
    rows = plan.districts(side)
    return _readable(rows.assign(name=[reader.place(code) for code in rows["district"]]), reader.words)


def band_table(reader: Reader, plan: Budget, *, side: str) -> pd.DataFrame:
    """Return the bands of the score likewise."""
    rows = plan.bands(side)
    return _readable(rows.assign(name=[reader.words(f"suspicion.band_{name}") for name in rows["band"]]), reader.words)


def headers(first: str) -> dict[str, str]:
    """Return the columns of both tables with the keys of their headers."""
    names: Sequence[str] = ("families", "visits", "precision", "at_risk")
    return {"name": f"suspicion.{first}"} | {name: f"suspicion.column_{name}" for name in names}


def assumptions(words: Words) -> str:
    """Return the costs that rank the families."""
    return words(
        "suspicion.assumptions",
        visit=words.rupiah(COSTS.visit),
        harm=words.rupiah(COSTS.innocent),
        recoverable=words.percent(COSTS.recoverable, decimals=0),
    )


def _readable(rows: pd.DataFrame, words: Words) -> pd.DataFrame:
    """Name the rows that are emptied as small, and leave whole rupiah."""
    few = words("charts.caterpillar_few")
    hidden = rows["visits"].isna() | rows["families"].isna()
    return rows.assign(
        name=[f"{name} · {few}" if small else name for name, small in zip(rows["name"], hidden, strict=True)],
        at_risk=rows["at_risk"].astype(float).round().astype("Int64"),
    )


def _card(words: Words, found: Bought, name: str) -> tuple[str, str]:
    """Return a card's value and what stands below it."""
    if name == "families":
        return words.number(found.families), words(
            "suspicion.families_text",
            expected=words.number(found.expected),
            share=words.percent(found.base),
            unknown=_unknown(words, found.unknown),
        )
    if name == "precision":
        facts = {"lift": words.number(found.lift, decimals=1), "interval": words.interval(found.low, found.high)}
        bare = is_missing(found.low)
        return words.percent(found.precision), words(
            "suspicion.precision_bare" if bare else "suspicion.precision_text", **facts
        )
    if name == "innocent":
        ends = [found.visits * (1 - share) for share in (found.high, found.low)]
        visits = words.number(found.visits)
        if is_missing(found.low):
            return words.number(found.innocent), words("suspicion.innocent_bare", visits=visits)
        interval = words.interval(*ends, unit="number")
        return words.number(found.innocent), words("suspicion.innocent_text", interval=interval, visits=visits)
    known = words("suspicion.at_risk_text", known=words.number(found.rupiah_known))
    return words.rupiah(found.at_risk), words("suspicion.at_risk_none") if is_missing(found.at_risk) else known


def _unknown(words: Words, count: int) -> str:
    if not count:
        return words("suspicion.all_known")
    return words("suspicion.unknown", count=_count(words, count))


def _count(words: Words, count: int) -> str:
    """Return a count of families, small ones without their number."""
    return words("suspicion.below", n=words.number(SMALLEST)) if 0 < count < SMALLEST else words.number(count)


def _share(name: str) -> float:
    return float(name.removesuffix("%")) / 100
