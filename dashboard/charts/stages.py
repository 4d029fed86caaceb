"""How many people reach each stage, from registration to payment."""

import pandas as pd

from dashboard.charts.bars import draw_rows
from dashboard.charts.chart import Chart, no_data, twin
from dashboard.words import Words


def stages(data: pd.DataFrame, *, words: Words, measure: str) -> Chart:
    """Draw one bar per stage in the order given; the pale track is the first stage.

    `data`; `share` is the count as a share of the first stage:

        stage | count | share
        str   | int   | float?
    """
    table = twin(
        data, {"stage": words("charts.table_stage"), "count": measure, "share": words("charts.table_share_of_first")}
    )
    rows = data.dropna(subset=["count"]).reset_index(drop=True)
    if rows.empty:
        return no_data(words, measure=measure, table=table)
    counts = [words.number(count) for count in rows["count"]]
    shares = [words.percent(share) for share in rows["share"]]
    names = list(rows["stage"])
    figure = draw_rows(
        words,
        names=names,
        lengths=list(rows["count"]),
        values=counts,
        more=shares,
        full=float(rows["count"].max()) or 1.0,
    )
    parts = [
        words("charts.stage_reached", name=name, count=count, share=share)
        for name, count, share in zip(names, counts, shares, strict=True)
    ]
    return Chart(figure, words("charts.alt_stages", measure=measure, parts=words.listed(parts)), table)
