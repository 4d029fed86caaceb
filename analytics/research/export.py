"""`tepat research export`: de-identified microdata of families in a folder that is there whole or not at all."""

import hashlib
import io
import json
import secrets
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import pandas as pd

from analytics import __version__
from analytics.access_log import record
from analytics.metrics.comparisons import place_names
from analytics.research.anonymity import Anonymity, require
from analytics.research.codebook import ROW, as_markdown, codebook
from analytics.research.columns import QUASI
from analytics.research.errors import ResearchError
from analytics.research.families import families
from analytics.research.figures import DECIMALS, commands, of_rows, reported
from analytics.research.folder import give, require_new
from analytics.research.generalise import Generalised, describe, generalise
from analytics.research.readme import readme
from analytics.settings import Settings
from analytics.spreadsheets import harmless
from analytics.store import Warehouse

K: Final = 5
"""Families that share all quasi-identifiers, unless asked otherwise: five, as is common for health data (El Emam &
Dankar 2008, JAMIA 15:627)."""
LEAST_K: Final = 3
"""Below, two neighbours who know themselves know the third (threshold rule of statistical offices)."""
L: Final = 2
SUPPRESSION: Final = 0.05
"""Largest share of families whose quasi-identifiers may all be suppressed (assumed)."""
ROW_BYTES: Final = 7
"""Of a row number: few enough that none looks like a NIK, enough that no two are alike."""


@dataclass(frozen=True, kw_only=True)
class Protection:
    """How anonymous the microdata have to be.

    Raises:
        ResearchError: a value that protects nobody, or none at all.
    """

    k: int = K
    l: int = L  # noqa: E741 - the field's own name for it
    suppression: float = SUPPRESSION

    def __post_init__(self) -> None:
        """Refuse what protects nobody."""
        if self.k < LEAST_K or not 1 <= self.l <= self.k or not 0 <= self.suppression < 1:
            raise ResearchError(
                "This protection cannot be used.",
                cause=f"k = {self.k}, l = {self.l}, suppression {self.suppression:g}.",
                next_step=f"Give k of at least {LEAST_K}, l from 1 to k, and a suppression from 0 to below 1.",
            )


def export(
    warehouse: Warehouse, output: Path, *, settings: Settings, area: str = "", protection: Protection | None = None
) -> dict[str, Any]:
    """Write a folder of microdata and return its manifest; the access log has it before the folder is there.

    Args:
        warehouse: The snapshot, whole.
        output: The folder to make.
        settings: Home and register.
        area: Code of a region; empty = everywhere.
        protection: How anonymous the rows have to be.

    Raises:
        ResearchError: the folder exists or cannot be made, the region is unknown, or the protection cannot be reached.
        AccessLogError: the export cannot be logged.
    """
    require_new(output)
    if area and area not in place_names(warehouse):
        raise ResearchError(
            f"The data set {warehouse.manifest.dataset.name} knows no such region.",
            next_step="Give a code such as 35.10.01.",
        )
    manifest = warehouse.manifest
    seen = warehouse.within(area)
    protection = protection or Protection()
    found = families(seen)
    names, quasi = [each.name for each in found.sensitive], [each.name for each in QUASI]
    least = Anonymity(protection.k, protection.l)
    general = generalise(found.rows, sensitive=names, least=least, most_suppressed=protection.suppression)
    reached = require(general.rows, quasi=quasi, sensitive=names, least=least)
    rows = general.rows[[*quasi, *names]].sort_values([*quasi, *names], ignore_index=True)
    rows.insert(0, ROW, _numbers(len(rows)))
    about = {
        "dataset": manifest.dataset.name,
        "sensitivity": manifest.dataset.sensitivity,
        "snapshot": manifest.snapshot,
        "data_until": f"{manifest.data_until:%Y-%m-%dT%H:%M:%S}Z",
        "published_by_version": manifest.code_version,
        "code_version": __version__,
        "rules_version": manifest.rules_version,
        "area": area,
        "rows": len(rows),
    } | _protected(general, reached, protection)
    entries = codebook(general, found.sensitive, periods=found.periods, places=place_names(seen))
    figures = {
        "commands": commands(area), "reports": reported(warehouse, area=area), "rows": of_rows(seen, found, area=area)
    }  # fmt: skip
    contents = {
        "families.parquet": _parquet(rows),
        "families.csv": rows.map(harmless).to_csv(index=False, lineterminator="\n").encode(),
        "codebook.json": _json(entries),
        "codebook.md": as_markdown(entries, about).encode(),
        "figures.json": _json(figures),
        "reproduce.py": (Path(__file__).parent / "reproduce.py").read_bytes(),
        "README.md": readme(about).encode(),
    }
    about["files"] = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    details = {name: about[name] for name in ("snapshot", "area", "rows")}
    details |= {"what": "microdata", "k": reached.k, "l": reached.l}
    log = partial(
        record, settings, action="export", kind="dataset", ref=manifest.dataset.name, details=details
    )  # fmt: skip
    give(output, contents | {"manifest.json": _json(about)}, before=log)
    return about


def _protected(general: Generalised, reached: Anonymity, asked: Protection) -> dict[str, Any]:
    return {
        "k": {"asked": asked.k, "found": reached.k},
        "l": {"asked": asked.l, "found": reached.l},
        "checked_by": f"pyCANON {version('pycanon')}",
        "suppressed_share": round(general.suppressed, DECIMALS),
        "most_suppressed": asked.suppression,
        "generalised": describe(general.levels),
        "lost_share": round(general.loss, DECIMALS),
    }


def _numbers(count: int) -> list[str]:
    """Return random row numbers, all different."""
    found: dict[str, None] = {}
    while len(found) < count:
        found |= dict.fromkeys(f"r{secrets.token_hex(ROW_BYTES)}" for _ in range(count - len(found)))
    return list(found)


def _parquet(rows: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    rows.to_parquet(buffer, index=False)
    return buffer.getvalue()


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()
