"""The researchers' notebooks run from the first cell to the last, and are kept without output."""

import json
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.conftest import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def names(path: Path) -> str:
    return path.stem


@pytest.fixture
def kernel(tmp_path: Path, alatas_home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a kernel that is this Python, with this checkout and the households of 2008."""
    folder = tmp_path / "kernels" / "tepat"
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": command, "display_name": "Tepat", "language": "python"}
    (folder / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("TEPAT_HOME", str(alatas_home))
    return folder.name


@pytest.mark.parametrize("path", NOTEBOOKS, ids=names)
def test_a_notebook_runs(path: Path, kernel: str) -> None:
    notebook = nbformat.read(path, as_version=4)
    done = NotebookClient(notebook, kernel_name=kernel, timeout=120, resources={"metadata": {"path": ROOT}}).execute()
    said = [output for cell in done.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output for output in said if output.output_type == "stream" and output.name == "stderr"]
    assert any("application/vnd.plotly.v1+json" in output.get("data", {}) for output in said)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=names)
def test_a_notebook_is_kept_without_output(path: Path) -> None:
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in cells)
