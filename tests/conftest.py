"""Published warehouses that many tests read: a small simulated pilot and the households of 2008."""

import datetime as dt
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from analytics.ingest import ingest
from analytics.settings import Settings, settings
from analytics.simulator import simulate
from analytics.store import Warehouse, open_store

# No test depends on how fast the machine is, nor on luck.
hypothesis.settings.register_profile("tepat", deadline=None, derandomize=True)
hypothesis.settings.load_profile("tepat")

# Great Expectations takes six seconds to load: the tests that are about it ask for it.
os.environ["TEPAT_DATA_DOCS"] = "false"

# Alerts make a register in each home and measure for a second: the tests that are about them ask for them.
os.environ["TEPAT_ALERTS"] = "false"

# Tests run side by side, one a core: OpenMP threads of several of them wait for each other a hundred times longer.
os.environ["OMP_NUM_THREADS"] = "1"

ROOT = Path(__file__).parents[1]
ALATAS = ROOT.parent / "shared" / "data" / "alatas2012"
BOUNDARIES = ROOT.parent / "shared" / "data" / "boundaries"
PILOT_FAMILIES = 4_000
PILOT_UNTIL = dt.date(2026, 8, 17)


@pytest.fixture(scope="session")
def pilot_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a published pilot of 4,000 families."""
    home = tmp_path_factory.mktemp("pilot")
    simulate(families=PILOT_FAMILIES, seed=7, until=PILOT_UNTIL, exports=home / "exports", truth=home / "truth")
    ingest(ROOT / "examples" / "banyuwangi.toml", home / "exports", settings=Settings(home=home))
    return home


@pytest.fixture(scope="session")
def pilot(pilot_home: Path) -> Warehouse:
    return open_store(Settings(home=pilot_home)).open()


@pytest.fixture(scope="session")
def alatas_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the published households of 2008."""
    if not ALATAS.is_dir():
        pytest.skip("the 2012 study is not beside the project (../shared/data/alatas2012)")
    home = tmp_path_factory.mktemp("alatas")
    ingest(ROOT / "examples" / "alatas2012.toml", ALATAS, settings=Settings(home=home))
    return home


@pytest.fixture(scope="session")
def alatas(alatas_home: Path) -> Warehouse:
    return open_store(Settings(home=alatas_home)).open()


@pytest.fixture(autouse=True)
def _fresh_settings() -> Iterator[None]:
    """Settings are read anew in each test, from its own environment."""
    settings.cache_clear()
    yield
    settings.cache_clear()


def pytest_sessionfinish() -> None:
    """AppTest leaves its folder to the end of the process, where the warning about it would be an error."""
    if "streamlit.testing.v1.app_test" in sys.modules:
        sys.modules["streamlit.testing.v1.app_test"].TMP_DIR.cleanup()
