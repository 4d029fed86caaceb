"""What outcomes are evidence of: overturn rates by groups, agents as a spread, and what a source costs."""

from typing import Final

import pandas as pd

from analytics.objections.evidence import NO_RULE
from dashboard import objections
from dashboard.asking import rule_name
from dashboard.charts.caterpillar import caterpillar
from dashboard.charts.changes import change_words, changes
from dashboard.charts.chart import Chart, rows_of
from dashboard.reader import Reader

SOURCE_COLUMNS: Final = ("source", "alone", "corrected_exclusion", "corrected_inclusion", "ignored_inclusion")


def groups(reader: Reader, *, by: str) -> Chart | None:
    """Overturn rates with intervals, small groups drawn towards the others."""
    found = objections.overturned(reader, by=by)
    if found is None:
        return None
    words = reader.words
    rows = found.groups.assign(name=[_name(reader, by, code) for code in found.groups["group"]])
    rows = rows.assign(
        rank=[
            words("objections.upheld_of", upheld=words.number(row.upheld), judged=words.number(row.judged))
            if row.reason == ""
            else ""
            for row in rows_of(rows)
        ]
    )
    chart = caterpillar(
        rows.rename(columns={"group": "code"})[["code", "name", "value", "low", "high", "rank"]],
        words=words,
        measure=reader.label("overturned_share"),
        reference=found.value,
        reference_label=words("objections.all_together"),
        few_key="objections.few_groups",
    )
    table = chart.table.rename(
        columns={
            words("charts.table_district"): words("charts.table_group"),
            words("charts.table_rank"): words("objections.basis"),
        }
    )
    if by != "district":
        table = table.drop(columns=words("charts.table_code"))
    return Chart(chart.figure, chart.alt, table)


def agents(reader: Reader) -> str:
    """Return how far agents lie apart in words; that it cannot be told where they are too few."""
    found, words = objections.agent_spread(reader), reader.words
    if found is None:
        return words("objections.agents_few")
    return words(
        "objections.agents",
        agents=words.number(found.agents),
        centre=words.percent(found.centre),
        interval=words.interval(found.low, found.high),
        spread=words.points(found.spread),
        beyond=words.percent(found.beyond),
    )


def sources(reader: Reader, *, programme: str) -> Chart | None:
    """Exclusion error of the rules' list before and after each source were corrected."""
    found = objections.corrections(reader, programme=programme) if programme else None
    if found is None or found.errors.empty:
        return None
    words = reader.words
    rows = found.errors[(found.errors["way"] == "corrected") & (found.errors["error"] == "exclusion")]
    rows = rows.sort_values("change")
    rows = rows.assign(name=[rule_name(words, name) for name in rows["source"]])
    return changes(
        rows.reset_index(drop=True),
        words=words,
        measure=words("objections.exclusion_if_corrected"),
        category_label=words("objections.by_rule"),
    )


def source_rows(reader: Reader, *, programme: str) -> pd.DataFrame:
    """Return families that each source alone refuses, and the change of both errors in words."""
    found = objections.corrections(reader, programme=programme) if programme else None
    if found is None or found.errors.empty:
        return pd.DataFrame(columns=list(SOURCE_COLUMNS))
    words = reader.words
    alone = found.refused.set_index("source")["alone"]
    told = found.errors.assign(
        column=found.errors["way"] + "_" + found.errors["error"],
        said=[change_words(row, words=words) for _, row in found.errors.iterrows()],
    )
    wide = told.pivot(index="source", columns="column", values="said").loc[told["source"].unique()]
    wide = wide.assign(alone=alone.reindex(wide.index)).rename(index=lambda name: rule_name(words, name))
    return wide.rename_axis(columns=None).reset_index()[list(SOURCE_COLUMNS)]


def _name(reader: Reader, by: str, code: str) -> str:
    if by != "rule":
        return objections.group_name(reader, by, code)
    return reader.words("objections.no_rule") if code == NO_RULE else rule_name(reader.words, code)
