"""Automatic screening on Usul & Sanggah: recommendations by ground, reasons, patterns, worth, and officers' visits."""

from typing import Any, Final

import pandas as pd
import streamlit as st

from analytics.disclosure import LEAST_DENOMINATOR, SMALLEST, suppress
from analytics.disclosure.lattice import TOTAL
from analytics.objections.screening import RESULTS
from analytics.objections.screening.evaluation import ALL, MEASURES
from analytics.objections.screening.patterns import PATTERNS
from analytics.objections.screening.recommendation import Recommendation
from dashboard import screening
from dashboard.briefs.record import add_part
from dashboard.codes import code_name
from dashboard.faults import guarded
from dashboard.filterbar import not_applied
from dashboard.reader import Reader
from dashboard.tables import table

LISTS: Final = ("rejected_by", "doubts", "supports")
RESULT_HEADERS: Final = {"ground": "codes.grounds"} | {name: f"screening.{name}" for name in (*RESULTS, "total")}
REASON_HEADERS: Final = {"reason": "screening.reason", "sort": "screening.leads_to", "objections": "screening.total"}
WORTH_HEADERS: Final = {"ground": "codes.grounds"} | {name: f"screening.{name}" for name in MEASURES}
VISIT_HEADERS: Final = {name: f"screening.visit_{name}" for name in ("family", "ground", "filed", "why", "correct")}


def panels(reader: Reader) -> None:
    """Draw the screening's tables below the page's own panels; a failure leaves the page standing."""
    words = reader.words
    with guarded(words):
        found = screening.load(reader)
        if found is None:
            return
        st.subheader(words("screening.heading"), anchor=False)
        notice = f"{words('screening.decides_nothing')} {words('screening.few', n=words.number(SMALLEST))}"
        add_part(words("screening.heading"), notices=[notice])
        st.caption(f":material/shield: {notice}")
        skipped = not_applied([name for name in screening.IGNORED if name in reader.given()], words)
        if skipped:
            st.caption(f":material/filter_alt_off: {skipped}")
        table(reader, "screening.results", results(reader, found), RESULT_HEADERS)
        table(reader, "screening.reasons", reasons(reader, found), REASON_HEADERS, face="words", badges=("sort",))
        table(reader, "screening.patterns", patterns(reader, found), {"pattern": "screening.pattern",
              "objections": "screening.total"}, face="words")  # fmt: skip
        table(reader, "screening.worth", worth(reader, found), WORTH_HEADERS)
        st.caption(words("screening.worth_text", n=words.number(LEAST_DENOMINATOR)))
        if reader.access.may("work_cases"):
            rows = visits(reader, screening.visits(reader))
            table(reader, "screening.visits", rows, VISIT_HEADERS, face="words", brief=False)


def results(reader: Reader, found: screening.Found) -> pd.DataFrame:
    """Return ground, one column a result and their total; small counts and those that would tell them are empty."""
    cells = found.counts.groupby(["grounds", "result"])["n"].sum().reset_index()
    safe = suppress(cells, ["grounds", "result"])
    wide = safe.pivot_table(index="grounds", columns="result", values="n", aggfunc="first", dropna=False)
    wide = wide.reindex(columns=[*RESULTS, TOTAL]).fillna({name: 0 for name in RESULTS if name not in wide})
    wide = wide.astype("Int64").rename(columns={TOTAL: "total"}).reset_index()
    order = [*sorted(set(wide["grounds"]) - {TOTAL}), TOTAL]
    wide = wide.set_index("grounds").loc[order].reset_index()
    return wide.assign(ground=[_ground(reader, name, all_of_them=TOTAL) for name in wide["grounds"]])


def reasons(reader: Reader, found: screening.Found) -> pd.DataFrame:
    """Return reason, what it leads to, and objections that it was given to, most first; fewer than ten are empty."""
    rows = []
    for sort, name in zip(("rejects", "visits", "supports"), LISTS, strict=True):
        codes = found.counts[name].str.split(";").map(lambda codes: sorted({code.partition(".")[0] for code in codes}))
        sums = found.counts.assign(code=codes).explode("code").groupby("code")["n"].sum()
        rows += [(sort, str(code), int(number)) for code, number in sums.items() if code and code not in PATTERNS]
    rows.sort(key=lambda row: -row[2])
    words = reader.words
    return pd.DataFrame(
        {
            "reason": [words(f"screening.reason_{code}") for _, code, _ in rows],
            "sort": [words(f"screening.sort_{sort}") for sort, _, _ in rows],
            "objections": [_count(reader, number) for _, _, number in rows],
        }
    )


def patterns(reader: Reader, found: screening.Found) -> pd.DataFrame:
    """Return pattern and objections that show it; fewer than ten are not told."""
    shown = found.counts["patterns"].str.split(";")
    sums = {name: int(found.counts.loc[shown.map(lambda codes, name=name: name in codes), "n"].sum())
            for name in PATTERNS}  # fmt: skip
    return pd.DataFrame(
        {
            "pattern": [reader.words(f"screening.reason_{name}") for name in sums],
            "objections": [_count(reader, number) for number in sums.values()],
        }
    )


def worth(reader: Reader, found: screening.Found) -> pd.DataFrame:
    """Return ground and each measure with its interval, in words; empty where nothing has enough field checks."""
    if not found.enough:
        return pd.DataFrame(columns=list(WORTH_HEADERS))
    by_ground = found.worth.measures.pivot_table(index="grounds", columns="measure", aggfunc="first", dropna=False)
    rows = [
        {"ground": _ground(reader, str(ground), all_of_them=ALL)}
        | {name: _share(reader, {part: row[part, name] for part in ("value", "low", "high", "denominator")})
           for name in MEASURES}
        for ground, row in by_ground.iterrows()
        if max(row["denominator"]) >= LEAST_DENOMINATOR
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(WORTH_HEADERS))


def visits(reader: Reader, found: list[Recommendation]) -> pd.DataFrame:
    """Return the visits in words, one row an objection."""
    words = reader.words
    rows = [
        {
            "family": one.family_id,
            "ground": code_name(words, "grounds", one.grounds),
            "filed": words.day(one.filed_at.date()),
            "why": "; ".join(reason.says.to(words.language) for reason in one.reasons),
            "correct": "; ".join(dict.fromkeys(reason.correct.to(words.language) for reason in one.reasons)),
        }
        for one in found
    ]
    return pd.DataFrame(rows, columns=list(VISIT_HEADERS))


def _ground(reader: Reader, name: str, *, all_of_them: str) -> str:
    return reader.words("screening.all_grounds") if name == all_of_them else code_name(reader.words, "grounds", name)


def _count(reader: Reader, number: int) -> str:
    words = reader.words
    return words("screening.under", n=words.number(SMALLEST)) if 0 < number < SMALLEST else words.number(number)


def _share(reader: Reader, measure: dict[str, Any]) -> str:
    words = reader.words
    if measure["denominator"] < LEAST_DENOMINATOR:
        return words("screening.too_few")
    interval = words.interval(measure["low"], measure["high"])
    return words(
        "screening.share", value=words.percent(measure["value"]), interval=interval,
        n=words.number(measure["denominator"]),
    )  # fmt: skip
