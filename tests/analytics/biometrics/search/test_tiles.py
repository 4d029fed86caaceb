import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from analytics.biometrics.errors import FaceError
from analytics.biometrics.search import near_pairs, tiles
from analytics.biometrics.search.tiles import Work, join_in_tiles, tile_pairs, work_on

ROOT = Path(__file__).parents[4]
LIMIT, SIZE = 0.9, 250
SEARCH = """
import sys
from pathlib import Path
from analytics.benchmarks.faces.templates import templates
from analytics.biometrics.search.tiles import join_in_tiles
join_in_tiles(templates(3001, duplicates=300, seed=1), limit=float(sys.argv[2]), folder=Path(sys.argv[1]),
              size=int(sys.argv[3]), threads=1, progress=lambda what, share: print(share, flush=True))
"""


def killed_after(folder: Path, tiles_seen: int) -> bool:
    """Run the search in a process of its own and kill -9 it; whether it was still at work."""
    command = [sys.executable, "-c", SEARCH, str(folder), str(LIMIT), str(SIZE)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)}) as process:
        for _ in range(tiles_seen):
            process.stdout.readline()
        process.kill()
        process.wait()
    return process.returncode == -signal.SIGKILL


def test_killed_again_and_again_no_pair_is_lost_or_doubled(faces, same, tmp_path):
    killed = [killed_after(tmp_path, seen) for seen in (1, 17, 8)]
    assert all(killed)
    finished = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.parquet")}
    assert 26 <= len(finished) < 91
    found = join_in_tiles(faces, limit=LIMIT, folder=tmp_path, size=SIZE)
    assert same(found, near_pairs(faces, limit=LIMIT))
    assert all(path.stat().st_mtime_ns == at for path, at in finished.items())
    assert len(list(tmp_path.rglob("*.parquet"))) == 91


def test_what_a_killed_write_left_behind_counts_for_nothing(faces, same, tmp_path):
    with work_on(faces, limit=LIMIT, folder=tmp_path, size=SIZE) as work:
        (work.folder / ".draft-1a2b").write_bytes(b"PAR1 half a file")
        assert len(work.pending()) == 91
    assert same(join_in_tiles(faces, limit=LIMIT, folder=tmp_path, size=SIZE), near_pairs(faces, limit=LIMIT))
    assert not list(tmp_path.rglob(".draft-*"))


def test_a_finished_search_is_read_and_not_searched(faces, same, tmp_path, monkeypatch):
    found = join_in_tiles(faces, limit=LIMIT, folder=tmp_path)
    monkeypatch.setattr(Work, "finish", None)
    assert same(join_in_tiles(faces, limit=LIMIT, folder=tmp_path), found)


def test_other_templates_limits_and_sizes_are_other_searches(faces, tmp_path):
    few = faces[:500]
    other = few.copy()
    other[7, 7] = np.nextafter(other[7, 7], np.float32(2))
    for vectors, limit, size in ((few, 0.9, 300), (few, 0.8, 300), (few, 0.9, 301), (other, 0.9, 300)):
        join_in_tiles(vectors, limit=limit, folder=tmp_path, size=size)
    assert len(list(tmp_path.glob("*"))) == 4


def test_the_folder_holds_positions_and_distances_alone(faces, tmp_path):
    join_in_tiles(faces, limit=LIMIT, folder=tmp_path, size=1000)
    (folder,) = tmp_path.iterdir()
    assert folder.stat().st_mode & 0o077 == 0
    assert {path.suffix for path in folder.iterdir()} == {".parquet", ".json", ""}
    assert all(pl.read_parquet_schema(path) == tiles.SCHEMA for path in folder.glob("*.parquet"))
    assert set(json.loads((folder / "job.json").read_text())) == {"fingerprint", "count", "limit", "size"}
    assert (folder / "lock").stat().st_size == 0


def test_a_tile_depends_on_its_slices_alone(faces, same):
    first, second = faces[:400], faces[-400:]
    assert same(tile_pairs(first, second, limit=LIMIT), tile_pairs(first.copy(), second.copy(), limit=LIMIT))
    assert same(tile_pairs(first, None, limit=LIMIT), near_pairs(first, limit=LIMIT))


def test_two_processes_do_not_work_on_one_search(faces, tmp_path):
    with work_on(faces, limit=LIMIT, folder=tmp_path, size=SIZE) as work:
        with pytest.raises(FaceError, match="is running"):
            join_in_tiles(faces, limit=LIMIT, folder=tmp_path, size=SIZE)
        with pytest.raises(FaceError, match="not finished"):
            work.found()


def test_bad_templates_are_refused_before_anything_is_kept(tmp_path):
    with pytest.raises(FaceError):
        join_in_tiles(np.full((4, 4), np.inf, np.float32), limit=1.0, folder=tmp_path)
    assert not list(tmp_path.iterdir())


def test_no_templates(tmp_path):
    assert len(join_in_tiles(np.empty((0, 128), np.float32), limit=1.0, folder=tmp_path)) == 0
