"""Published figures that go with the microdata: those of the reports, and those that the rows themselves come to."""

from collections.abc import Iterator
from typing import Any, Final

import pandas as pd

from analytics import reports
from analytics.disclosure import LEAST_DENOMINATOR, SMALLEST
from analytics.metrics import METRICS, Filters, measure
from analytics.metrics.scope import scope
from analytics.research.families import Families
from analytics.store import Warehouse

DECIMALS: Final = 12
"""Of every figure; more would be noise, and 16 digits in a row look like a NIK to whoever searches for one."""
REPORTS: Final = ("targeting", "registrations", "objections")


def reported(warehouse: Warehouse, *, area: str = "") -> list[dict[str, Any]]:
    """Return the figures of `tepat report … --json`, those of few left out.

    Returns:
        report, programme (empty = all), metric, value, low and high (of estimates), n.
    """
    known = scope(warehouse)
    asked = [("registrations", "", metric) for metric in reports.REGISTRATIONS]
    asked += [("objections", "", metric) for metric in reports.OBJECTIONS]
    asked += [("targeting", programme, metric) for programme in known.programmes for metric in reports.TARGETING]
    found = []
    for report, programme, metric in asked:
        periods = known.recent_periods if report == "targeting" else ()
        values = measure(warehouse, METRICS[metric], Filters(area=area, programme=programme, periods=periods))
        numbers = values.iloc[0] if len(values) else pd.Series(dtype=float)
        figure: dict[str, Any] = {"report": report, "programme": programme, "metric": metric}
        figure |= {name: _number(numbers.get(name)) for name in ("value", "low", "high", "n")}
        found.append(figure)
    return [figure for figure in found if _may_leave(figure)]


def commands(area: str = "") -> dict[str, list[str]]:
    """Return the command line of each report, without the program's own name."""
    return {name: ["report", name, "--json", *(["--area", area] if area else [])] for name in REPORTS}


def of_rows(warehouse: Warehouse, found: Families, *, area: str = "") -> list[dict[str, Any]]:
    """Return the figures that the microdata can give, as the registry and the marts say them of all families.

    Returns:
        figure (`families`, `registered_share`, `receivers` or `coverage`), column and decile (empty where none), value.
    """
    return [figure for figure in _of_rows(warehouse, found, area=area) if figure["value"] is not None]


def _of_rows(warehouse: Warehouse, found: Families, *, area: str) -> Iterator[dict[str, Any]]:
    yield {"figure": "families", "column": "", "decile": "", "value": len(found.rows)}
    share = measure(warehouse, METRICS["registered_share"], Filters(area=area))
    if len(share):
        yield {"figure": "registered_share", "column": "", "decile": "", "value": _number(share["value"].iloc[0])}
    for programme, period in found.periods.items():
        column, filters = f"receives_{programme.lower()}", Filters(area=area, programme=programme, periods=(period,))
        paid = measure(warehouse, METRICS["paid_families"], filters)["value"].iloc[0]
        yield {"figure": "receivers", "column": column, "decile": "", "value": int(paid) if paid >= SMALLEST else None}
        rows = warehouse.mart("coverage_by_decile")
        rows = rows.filter((rows.programme == programme) & (rows.period == period))
        sums = rows.group_by("decile").aggregate(families=rows.families.sum(), receivers=rows.receivers.sum())
        cells = warehouse.run(sums.order_by("decile")).set_index("decile").astype(float)
        shares = cells["receivers"] / cells["families"].where(cells["families"] >= LEAST_DENOMINATOR)
        for decile, share in shares.items():
            yield {"figure": "coverage", "column": column, "decile": str(decile), "value": _number(share)}


def _may_leave(figure: dict[str, Any]) -> bool:
    if figure["value"] is None:
        return False
    count = METRICS[figure["metric"]].denominator is None
    return not 0 < figure["value"] < SMALLEST if count else figure["n"] >= LEAST_DENOMINATOR


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else round(float(value), DECIMALS)
