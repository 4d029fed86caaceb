"""What visits buy: the curve of half-widths, and what each district gets of them."""

import numpy as np
import pandas as pd

from dashboard.charts.chart import Chart
from dashboard.charts.precision_curve import precision_curve
from dashboard.groundwork import Outlook
from dashboard.planning import Goal, helped, now, outlook
from dashboard.reader import Reader

STEPS = 60
BEYOND = 1.6
"""The curve runs this much past the farther of today's visits and those that the goal takes."""


def curve(reader: Reader, *, goal: Goal) -> Chart | None:
    """Half-width by visits: checks alone, with the model's help, and one district of the visits shared out."""
    plain = outlook(reader, goal)
    if plain is None:
        return None
    words, stand, wanted = reader.words, now(reader, goal), plain.under(goal.width)
    farthest = BEYOND * max(wanted, stand[0] if stand else 0)
    visits = [float(round(farthest * step / STEPS)) for step in range(1, STEPS + 1)]
    series = {"alone": plain.widths(visits)}
    model = helped(reader, goal)
    if model is not None:
        series["helped"] = model.widths(visits)
    if plain.districts > 1:
        series["district"] = plain.widths(visits, part=float(plain.parts().median()))
    return precision_curve(
        pd.concat(
            [
                pd.DataFrame({"visits": visits, "series": words(f"planning.series_{name}"), "value": values})
                for name, values in series.items()
            ],
            ignore_index=True,
        ),
        words=words,
        measure=words("planning.half_width"),
        target=goal.width,
        now=stand,
        goal=wanted,
    )


def districts(reader: Reader, *, goal: Goal) -> pd.DataFrame:
    """Return what each district gets of the visits that the goal takes; a rate that would not be shown says so."""
    words, plain = reader.words, outlook(reader, goal)
    if plain is None:
        return pd.DataFrame(columns=["name", "visits", "rows", "width", "alone"])
    found = plain.by_district(goal.width)
    said = [
        words("charts.caterpillar_few") if np.isnan(width) else f"± {words.points(width)}" for width in found["width"]
    ]
    return found.assign(name=[reader.place(code) for code in found["district"]], width=said)


def title(reader: Reader, *, goal: Goal) -> str:
    """Return how many visits the goal takes, or that the data set cannot say."""
    words, plain = reader.words, outlook(reader, goal)
    if plain is None:
        return words("planning.title_none")
    return words(
        "planning.title",
        programme=goal.programme,
        error=reader.label(goal.error).lower(),
        visits=words.number(_total(plain, goal)),
        width=words.points(goal.width),
    )


def _total(plain: Outlook, goal: Goal) -> int:
    return sum(plain.visits(goal.width).values())
