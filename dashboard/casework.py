"""Working on a case: what can be done now, on the version that the officer saw, each action with its reason."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import streamlit as st

from analytics.cases import ACTIONS, FINDINGS, OUTCOMES, Case, CaseConflict, CaseError, Cases
from dashboard.choices import current
from dashboard.faults import guarded
from dashboard.logged import looked_at
from dashboard.queue import CASE_PAGE, cases, due_text, holder, officer_name, place
from dashboard.reader import Reader

QUEUE_PAGE: Final = CASE_PAGE.with_name("antrean.py")
FIRST_VERSION: Final = 1
"""Of a case that was opened and not touched since: there is nothing to undo."""
ORDER: Final = ("assign", "find", "notice", "answer", "propose", "confirm", "send_back", "undo")
"""Actions in the order of a case's life."""


def chosen(reader: Reader) -> Case | None:
    """Return the case that the link names, None when it names none that there is in this data set."""
    name = current("case", "")
    if not name:
        return None
    try:
        case = cases().case(name)
    except CaseError:
        return None
    if case.dataset != reader.manifest.dataset.name:
        return None
    looked_at(reader, "view_case", case.id)
    return case


def nothing_chosen(reader: Reader) -> None:
    """Say how to choose a case."""
    st.info(reader.words("cases.choose_case"), icon=":material/info:")
    st.page_link(QUEUE_PAGE, label=reader.words("cases.to_queue"), icon=":material/arrow_back:")


def title(reader: Reader, case: Case | None) -> str:
    """Return the question that the case asks, the page's name without a case."""
    if case is None:
        return reader.words("pages.kasus")
    return reader.words(f"cases.title_{case.side}", code=case.id, programme=case.programme)


def summary(reader: Reader, case: Case) -> None:
    """Draw where the case stands, its way back to the queue, and that it decides nothing."""
    words = reader.words
    st.page_link(QUEUE_PAGE, label=words("cases.to_queue"), icon=":material/arrow_back:")
    facts = [
        f"**{place(reader, case.village, case.district)}**", words(f"cases.side_{case.side}"),
        words(f"cases.state_{case.state}"), due_text(reader, case.due_on), holder(reader, case.assignee),
    ]  # fmt: skip
    st.markdown(" · ".join(fact for fact in facts if fact))
    st.caption(f":material/shield: {words('cases.decides_nothing')}")


def actions(reader: Reader, case: Case, officer: str) -> None:
    """Draw what was found so far and a form for each action that the state allows."""
    if not reader.access.may("work_cases"):
        return
    words = reader.words
    seen = st.session_state.setdefault(f"seen.{case.id}", case.version)
    with st.container(border=True, key="actions"):
        st.subheader(words("cases.actions"), anchor=False)
        _so_far(reader, case)
        if seen != case.version:
            st.warning(words("cases.changed_since"), icon=":material/sync_problem:")
            st.button(words("cases.refresh"), icon=":material/refresh:", on_click=_look_again, args=(case.id,))
        possible = [name for name in ORDER if case.state in ACTIONS[name] and _fits(case, name)]
        for name in possible:
            with st.expander(words(f"cases.act_{name}"), expanded=len(possible) <= 2):
                _form(reader, case, name, officer, seen)
        if not possible:
            st.markdown(words("cases.nothing_to_do"))


def _fits(case: Case, action: str) -> bool:
    """Say whether an action makes sense beyond its state: a letter is for an adverse finding alone, and comes first.

    A letter that has gone out cannot be taken back, nor the opening itself; the register refuses the rest.
    """
    if action == "notice":
        return bool(case.adverse)
    if action == "undo":
        return case.version > FIRST_VERSION and case.state != "noticed"
    return not (action == "propose" and case.state == "found" and case.adverse)


def _so_far(reader: Reader, case: Case) -> None:
    words = reader.words
    if case.finding:
        by = officer_name(reader, case.found_by or "")
        st.markdown(f"**{words('cases.finding')}:** {words(f'cases.finding_{case.finding}')} ({by})")
        st.markdown(f"> {case.evidence}")
    if case.notice is not None:
        with st.expander(words("cases.notice_text")):
            st.text(case.notice.to(words.language))
        st.caption(words("cases.wait_until", day=words.day(case.answer_by)))
    if case.answer:
        st.markdown(f"**{words('cases.answer')}:** {case.answer}")
    if case.outcome:
        said = words(f"cases.outcome_{case.outcome}")
        st.markdown(f"**{words('cases.outcome')}:** {said}")
        if case.state == "proposed":
            st.caption(words("cases.second_needed", officer=officer_name(reader, case.proposed_by or "")))


def _form(reader: Reader, case: Case, action: str, officer: str, version: int) -> None:
    words, key = reader.words, f"{case.id}.{action}"
    with st.container(key=key.replace(".", "-")), st.form(key, border=False), guarded(words):
        given = _fields(reader, case, action, key)
        label = words("cases.notice_reason" if action == "notice" else "cases.reason")
        reason = st.text_area(label, key=f"{key}.reason", height="content")
        if not st.form_submit_button(words(f"cases.act_{action}"), type="primary"):
            return
        if None in given.values():
            st.error(words("cases.choose_one"))
        else:
            signed = {"officer": officer, "version": version, "reason": reason}
            _do(reader, case.id, partial(_ACTS[action], cases(), case.id, signed, given))


def _fields(reader: Reader, case: Case, action: str, key: str) -> dict[str, Any]:
    words = reader.words
    if action == "find":
        return {
            "finding": st.pills(words("cases.finding"), FINDINGS, key=f"{key}.finding",
                                format_func=lambda name: words(f"cases.finding_{name}")),
            "evidence": st.text_area(words("cases.evidence"), key=f"{key}.evidence", height="content"),
            "records": st.text_input(words("cases.records"), key=f"{key}.records"),
        }  # fmt: skip
    if action == "answer":
        return {"text": st.text_area(words("cases.answer"), key=f"{key}.text", height="content")}
    if action == "propose":
        return {
            "outcome": st.pills(words("cases.outcome"), OUTCOMES[case.side], key=f"{key}.outcome",
                                format_func=lambda name: words(f"cases.outcome_{name}")),
        }  # fmt: skip
    return {}


def _do(reader: Reader, case: str, act: Callable[[], Case]) -> None:
    """Take an action; one that cannot be taken says why, and what was written stays in the form."""
    words = reader.words
    try:
        done = act()
    except CaseConflict as conflict:
        st.error(f"{conflict.message} {conflict.cause}", icon=":material/sync_problem:")
        return
    except CaseError as refused:
        st.error(" ".join(part for part in (refused.message, refused.cause, refused.next_step) if part))
        return
    st.session_state[f"seen.{case}"] = done.version
    st.toast(words("cases.done"), icon=":material/check:")
    st.rerun()


def _look_again(case: str) -> None:
    """Take the case as it is now for seen."""
    st.session_state.pop(f"seen.{case}", None)


Given = dict[str, Any]
Act = Callable[[Cases, str, Given, Given], Case]
"""Takes the register, the case, who signs (officer, version, reason) and what the form's own fields hold."""


def _assign(register: Cases, case: str, signed: Given, _: Given) -> Case:
    return register.assign(case, to=signed["officer"], **signed)


def _find(register: Cases, case: str, signed: Given, given: Given) -> Case:
    records = [name.strip() for name in given["records"].split(",") if name.strip()]
    return register.record_finding(case, **signed, **given | {"records": records})


def _plain(method: Callable[..., Case]) -> Act:
    """Return the action of a method of `Cases` that takes what the form's fields are named by."""
    return lambda register, case, signed, given: method(register, case, **signed, **given)


_ACTS: Final[dict[str, Act]] = {
    "assign": _assign,
    "find": _find,
    "notice": _plain(Cases.notice),
    "answer": _plain(Cases.answer),
    "propose": _plain(Cases.propose),
    "confirm": _plain(Cases.confirm),
    "send_back": _plain(Cases.send_back),
    "undo": _plain(Cases.undo),
}
