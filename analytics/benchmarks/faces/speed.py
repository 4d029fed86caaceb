"""The page on speed: how fast faces are encoded and searched, beside the plain use of the libraries."""

from dataclasses import asdict, dataclass
from typing import Any

from analytics.benchmarks.faces import encoding, search
from analytics.benchmarks.faces.encoding import EncodingSpeed
from analytics.benchmarks.faces.search import SearchSpeed


@dataclass(frozen=True, kw_only=True)
class Results:
    """What was measured; None = not asked for."""

    encoding: EncodingSpeed | None
    search: SearchSpeed


def as_dict(found: Results) -> dict[str, Any]:
    """Return everything as plain data."""
    return asdict(found)


def markdown(found: Results) -> str:
    """Return the page of results."""
    lines = ["# Faces: speed", "", "Made by `tepat benchmark faces`.", ""]
    if found.encoding is not None:
        lines += ["## From a photo to a template", "", *encoding.markdown(found.encoding), ""]
    return "\n".join(lines) + "\n" + search.markdown(found.search)
