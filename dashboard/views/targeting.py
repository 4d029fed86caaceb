"""Targeting: both errors, the rules, who is reached from poorest to richest."""

import pandas as pd

from dashboard.basis import row_basis, source
from dashboard.charts.chart import Chart
from dashboard.charts.concentration import concentration as concentration_chart
from dashboard.charts.estimates import estimates
from dashboard.charts.incidence import incidence as incidence_chart
from dashboard.reader import Reader

ERRORS = ("inclusion_error", "exclusion_error")
OPTIONAL = ("declared", "floor")
"""Columns of the chart that are left out when no row has them."""


def errors(reader: Reader) -> Chart | None:
    """Inclusion and exclusion error of each programme, with floor and declared figures."""
    words = reader.words
    programmes = [reader.filters.programme] if reader.filters.programme else reader.scope().programmes
    rows, sources = [], []
    for programme in programmes:
        chosen = reader.with_filters(programme=programme)
        floor = chosen.floors()
        for metric, least in zip(ERRORS, floor or (None, None), strict=True):
            row = chosen.value(metric)
            if row is None:
                continue
            said = reader.declared(metric=metric, programme=programme)
            rows.append(
                {
                    "name": words(f"targeting.short_{metric}", programme=programme),
                    "value": row["value"],
                    "low": row["low"],
                    "high": row["high"],
                    "declared": said[0].after if said else None,
                    "floor": least,
                    "basis": row_basis(chosen, reader.metric(metric), row),
                }
            )
            sources.append(words("charts.source_note", source=source(chosen, row)))
    if not rows:
        return None
    data = pd.DataFrame(rows)
    return estimates(
        data.drop(columns=[name for name in OPTIONAL if data[name].isna().all()]),
        words=words,
        measure=words("panels.errors"),
        category_label=words("targeting.error"),
        target=reader.metric("inclusion_error").target,
        notes=list(dict.fromkeys(sources)),
    )


def by_rule(reader: Reader) -> Chart | None:
    """Total error by the rule that chose the families."""
    found = reader.groups("total_error", "rule")
    found = found[found["rule"] != ""]
    if len(found) < 2:
        return None
    words = reader.words
    return estimates(
        found.assign(
            name=found["rule"],
            basis=[row_basis(reader, reader.metric("total_error"), row) for _, row in found.iterrows()],
        )[["name", "value", "low", "high", "basis"]],
        words=words,
        measure=reader.label("total_error"),
        category_label=words("filters.name_rule"),
    )


def incidence(reader: Reader) -> Chart | None:
    """Share of each welfare decile that receives."""
    found = reader.incidence()
    if found is None:
        return None
    coverage = found.coverage.assign(decile=found.coverage["decile"].astype(int))
    return incidence_chart(
        coverage[["decile", "value", "low", "high"]], words=reader.words, measure=reader.label("coverage")
    )


def concentration(reader: Reader) -> Chart | None:
    """Cumulative rupiah over cumulative families, poorest first."""
    found = reader.incidence()
    if found is None:
        return None
    return concentration_chart(
        found.curve.rename(columns={"amount": "benefits"}),
        words=reader.words,
        measure=reader.words("panels.concentration"),
        coefficient=found.coefficient,
    )
