"""Who is compared: the applicants of a snapshot, with what is said of each beside a pair."""

import pandas as pd
import polars as pl

from analytics.duplicates.errors import DuplicateError
from analytics.marts.common import with_district
from analytics.store import Warehouse

COLUMNS = ("person_id", "family_id", "village", "district", "channel", "agent_id", "birth_year")


def people_of(warehouse: Warehouse) -> pl.DataFrame:
    """Return the people of a snapshot who are compared with each other.

    Returns:
        One row a person, `person_id` rising: those of `COLUMNS`. Where the data set says who applied, these are the
        applicants, with the channel and the agent of their last application; otherwise everybody.

    Raises:
        DuplicateError: the data set has no persons.
    """
    if "persons" not in warehouse.names("tables"):
        raise DuplicateError(
            f"The data set {warehouse.manifest.dataset.name} has no persons.",
            cause="Nobody can be compared with anybody.",
            next_step="Ingest an export with the table persons.",
        )
    tables = {name: warehouse.table(name) for name in ("families", "regions")}
    places = with_district(tables["families"].select("family_id", "village"), tables)
    persons = warehouse.table("persons").select("person_id", "family_id", "birth_year").join(places, "family_id")
    found = warehouse.run(persons).assign(channel="", agent_id="")
    if "registrations" in warehouse.names("tables"):
        filed = warehouse.table("registrations")
        filed = filed.filter(filed.applicant.notnull())
        last = warehouse.run(filed.select("applicant", "channel", "agent_id", "submitted_at"))
        if len(last):
            found = _applicants(found, last)
    people = pl.from_pandas(found[list(COLUMNS)].drop_duplicates("person_id").reset_index(drop=True))
    return people.sort("person_id")


def _applicants(persons: pd.DataFrame, filed: pd.DataFrame) -> pd.DataFrame:
    """Keep those who applied, with their last application."""
    last = filed.sort_values("submitted_at").drop_duplicates("applicant", keep="last")
    last = last.rename(columns={"applicant": "person_id"})[["person_id", "channel", "agent_id"]]
    found = persons.drop(columns=["channel", "agent_id"]).merge(last, on="person_id")
    return found.assign(channel=found["channel"].fillna(""), agent_id=found["agent_id"].fillna(""))
