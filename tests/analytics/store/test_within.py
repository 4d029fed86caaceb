"""A snapshot cut to an area: each table holds the rows of its own families, and of no other any row or count."""

import ibis
import pandas as pd
import pyarrow as pa
import pytest

from analytics.metrics import METRICS, measure
from analytics.store import Warehouse
from analytics.store.within import within

ONE, OTHER = "35.10.01", "35.10.02"
COUNTS_OF_ALL = {"history", "shares"}


@pytest.fixture(scope="module")
def homes(pilot: Warehouse) -> dict[str, dict[str, str]]:
    """District of each family, application and person, found without the code under test."""
    families = pilot.run(pilot.table("families"))
    family = dict(zip(families["family_id"], families["village"].str.rpartition(".")[0], strict=True))
    filed = pilot.run(pilot.table("registrations"))
    people = pilot.run(pilot.table("persons"))
    return {
        "family_id": family,
        "registration_id": dict(zip(filed["registration_id"], filed["village"].str.rpartition(".")[0], strict=True)),
        "person_id": {row.person_id: family[row.family_id] for row in people.itertuples()},
    }


def district(rows: pd.DataFrame, homes: dict[str, dict[str, str]]) -> pd.Series:
    """Return the district of each row, empty where it says none."""
    if "district" in rows:
        return rows["district"].fillna("")
    if "village" in rows:
        return rows["village"].map(lambda code: code.rpartition(".")[0])
    for column, known in homes.items():
        if column in rows:
            return rows[column].map(known)
    return pd.Series("", index=rows.index)


@pytest.mark.parametrize("area", [ONE, OTHER, "35.10", "35"])
def test_each_table_holds_the_rows_of_the_area_and_no_other(area, pilot, homes):
    cut = pilot.within(area)
    for room in ("tables", "derived", "marts", "gate"):
        for name in pilot.names(room):
            if name in {"regions", "places", "results"}:
                continue
            whole, own = pilot.run(pilot.table(name, room=room)), cut.run(cut.table(name, room=room))
            lies = district(whole, homes)
            expected = int(((lies == area) | lies.str.startswith(f"{area}.")).sum())
            assert len(own) == expected, f"{room} {name}"
            found = district(own, homes)
            assert all(code == area or code.startswith(f"{area}.") for code in found), f"{room} {name}"
            assert name not in COUNTS_OF_ALL or own.empty


def test_places_are_those_inside_and_those_above(pilot):
    cut = pilot.within(ONE)
    codes = set(cut.run(cut.mart("places"))["code"])
    assert {code for code in codes if not code.startswith(f"{ONE}.")} == {"35", "35.10", ONE}


def test_what_counts_the_whole_data_set_is_not_told(pilot):
    cut = pilot.within(ONE)
    assert pilot.manifest.tables
    assert not cut.manifest.tables
    assert not cut.manifest.sources
    results = cut.run(cut.table("results", room="gate"))
    assert len(results)
    assert not results[["checked", "failed"]].to_numpy().any()


def test_every_count_is_that_of_the_rows_of_the_area(pilot):
    cut = pilot.within(ONE)
    counted = {
        name: int(measure(cut, metric)["value"].iloc[0])
        for name, metric in METRICS.items()
        if metric.kind != "sample" and metric.denominator is None and metric.mart == "registrations_daily"
    }
    assert counted
    rows = pilot.run(pilot.mart("registrations_daily"))
    assert counted["registered_families"] == rows.loc[rows["district"] == ONE, "families"].sum()


def test_a_cut_warehouse_is_never_widened(pilot):
    cut = pilot.within("35.10").within(ONE)
    assert cut.within("") is cut
    for area in (OTHER, "35.10", "35", "35.10.010"):
        with pytest.raises(ValueError, match="widened"):
            cut.within(area)


def test_a_table_that_does_not_say_where_it_lies_is_closed():
    rows = ibis.memtable(pa.table({"count": [1, 2]}))
    found = within(rows, room="marts", name="new", area=ONE, find=lambda _: rows)
    assert found.to_pyarrow().num_rows == 0
