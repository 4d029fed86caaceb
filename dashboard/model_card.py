"""The sections of the model card, written from the manifest of the current model."""

from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import streamlit as st

from analytics.risk.saved import ModelManifest
from analytics.settings import settings
from dashboard.choices import choose
from dashboard.filterbar import not_applied
from dashboard.panel import panel
from dashboard.reader import Reader
from dashboard.tables import table
from dashboard.views import model as views

SIDES: Final = views.SIDES
IGNORED: Final = ("area", "channel", "since", "until")
"""Filters that the card leaves out: the model was evaluated on all checks."""
NONE: Final = "tepat train"
LIMITS: Final = ("checks", "period", "quota", "uncertain", "groups", "records", "proxy")
FIGURES: Final = 3
"""Decimals of areas, errors and calibration."""


@dataclass(frozen=True)
class Card:
    """One programme's model: the manifest, the programme, and what was found out of fold."""

    manifest: ModelManifest
    programme: str

    @property
    def evaluation(self) -> dict[str, Any]:
        """Figures that `analytics.risk.training.evaluated` returned."""
        return self.manifest.programmes[self.programme].evaluation


def scores_shown() -> bool:
    """Say whether this installation shows scores at all."""
    return settings().scores


def card_asked(reader: Reader) -> Card | None:
    """Draw the choice of the programme and return its card; None without a model, or where scores are switched off."""
    manifest = reader.model() if scores_shown() else None
    known = tuple(manifest.programmes) if manifest else ()
    if reader.filters.programme:
        known = tuple(name for name in known if name == reader.filters.programme)
    if manifest is None or not known:
        return None
    if len(known) == 1:
        return Card(manifest, known[0])
    label = reader.words("targeting.programme")
    return Card(manifest, choose(reader.words, "card", known, label=label, shown=str, face="segments"))


def title(reader: Reader, card: Card | None) -> str:
    """Return what the model is worth beside the baseline, or that there is none."""
    words = reader.words
    if not scores_shown():
        return words("model.title_off")
    if card is None:
        return words("model.title_none")
    found = card.evaluation
    return words(
        "model.title",
        programme=card.programme,
        says=words(views.says_key(found["comparison"]["says"])),
        area=words.number(found["models"][views.MODEL]["auc"], decimals=2),
    )


def notices(reader: Reader, card: Card | None) -> None:
    """Say that scores are switched off, or that no model was trained and how to; else what a score does."""
    words = reader.words
    if not scores_shown():
        st.info(words("model.off"), icon=":material/visibility_off:")
        return
    if card is None:
        manifest = reader.model()
        said = words("model.none") if manifest is None else words(
            "model.none_programme", programme=reader.filters.programme, known=words.listed(list(manifest.programmes))
        )  # fmt: skip
        st.info(said, icon=":material/info:")
        st.code(NONE, language="bash")
        return
    st.caption(f":material/info: {words('model.decides_nothing')}")
    skipped = not_applied([name for name in IGNORED if name in reader.given()], words)
    if skipped:
        st.caption(f":material/filter_alt_off: {skipped}")


def purpose(reader: Reader) -> None:
    """Say what the scores are for, and what they are not for."""
    words = reader.words
    with st.container(border=True, height="stretch", key="model_purpose"):
        st.subheader(words("model.purpose"), anchor=False)
        st.markdown(words("model.purpose_for"))
        st.markdown(words("model.purpose_not"))


def origin(reader: Reader, card: Card) -> None:
    """Say what the model learnt from, when, and by which code."""
    words = reader.words
    with st.container(border=True, height="stretch", key="model_origin"):
        st.subheader(words("model.origin"), anchor=False)
        st.markdown(
            "  \n".join(f"**{label}**: {said}" for label, said in views.facts(reader, card.manifest, card.programme))
        )


def worth(reader: Reader, card: Card) -> None:
    """Draw the models side by side, what the gap to the baseline amounts to, and each side's figures."""
    words, found = reader.words, card.evaluation
    gap = found["comparison"]
    figures = ("auc", "auc_se", "error_at_equal_quota", "error_at_equal_quota_se", "calibration_error", "brier")
    headers = {"model": "model.column_model"} | {name: f"model.column_{name}" for name in figures}
    table(reader, "model.models", views.models(reader, found), headers, decimals=dict.fromkeys(figures, FIGURES))
    st.markdown(
        words(
            "model.compared",
            says=words(views.says_key(gap["says"])),
            baseline=words(f"model.name_{gap['baseline']}"),
            gap=words.number(gap["gap"], decimals=FIGURES),
            se=words.number(gap["gap_se"], decimals=FIGURES),
        )
    )
    headers = {name: f"model.column_{name}" for name in ("side", "model", "checks")}
    headers |= {name: f"model.column_{name}" for name in (*views.SIDE_FIGURES, *views.SIDE_SHARES)}
    decimals = dict.fromkeys(views.SIDE_FIGURES, FIGURES)
    table(reader, "model.sides", views.sides(reader, found), headers, decimals=decimals, passed=views.SIDE_SHARES)


def side_panel(reader: Reader, card: Card, *, side: str) -> None:
    """Draw predicted beside observed for one of the scores."""
    make = partial(views.reliability, side=side, programme=card.programme, model=card.manifest.id)
    panel(reader, f"reliability_{side}", make, metrics=(), ignores=IGNORED, explains=["model.reliability_says"])


def elsewhere(reader: Reader, card: Card) -> None:
    """Say what the model is worth in unseen provinces, forward in time, and with permuted answers."""
    words, found = reader.words, card.evaluation
    with st.container(border=True, key="model_elsewhere"):
        st.subheader(words("model.elsewhere"), anchor=False)
        for said in views.elsewhere(reader, found):
            st.markdown(f"- {said}")
    provinces = views.provinces(found)
    if not provinces.empty:
        headers = {name: f"model.column_{name}" for name in ("province", "checks", *views.PROVINCE_FIGURES)}
        decimals = dict.fromkeys(views.PROVINCE_FIGURES, FIGURES)
        table(reader, "model.provinces", provinces, headers, decimals=decimals)


def fairness(reader: Reader, card: Card) -> None:
    """Draw on which groups of families the model fails more often, where that was evaluated."""
    rows = views.fairness(reader, card.evaluation)
    if rows.empty:
        return
    headers = {name: f"model.column_{name}" for name in views.FAIRNESS}
    decimals = dict.fromkeys(("estimate", "low", "high"), FIGURES)
    table(reader, "model.fairness", rows, headers, decimals=decimals)
    st.caption(reader.words("model.fairness_note"))


def inputs(reader: Reader, card: Card) -> None:
    """Say what the scores look at, and what never enters."""
    words = reader.words
    with st.container(border=True, height="stretch", key="model_inputs"):
        st.subheader(words("model.inputs"), anchor=False)
        st.markdown(words("model.inputs_own", names=words.listed(views.own_inputs(reader, card.manifest))))
        st.markdown(words("model.inputs_around", count=words.number(views.around_count(card.manifest))))
        st.markdown(words("model.inputs_never", names=words.listed(views.never_inputs(reader))))


def limits(reader: Reader) -> None:
    """Say in plain words what the model cannot do."""
    words = reader.words
    with st.container(border=True, height="stretch", key="model_limits"):
        st.subheader(words("model.limits"), anchor=False)
        for name in LIMITS:
            st.markdown(f"- {words(f'model.limit_{name}')}")
