"""Photos that the tests of faces share."""

import csv
from pathlib import Path

import pytest

from analytics.biometrics.encoding import open_encoder
from analytics.settings import Settings
from tests.conftest import ROOT

FACES = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def models_home(tmp_path_factory):
    """A home whose face net is converted."""
    home = tmp_path_factory.mktemp("models")
    open_encoder(Settings(home=home))
    return home


@pytest.fixture(scope="session")
def encoder(models_home):
    return open_encoder(Settings(home=models_home))


@pytest.fixture(scope="session")
def press_photos() -> list[tuple[Path, str]]:
    """Photos of real people, a dozen with several each, and whose they are."""
    if not (FACES / "faces.csv").is_file():
        pytest.skip("the press photos are not beside the project (../shared/data/faces)")
    with (FACES / "faces.csv").open(encoding="utf-8") as file:
        rows = [(FACES / "faces" / row["file"], row["identity"]) for row in csv.DictReader(file)]
    several = [name for name in dict.fromkeys(name for _, name in rows) if sum(name == other for _, other in rows) > 3]
    return [(path, name) for path, name in rows if name in several[:12]][:60]
