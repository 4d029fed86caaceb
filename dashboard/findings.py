"""Titles and sentences made of the same measures as the figures: the finding first, in at most 15 words."""

import pandas as pd
from typing_extensions import TypeIs

from analytics.metrics import quality
from dashboard.charts.pass_rates import rate
from dashboard.controls import default_targeting
from dashboard.reader import Reader

ERRORS = ("inclusion_error", "exclusion_error")


def targeting_title(reader: Reader) -> str:
    """Return the finding of targeting for the reader's programme, or that there is none."""
    words = reader.words
    inclusion, exclusion = (reader.value(metric) for metric in ERRORS)
    if not (_given(inclusion) and _given(exclusion)):
        return words("findings.targeting_none")
    return words(
        "findings.targeting",
        programme=reader.filters.programme,
        inclusion=words.percent(inclusion["value"], decimals=0),
        exclusion=words.percent(exclusion["value"], decimals=0),
    )


def summary_title(reader: Reader) -> str:
    """Return the finding of the summary: targeting of the first programme, else how many registered."""
    programmes = reader.scope().programmes
    chosen = default_targeting(reader, reader.filters.programme or (programmes[0] if programmes else ""))
    if _given(chosen.value("inclusion_error")) and _given(chosen.value("exclusion_error")):
        return targeting_title(chosen)
    return registration_title(reader)


def registration_title(reader: Reader) -> str:
    """Return how many families registered, and how."""
    words = reader.words
    families, agent = reader.value("registered_families"), reader.value("agent_share")
    if not _given(families):
        return words("findings.withheld" if _withheld(families) else "findings.registration_none")
    if not _given(agent):
        return words("findings.registration_few", families=words.number(families["value"]))
    return words(
        "findings.registration",
        families=words.number(families["value"]),
        agent=words.percent(agent["value"], decimals=0),
    )


def objection_title(reader: Reader) -> str:
    """Return how many objections wait, and how many of them too long."""
    words = reader.words
    waiting, late = reader.value("open_objections"), reader.value("late_share")
    if not _given(waiting):
        return words("findings.withheld" if _withheld(waiting) else "findings.objection_none")
    if not _given(late):
        return words("findings.objection_few", open=words.number(waiting["value"]))
    return words(
        "findings.objection",
        open=words.number(waiting["value"]),
        late=words.percent(late["value"], decimals=0),
    )


def region_title(reader: Reader, metric: str, *, level: str) -> str:
    """Return how many regions stand out of the spread that regions have."""
    words = reader.words
    found = reader.compare(metric, level=level)
    known = found.regions["value"].notna().sum()
    if found.limits.empty:
        return words("findings.regions_none", metric=reader.label(metric))
    beyond = (found.regions["position"] == "beyond998").sum()
    return words(
        "findings.regions",
        beyond=words.number(int(beyond)),
        known=words.number(int(known)),
        metric=reader.label(metric).lower(),
    )


def quality_title(reader: Reader) -> str:
    """Return which share of the rows passed the gate, how many did not, and in which table the most."""
    words = reader.words
    found = quality.tables(reader.manifest, reader.gate("districts"), area=reader.filters.area)
    rejected, rows = int(found["rejected"].sum()), int(found["rows"].sum())
    if not rejected + rows:
        return words("findings.quality_none")
    if not rejected:
        return words("findings.quality_all", rows=words.number(rows))
    worst = found["table"].iloc[int(found["rejected"].argmax())]
    return words(
        "findings.quality",
        passed=rate(rows / (rows + rejected), words=words),
        rejected=words.number(rejected),
        table=words(f"quality.table_{worst}"),
    )


def summary_sentences(reader: Reader) -> list[str]:
    """Return what the summary's figures say, one sentence each: targeting by programme, registrations, objections."""
    words = reader.words
    sentences = []
    programmes = [reader.filters.programme] if reader.filters.programme else reader.scope().programmes
    for programme in programmes:
        chosen = default_targeting(reader, programme)
        inclusion, exclusion = (chosen.value(metric) for metric in ERRORS)
        if _given(inclusion) and _given(exclusion):
            sentences.append(
                words(
                    "findings.sentence_targeting",
                    programme=programme,
                    inclusion=words.percent(inclusion["value"]),
                    inclusion_interval=words.interval(inclusion["low"], inclusion["high"]),
                    exclusion=words.percent(exclusion["value"]),
                    exclusion_interval=words.interval(exclusion["low"], exclusion["high"]),
                )
            )
    share = reader.value("registered_share")
    if _given(share):
        sentences.append(
            words(
                "findings.sentence_registration",
                families=words.number(share["numerator"]),
                known=words.number(share["denominator"]),
                share=words.percent(share["value"]),
            )
        )
    filed = reader.value("objections")
    waiting = reader.value("open_objections")
    if _given(filed) and _given(waiting):
        sentences.append(
            words(
                "findings.sentence_objection",
                filed=words.number(filed["value"]),
                open=words.number(waiting["value"]),
            )
        )
    return sentences


def _given(row: pd.Series | None) -> TypeIs[pd.Series]:
    return row is not None and not pd.isna(row["value"])


def _withheld(row: pd.Series | None) -> bool:
    return row is not None and row["reason"] == "withheld"
