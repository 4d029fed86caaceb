"""The table `templat_wajah`: a template of everybody who applied, as an encoder would have made it of the photo."""

import numpy as np
import polars as pl

from analytics.simulator import parameters as p
from analytics.simulator.households import Households
from analytics.simulator.identity import Identities
from analytics.simulator.registration import Registrations
from analytics.simulator.templates import draw_templates


def export_templates(
    *, table: Registrations, people: Households, identities: Identities, cutoff: np.datetime64, seed: int
) -> pl.DataFrame:
    """Return one row an applicant whose application has reached the portal by `cutoff`.

    Columns: nik, templat (128 numbers), mutu (0 to 1), model. Who stands in two family cards has one face and two rows.
    """
    applicants = np.unique(table.applicant)
    # Everybody who ever applies has a face, so that a later last day does not change those of the earlier ones.
    _, person = np.unique(people.source[applicants], return_inverse=True)
    templates, quality = draw_templates(person, seed=seed)
    frame = pl.DataFrame(
        {
            "nik": identities.nik.gather(applicants),
            "templat": pl.Series(templates, dtype=pl.Array(pl.Float32, p.FACE_DIMENSION)),
            "mutu": quality.round(3),
            "model": pl.Series([p.FACE_MODEL]).new_from_index(0, len(applicants)),
        }
    )
    return frame.filter(np.isin(applicants, table.applicant[table.received < cutoff]))
