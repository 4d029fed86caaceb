"""The same measures from another engine: a real PostgreSQL gives what Parquet and DuckDB give, to 1e-9."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from analytics.ingest import ingest
from analytics.metrics import METRICS, Filters, measure, series
from analytics.settings import Settings
from analytics.store import Store, Warehouse, open_store
from analytics.store.rooms import EngineRooms
from tests.analytics.store.test_snapshots import publish
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def there(postgres: str, pilot_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """The pilot of the other tests, published to the server."""
    home = tmp_path_factory.mktemp("engine")
    shutil.copytree(pilot_home / "keys", home / "keys")
    settings = Settings(home=home, warehouse=postgres)
    ingest(ROOT / "examples" / "banyuwangi.toml", pilot_home / "exports", settings=settings)
    with closing(open_store(settings).open()) as warehouse:
        yield warehouse


@pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
def test_a_measure_is_equal_on_both_engines(metric, pilot, there):
    filters = Filters(area="35.10", programme="BPNT")
    for by in ((), ("district",)):
        ours, theirs = (measure(warehouse, metric, filters, by=by) for warehouse in (pilot, there))
        pd.testing.assert_frame_equal(ours, theirs, check_exact=False, rtol=1e-9, check_dtype=False)


def test_a_series_is_equal_on_both_engines(pilot, there):
    for metric, grain in (("objections", "week"), ("registrations", "month"), ("total_error", "month")):
        ours, theirs = (series(w, METRICS[metric], Filters(programme="PKH"), grain=grain) for w in (pilot, there))
        pd.testing.assert_frame_equal(ours, theirs, check_exact=False, rtol=1e-9, check_dtype=False)


def test_superseded_snapshots_leave_the_engine(postgres, tmp_path):
    store = Store(tmp_path, engine=postgres)
    names = [publish(store, number, rows=5, keep=1, grace=timedelta(seconds=-2)) for number in (1, 2)]
    with closing(EngineRooms(postgres, names[0])) as old, closing(EngineRooms(postgres, names[1])) as new:
        assert old.names("tables") == []
        assert new.names("tables") == ["copies", "numbers"]
    with closing(store.open()) as warehouse:
        assert warehouse.run(warehouse.table("numbers"))["n"].to_list() == [2] * 5
