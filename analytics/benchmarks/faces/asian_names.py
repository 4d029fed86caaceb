"""Names that are common in East and South-East Asia: a stand-in for a group, where a set of faces has names only.

A name is no origin: people with such a name may have none there, and many with another name do. The stand-in serves a
single purpose, to see whether error rates differ between faces of two parts of the world; it is never used on people
of the portal. Lists from general knowledge of the commonest names, in the usual romanisations, without looking at how
well any face is recognised. Names that are common elsewhere too (Lee, Park, Young, Kim) count beside others only.
"""

import tomllib
from pathlib import Path

_LISTS = tomllib.loads(Path(__file__).with_name("asian_names.toml").read_text(encoding="utf-8"))


def _names(kind: str) -> frozenset[str]:
    return frozenset(" ".join(_LISTS[kind].values()).split())


SURNAMES = _names("surnames")
"""Family names, and where there are none the names that stand last or alone."""
GIVEN = _names("given")
SHARED = _names("shared")
"""Of these, those that are names or words elsewhere too: they count where all other parts are on the lists."""

ASIAN = "East or South-East Asian name"
OTHER = "other name"


def name_group(identity: str) -> str:
    """Return the stand-in group of an identity like `Megawati_Sukarnoputri`, by its parts.

    A name counts where one of its parts is hardly found elsewhere, as a family name first or last or as a given name
    anywhere; or where all of its parts, two or more, are on the lists. Hyphens part names.
    """
    parts = identity.replace("-", " ").replace("_", " ").casefold().split()
    known = [part for part in parts if part in SURNAMES or part in GIVEN]
    if len(known) == len(parts) >= 2:
        return ASIAN
    family = SURNAMES.intersection(parts[:1] + parts[-1:])
    rare = set(known) - SHARED
    return ASIAN if rare & (family | GIVEN) else OTHER
