"""What is known of a case: the rules on the record, what is worth looking at, why it was opened, what was done."""

from typing import Final

import pandas as pd
import streamlit as st

from analytics.cases import Case
from analytics.eligibility import Answer, Ruling, answers, rulebook
from analytics.risk.explanations import Evidence, Explainer, Explanation, explainer
from analytics.risk.saved import ModelError, ModelManifest, current
from analytics.settings import settings
from dashboard.asking import threshold
from dashboard.faults import guarded
from dashboard.queue import cases, officer_name
from dashboard.reader import Reader
from dashboard.tables import table

FIRST: Final = ("refuses", "unknown", "passes")
"""Outcomes of rules in the order in which they are shown."""


def record(reader: Reader, case: Case) -> None:
    """Draw what every rule says of the family's record, and what the programme would come to."""
    words = reader.words
    with guarded(words):
        answer = _answer(reader, case)
        rulings = answer.rulings if answer else ()
        rows = [_ruling_row(reader, ruling) for ruling in sorted(rulings, key=lambda r: FIRST.index(r.outcome))]
        headers = ["rule", "rule_outcome", "rule_source", "rule_since", "rule_correct"]
        data = pd.DataFrame(rows, columns=headers)
        named = {name: f"cases.{name}" for name in headers}
        table(reader, "cases.record", data, named, face="words", badges=("rule_outcome",))
        if answer and answer.a_year:
            st.caption(words("cases.amount", amount=words.rupiah(answer.a_year)))


def reasons(reader: Reader, case: Case) -> None:
    """Draw the contestable records that stand out, and what checks found among families like this one."""
    words = reader.words
    with st.container(border=True, key="reasons"), guarded(words):
        st.subheader(words("cases.reasons"), anchor=False)
        explanation = _explanation(reader, case)
        if explanation is None:
            st.markdown(words("cases.reasons_off"))
            return
        st.markdown(explanation.says.to(words.language))
        for reason in explanation.reasons:
            correct, where = (text.to(words.language) for text in (reason.correct, reason.where))
            cited = words.listed([_cited(reader, evidence) for evidence in reason.evidence])
            st.markdown(
                f"- **{reason.says.to(words.language)}** {words('cases.recorded', what=cited)} {correct} ({where})"
            )
        if explanation.similar is not None:
            counts = explanation.similar
            st.caption(words("cases.similar", n=words.number(counts.checked), wrong=words.number(counts.not_entitled)))
        if case.flags is not None and explanation.entitled is not None:
            st.caption(words("cases.score", share=words.percent(explanation.entitled, decimals=0)))


def why_opened(reader: Reader, case: Case) -> None:
    """Draw the flags, once the finding is recorded."""
    words = reader.words
    if case.flags is None:
        return
    with st.container(border=True, key="why"):
        st.subheader(words("cases.why"), anchor=False)
        for flag in case.flags:
            st.markdown(f"- {words(f'cases.kind_{flag.kind}')}: `{flag.ref}`, {words.day(flag.flagged_at.date())}")


def history(reader: Reader, case: Case) -> None:
    """Draw everything that was done, oldest first."""
    words, zone = reader.words, reader.manifest.dataset.timezone
    found = cases().history(case.id)
    rows = pd.DataFrame(
        {
            "history_at": [words.moment(at, zone=zone) for at in found["at"]],
            "history_actor": [officer_name(reader, name) for name in found["officer"]],
            "history_action": [words(f"cases.did_{action}") for action in found["action"]],
            "history_reason": found["reason"],
        }
    )
    table(reader, "cases.history", rows, {name: f"cases.{name}" for name in rows.columns})


def _cited(reader: Reader, evidence: Evidence) -> str:
    """Return what a reason rests on, with the register and the day of its record."""
    words = reader.words
    said = [evidence.recorded_by, words.day(evidence.recorded_on) if evidence.recorded_on else ""]
    source = ", ".join(part for part in said if part)
    name = evidence.name.to(words.language)
    return f"{name} ({source})" if source else name


def _answer(reader: Reader, case: Case) -> Answer | None:
    found = answers(reader.warehouse, case.family_id, rulebook(), day=reader.manifest.day)
    return next((answer for answer in found if answer.programme == case.programme), None)


def _explanation(reader: Reader, case: Case) -> Explanation | None:
    """Return what the family's score is made of, None without scores, or where the family is not in the snapshot."""
    if not settings().scores:
        return None
    try:
        model = current(settings().home, case.dataset)
    except ModelError:
        return None
    if case.programme not in model.programmes:
        return None
    return _explainer(reader, model, case.programme, model.id).explain([case.family_id]).get(case.family_id)


@st.cache_resource(
    ttl="1h", max_entries=4, show_spinner=False, hash_funcs={Reader: lambda reader: (reader.snapshot, reader.access)}
)
def _explainer(reader: Reader, _model: ModelManifest, programme: str, model: str) -> Explainer:
    """Make it once a snapshot, model and programme; what it says of a family is kept nowhere."""
    del model  # the key stands for the manifest
    return explainer(reader.warehouse, settings(), _model, programme)


def _ruling_row(reader: Reader, ruling: Ruling) -> list[str]:
    words = reader.words
    rule = ruling.rule
    value = threshold(words, rule, rule.value) if rule.test == "above" else ""
    return [
        rule.refuses.to(words.language).format(value=value),
        words(f"cases.rule_{ruling.outcome}"),
        ruling.recorded_by,
        words.day(ruling.recorded_on) if ruling.recorded_on else "",
        rule.correct.to(words.language) if ruling.outcome == "refuses" else "",
    ]
