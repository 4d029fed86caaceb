"""A gate run that is killed leaves the published snapshot as it was, and nothing in the way of the next run."""

import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from analytics.ingest import ingest
from analytics.settings import Settings
from analytics.store import open_store
from tests.conftest import ROOT

MAPPING = ROOT / "examples" / "banyuwangi.toml"
CHILD = """
import sys
from pathlib import Path
from analytics.ingest import ingest
from analytics.settings import Settings

def tell(what, share):
    print(what, flush=True)

ingest(Path(sys.argv[1]), Path(sys.argv[2]), settings=Settings(home=Path(sys.argv[3])), progress=tell)
"""
STEPS = ("read registrations", "judge families", "judge payments", "build places", "publish")


def contents(settings: Settings) -> tuple[str, dict[str, int]]:
    """The visible snapshot, and the rows that its files really hold."""
    with_files = open_store(settings).open()
    rows = {
        name: with_files.run(with_files.table(name).count().as_table()).iloc[0, 0]
        for name in with_files.names("tables")
    }
    with_files.close()
    return with_files.manifest.snapshot, {name: int(count) for name, count in rows.items()}


@pytest.mark.parametrize("step", STEPS)
def test_kill_9_in_the_middle_of_a_gate_run_leaves_the_published_snapshot_and_the_next_run_clean(
    step, pilot_home, tmp_path
):
    settings = Settings(home=tmp_path / "home")
    ingest(MAPPING, pilot_home / "exports", settings=settings)
    before = contents(settings)
    changed = tmp_path / "changed"
    changed.mkdir()
    for path in (pilot_home / "exports").iterdir():
        rows = pl.read_parquet(path)
        if path.stem == "penyaluran":
            rows = rows.head(rows.height - 1)
        rows.write_parquet(changed / path.name)

    command = [sys.executable, "-c", CHILD, str(MAPPING), str(changed), str(settings.home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        assert child.stdout is not None
        reached = any(line.strip() == step for line in child.stdout)
        child.send_signal(signal.SIGKILL)
    assert reached
    assert child.returncode == -signal.SIGKILL, "it was killed before it had ended"

    assert contents(settings) == before
    done = ingest(MAPPING, changed, settings=settings)
    snapshot, rows = contents(settings)
    assert snapshot == done.manifest.snapshot
    assert rows == before[1] | {"payments": before[1]["payments"] - 1}
    warehouse: Path = settings.home / "warehouse"
    assert not list((warehouse / "staging").glob("*"))
    assert {path.name for path in (warehouse / "snapshots").iterdir()} == {before[0], snapshot}
