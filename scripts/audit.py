"""Check that what is installed is what is pinned, and that every package may be used: `make audit`, without a network.

Known weaknesses are asked for where there is a network: `pip install pip-audit` elsewhere, then
`pip-audit --requirement requirements.txt --no-deps`.
"""

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

ROOT: Final = Path(__file__).parents[1]
ALLOWED: Final = re.compile(
    r"apache|\bmit\b|mit[- ]cmu|\bbsd|\b0bsd|isc|mpl|mozilla public|psf|python software foundation|hpnd|"
    r"unlicense|zlib|boost|bsl-1\.0|lgpl|lesser general|public domain|cc0|cnri|openssl",
    re.IGNORECASE,
)
"""Licences that let a ministry use, change and pass on a program."""
READ: Final = {"axe-playwright-python": "MIT", "ppi-python": "MIT"}
"""Licences of packages whose metadata do not say theirs, as their own licence files do."""


def pins(file: Path) -> dict[str, str]:
    """Return name to version of what a requirements file pins for this machine.

    Raises:
        ValueError: a line is no exact pin.
    """
    found = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith(("#", "-", ".")):
            continue
        wanted = Requirement(line)
        versions = [part for part in wanted.specifier if part.operator == "=="]
        if len(versions) != 1 or len(wanted.specifier) != 1:
            msg = f"{file.name}: {line} is no exact pin"
            raise ValueError(msg)
        if wanted.marker is None or wanted.marker.evaluate():
            found[wanted.name] = versions[0].version
    return found


def licence(package: Distribution) -> str:
    """Return what a package says of its licence; empty when it says nothing."""
    about = package.metadata
    said = [about.get("License-Expression") or "", *(about.get_all("Classifier") or [])]
    words = [text for text in said if text and (text == said[0] or text.startswith("License ::"))]
    return "; ".join(words) or (about.get("License") or "").partition("\n")[0]


def faults(wanted: dict[str, str]) -> list[str]:
    """Return what is wrong with the packages that are pinned, a sentence each."""
    found = []
    for name, version in sorted(wanted.items()):
        try:
            package = distribution(name)
        except PackageNotFoundError:
            found.append(f"{name} is pinned and not installed.")
            continue
        if package.version != version:
            found.append(f"{name} is {package.version}; {version} is pinned.")
        said = READ.get(name) or licence(package)
        if not ALLOWED.search(said):
            found.append(f"{name} has no licence of those allowed; it says {said[:60]!r}.")
    return found


def main() -> int:
    """Print what is wrong; 1 when something is."""
    wanted = pins(ROOT / "requirements.txt") | pins(ROOT / "requirements-dev.txt")
    found = faults(wanted)
    sys.stdout.write("\n".join([*found, f"{len(wanted)} packages, {len(found)} faults."]) + "\n")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
