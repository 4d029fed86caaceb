"""A folder is there whole or not at all: full disk, refusal of the log, kill, somebody quicker."""

import errno
import os
import subprocess
import sys

import pytest

from analytics.research import folder
from analytics.research.errors import ResearchError
from analytics.research.folder import give
from tests.conftest import ROOT

CONTENTS = {"a.csv": b"1\n", "b.md": b"two", "c.json": b"{}"}


def test_all_files_are_there_and_the_owner_s_alone(tmp_path):
    said = []
    give(tmp_path / "out", CONTENTS, before=lambda: said.append(list(tmp_path.glob("out"))))
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == CONTENTS
    assert (tmp_path / "out").stat().st_mode & 0o077 == 0
    assert said == [[]]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_full_disk_leaves_nothing_and_logs_nothing(tmp_path, monkeypatch, at):
    written, logged = [], []
    real = folder.write_whole

    def full(path, content):
        written.append(path)
        if len(written) == at:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(path, content)

    monkeypatch.setattr(folder, "write_whole", full)
    with pytest.raises(OSError, match="No space"):
        give(tmp_path / "out", CONTENTS, before=lambda: logged.append(1))
    assert list(tmp_path.iterdir()) == []
    assert not logged


def test_what_cannot_be_logged_is_not_given_out(tmp_path):
    def refuse() -> None:
        raise ResearchError("no")

    with pytest.raises(ResearchError):
        give(tmp_path / "out", CONTENTS, before=refuse)
    assert list(tmp_path.iterdir()) == []


def test_a_kill_in_the_middle_leaves_no_folder_of_that_name(tmp_path):
    program = (
        "import os, sys\nfrom pathlib import Path\nfrom analytics.research import folder\n"
        "def write(path, content):\n"
        "    path.write_bytes(content)\n"
        "    if path.name == 'b.md': os._exit(9)\n"
        "folder.write_whole = write\n"
        "folder.give(Path(sys.argv[1]), {'a': b'1', 'b.md': b'2', 'c': b'3'}, before=lambda: None)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "out")],
        env=os.environ | {"PYTHONPATH": str(ROOT)}, cwd=tmp_path, check=False, timeout=120,
    )  # fmt: skip
    assert ended.returncode == 9
    assert not (tmp_path / "out").exists()
    give(tmp_path / "out", CONTENTS, before=lambda: None)
    assert len(list((tmp_path / "out").iterdir())) == 3


def test_who_was_quicker_keeps_the_folder(tmp_path):
    with pytest.raises(ResearchError, match="is there already"):
        give(tmp_path / "out", CONTENTS | {"../out": b"quicker"}, before=lambda: None)
    assert (tmp_path / "out").read_bytes() == b"quicker"
