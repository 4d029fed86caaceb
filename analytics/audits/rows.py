"""Results as rows of the contract's table audits, ready for the gate."""

from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import polars as pl

from analytics.audits.register import Draw, has_register, open_register
from analytics.ingest.batch import ShapedFile
from analytics.ingest.pseudonyms import pseudonym_key, pseudonymise, scope_of
from analytics.settings import Settings
from validation.contract import AUDITS

REGISTER = "register"
"""What findings name as the file of results that the register holds."""
NOON = time(12)
"""A list names the day of a visit, not the hour."""


def audit_rows(
    visits: pd.DataFrame, results: pd.DataFrame, draws: dict[str, Draw], *, key: bytes, zone: str
) -> pl.DataFrame:
    """Return one row a result: all columns of the contract's table audits.

    The stratum begins with the draw's id, so that strata of different draws never mix. No village was drawn before the
    families, hence the cluster_probability 1.

    Args:
        visits: Columns of `audit_visits`.
        results: code, programme, entitled.
        draws: By id.
        key: Key of the pseudonyms.
        zone: Zone of the days.
    """
    rows = results[["code", "programme", "entitled"]].merge(
        visits.drop(columns="entitled", errors="ignore"), on="code", how="left"
    )
    of = [draws[name] for name in rows["draw"]]
    columns: dict[str, Iterable[Any]] = {
        "family_id": rows["family_id"],
        "programme": rows["programme"],
        "period": [draw.period for draw in of],
        "frame": rows["frame"],
        "stratum": rows["draw"] + "/" + rows["stratum"],
        "village": rows["village"],
        "inclusion_probability": rows["inclusion_probability"],
        "cluster_probability": [1.0] * len(rows),
        "reason": ["random"] * len(rows),
        "seed": [draw.seed for draw in of],
        "frame_date": [draw.frame_date for draw in of],
        "visited_at": [_moment(day, zone) for day in rows["visited_on"]],
        "entitled": [None if pd.isna(told) else bool(told) for told in rows["entitled"]],
        "welfare": [None if pd.isna(found) else float(found) for found in rows["welfare"]],
        "welfare_decile": [None] * len(rows),
        "checker": [None if pd.isna(code) else str(code) for code in rows["checker"]],
    }
    frame = pl.DataFrame(
        {name: list(values) for name, values in columns.items()}, schema=pl.Schema(AUDITS.schema), strict=False
    )
    return frame.with_columns(pseudonymise(frame["checker"], key=key, scope=scope_of("checker")).alias("checker"))


def kept_results(settings: Settings, dataset: str, *, zone: str) -> tuple[ShapedFile, ...]:
    """Return the results of a data set that the register holds, the latest of each family, programme and period.

    A whole export knows nothing of them: without this, it would put an end to them.
    """
    if not has_register(settings):
        return ()
    with closing(open_register(settings)) as register:
        results = register.results(dataset)
        if results.empty:
            return ()
        visits = register.find(results["code"].unique().tolist())
        draws = {name: register.draw(name) for name in visits["draw"].unique()}
    rows = audit_rows(visits, results, draws, key=pseudonym_key(settings.home), zone=zone)
    rows = rows.unique(subset=list(AUDITS.key), keep="last", maintain_order=True)
    return (ShapedFile(table="audits", file=REGISTER, rows=rows, lines=range(1, rows.height + 1)),)


def _moment(day: date, zone: str) -> datetime:
    """Return noon of a local day as naive UTC, or now where that is still to come."""
    noon = datetime.combine(day, NOON, ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)
    return min(noon, datetime.now(UTC).replace(tzinfo=None))
