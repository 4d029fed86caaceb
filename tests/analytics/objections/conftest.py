"""The pilot's objections as rows, to compute the same by hand."""

import pandas as pd
import pytest


@pytest.fixture(scope="session")
def rows(pilot):
    """One row an objection with its district, local days, and what it is about."""
    objections = pilot.run(pilot.table("objections"))
    families = pilot.run(pilot.table("families").select("family_id", "village"))
    found = objections.merge(families, on="family_id")
    found["district"] = found["village"].str.rsplit(".", n=1).str[0]
    for name in ("filed", "screened", "resolved"):
        found[f"{name}_day"] = (found[f"{name}_at"] + pd.Timedelta(hours=7)).dt.normalize()
    found["newest"] = (pd.Timestamp(pilot.manifest.data_until) + pd.Timedelta(hours=7)).normalize()
    found["about"] = "refusal"
    found.loc[found["filed_by"] == "public", "about"] = "receipt"
    found.loc[found["kind"] == "usul", "about"] = "proposal"
    return found
