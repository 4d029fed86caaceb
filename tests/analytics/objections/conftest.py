"""A pilot in which many object, and its objections as rows, to compute the same by hand."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from analytics.ingest import ingest
from analytics.settings import Settings
from analytics.simulator import parameters, simulate
from analytics.store import Warehouse, open_store
from tests.conftest import ROOT

MORE = 25
"""The pilot's 4,000 families file 25 cases; rates and quantiles need hundreds."""


@pytest.fixture(scope="session")
def busy_home(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("busy")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("FIRST_WAVE", "NEXT_WAVE", "TRICKLE"):
            patch.setattr(parameters, name, MORE * getattr(parameters, name))
        exports = home / "exports"
        simulate(families=4_000, seed=9, until=dt.date(2026, 10, 30), exports=exports, truth=home / "truth")
    ingest(ROOT / "examples" / "banyuwangi.toml", exports, settings=Settings(home=home, data_docs=False))
    return home


@pytest.fixture(scope="session")
def busy(busy_home) -> Warehouse:
    return open_store(Settings(home=busy_home)).open()


@pytest.fixture(scope="session")
def rows(busy):
    """One row an objection with its district, local days, and what it is about."""
    objections = busy.run(busy.table("objections"))
    families = busy.run(busy.table("families").select("family_id", "village"))
    found = objections.merge(families, on="family_id")
    found["district"] = found["village"].str.rsplit(".", n=1).str[0]
    for name in ("filed", "screened", "resolved"):
        found[f"{name}_day"] = (found[f"{name}_at"] + pd.Timedelta(hours=7)).dt.normalize()
    found["newest"] = (pd.Timestamp(busy.manifest.data_until) + pd.Timedelta(hours=7)).normalize()
    found["about"] = "refusal"
    found.loc[found["filed_by"] == "public", "about"] = "receipt"
    found.loc[found["kind"] == "usul", "about"] = "proposal"
    return found
