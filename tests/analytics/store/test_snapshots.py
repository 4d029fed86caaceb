"""Publication is atomic: whatever kills the writer, readers see the last whole snapshot."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from analytics.settings import Settings
from analytics.store import Dataset, Manifest, NothingPublishedError, Store, StoreBusyError, TableFacts, open_store
from analytics.store.snapshots import GRACE
from validation.errors import TepatError
from validation.text import Text

AT = datetime(2026, 1, 1)  # noqa: DTZ001 - manifests hold naive UTC


def manifest(snapshot: str, *, dataset: str = "trial", rows: int = 0) -> Manifest:
    return Manifest(
        snapshot=snapshot,
        dataset=Dataset(
            name=dataset, title=Text("a", "a"), source=Text("b", "b"), sensitivity="simulated", timezone="Asia/Jakarta"
        ),
        published_at=AT,
        data_until=AT,
        fingerprint="x",
        code_version="0",
        sources=(),
        tables={"numbers": TableFacts(rows=rows, rejected=0)},
        settling_days=0,
    )


def publish(
    store: Store, number: int, *, rows: int = 1000, dataset: str = "trial", keep: int = 10, grace: timedelta = GRACE
) -> str:
    """Publish a snapshot whose two tables hold `rows` times the same number."""
    with store.writer() as staging:
        for name in ("numbers", "copies"):
            staging.write("tables", name, pa.table({"n": pa.array([number] * rows, pa.int64())}))
        store.publish(staging, manifest(staging.snapshot, dataset=dataset, rows=rows), keep=keep, grace=grace)
        return staging.snapshot


def contents(store: Store, dataset: str = "") -> set[tuple[int, int]]:
    """Return (number, rows) of both tables of the visible snapshot; one element when it is whole."""
    warehouse = store.open(dataset)
    found = set()
    for name in ("numbers", "copies"):
        table = warehouse.table(name)
        row = warehouse.run(table.aggregate(low=table.n.min(), high=table.n.max(), rows=table.count())).iloc[0]
        assert row["low"] == row["high"]
        found.add((int(row["low"]), int(row["rows"])))
    return found


def test_nothing_published_says_what_to_do(tmp_path):
    with pytest.raises(NothingPublishedError) as caught:
        Store(tmp_path).open()
    assert "tepat simulate" in caught.value.next_step


def test_an_unknown_data_set_names_those_there_are(tmp_path):
    store = Store(tmp_path)
    publish(store, 1)
    with pytest.raises(NothingPublishedError, match="trial"):
        store.open("other")


def test_the_last_published_snapshot_is_seen_and_an_open_one_stays_readable(tmp_path):
    store = Store(tmp_path)
    publish(store, 1)
    before = store.open()
    publish(store, 2)
    assert contents(store) == {(2, 1000)}
    table = before.table("numbers")
    assert before.run(table.aggregate(n=table.n.max()))["n"].iloc[0] == 1


def test_data_sets_stand_side_by_side_and_show_switches(tmp_path):
    store = Store(tmp_path)
    publish(store, 1, dataset="one")
    publish(store, 2, dataset="two")
    assert contents(store) == {(2, 1000)}
    assert contents(store, "one") == {(1, 1000)}
    store.show("one")
    assert contents(store) == {(1, 1000)}


def test_only_the_newest_snapshots_are_kept(tmp_path):
    store = Store(tmp_path)
    now = timedelta(seconds=-2)  # snapshots of this very second count as old
    names = [publish(store, number, keep=2, grace=now) for number in range(4)]
    assert [kept.snapshot for kept in store.history("trial")] == names[-2:]
    assert sorted(path.name for path in (tmp_path / "snapshots").iterdir()) == sorted(names[-2:])


def test_a_snapshot_stays_while_somebody_may_be_reading_it(tmp_path):
    store = Store(tmp_path)
    publish(store, 0)
    reader = store.open()
    for number in range(1, 5):
        publish(store, number, keep=1)
    table = reader.table("numbers")
    assert reader.run(table.aggregate(n=table.n.max()))["n"].iloc[0] == 0


def test_a_second_writer_is_told_to_wait(tmp_path):
    store = Store(tmp_path)
    with store.writer(), pytest.raises(StoreBusyError), Store(tmp_path).writer():
        pass


def test_a_failed_writer_leaves_nothing_behind(tmp_path):
    store = Store(tmp_path)
    publish(store, 1)

    def fail() -> None:
        with store.writer() as staging:
            staging.write("tables", "numbers", pa.table({"n": [2]}))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert contents(store) == {(1, 1000)}
    assert not list((tmp_path / "staging").glob("*"))


def test_an_unknown_warehouse_url_is_refused():
    with pytest.raises(TepatError, match="scheme 'ftp'"):
        open_store(Settings(warehouse="ftp://somewhere"))


WRITER = """
import sys
from pathlib import Path
sys.path[:0] = [{tests!r}, {root!r}]
from test_snapshots import Store, publish
number = int(sys.argv[2])
while True:
    print(number, flush=True)
    publish(Store(Path(sys.argv[1])), number, rows=200_000, keep=3)
    number += 1
"""


@pytest.mark.parametrize("seed", [1, 2])
def test_a_writer_killed_at_any_point_leaves_the_last_snapshot_whole(tmp_path, seed):
    """Five writers are killed at random moments of their work while this process keeps reading."""
    here = Path(__file__)
    code = WRITER.format(tests=str(here.parent), root=str(here.parents[3]))
    store = Store(tmp_path)
    publish(store, 0, rows=200_000)
    moments = random.Random(seed)  # noqa: S311 - when to kill, not a secret
    seen, start, reads = 0, 1, 0
    for _ in range(5):
        child = subprocess.Popen([sys.executable, "-c", code, str(tmp_path), str(start)], stdout=subprocess.PIPE)
        assert child.stdout is not None
        child.stdout.readline()
        deadline = time.monotonic() + moments.uniform(0.0, 0.25)
        while time.monotonic() < deadline:
            found = contents(store)
            assert len(found) == 1
            assert next(iter(found))[1] == 200_000
            reads += 1
        os.kill(child.pid, signal.SIGKILL)
        started = [int(line) for line in child.stdout.read().split()] or [start]
        child.wait()
        child.stdout.close()
        (number, rows) = next(iter(contents(store)))
        assert rows == 200_000
        assert seen <= number <= max(*started, start, seen)
        seen, start = number, max(*started, start) + 1
    publish(store, 10_000, rows=10)
    assert contents(store) == {(10_000, 10)}
    assert not list((tmp_path / "staging").glob("*"))
    assert reads > 0
