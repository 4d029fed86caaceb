"""Reproduce the published figures: those of Tepat's reports, and those that the rows of this folder come to.

    python reproduce.py                     only the rows of this folder; needs pandas and pyarrow
    python reproduce.py --tepat tepat       the reports as well, where the same data set is published

It ends with 0 where every figure is found again, else with 1. A figure of the rows may differ where it speaks of a
column that was generalised or suppressed; the difference is printed beside the share that was suppressed.
"""

import argparse
import hashlib
import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd

ANY = "*"
EXACT = 1e-9


def main() -> int:
    """Print each figure as published, as found again, and their difference."""
    parser = argparse.ArgumentParser(description="Reproduce the published figures.")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent)
    parser.add_argument("--tepat", default="", help="Command that runs Tepat, over the home with the same snapshot.")
    parser.add_argument("--json", action="store_true", help="Print one JSON object and nothing else.")
    given = parser.parse_args()
    manifest = json.loads((given.folder / "manifest.json").read_text(encoding="utf-8"))
    figures = json.loads((given.folder / "figures.json").read_text(encoding="utf-8"))
    changed = [
        name
        for name, digest in manifest["files"].items()
        if hashlib.sha256((given.folder / name).read_bytes()).hexdigest() != digest
    ]
    rows = pd.read_parquet(given.folder / "families.parquet")
    found = [of_rows(rows, figure, manifest["suppressed_share"]) for figure in figures["rows"]]
    if given.tepat:
        found += of_reports(shlex.split(given.tepat), figures, manifest)
    sound = not changed and all(each["again"] for each in found)
    said = json.dumps({"sound": sound, "changed_files": changed, "figures": found}, indent=1)
    if not given.json:
        said = "\n".join([*(f"CHANGED {name}" for name in changed), *map(line, found)])
    sys.stdout.write(f"{said}\n")
    return 0 if sound else 1


def of_rows(rows: pd.DataFrame, figure: dict[str, Any], suppressed: float) -> dict[str, Any]:
    """Return a figure as the rows give it; what needs no quasi-identifier has to be exact."""
    name, column = figure["figure"], figure["column"]
    exact, value = True, None
    if name == "families":
        value = float(len(rows))
    elif name == "receivers":
        value = float((rows[column] == "yes").sum())
    elif name == "coverage":
        part = rows[rows["decile"] == figure["decile"]]
        value = float((part[column] == "yes").mean())
    elif name == "registered_share":
        exact, known = False, rows[rows["channel"] != ANY]
        value = float((known["channel"] != "none").mean()) if len(known) else None
    off = None if value is None else value - figure["value"]
    # Were all suppressed families on one side, the share would move by their share at most.
    within = off is None or abs(off) <= (EXACT if exact else suppressed + EXACT)
    label = " ".join(filter(None, [name, column, figure["decile"] and f"decile {figure['decile']}"]))
    return {"from": "rows", "name": label, "published": figure["value"], "found": value, "off": off, "again": within}


def of_reports(tepat: list[str], figures: dict[str, Any], manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the figures of the reports as Tepat prints them now."""
    found = []
    for report, command in figures["commands"].items():
        asked = [*tepat, *command, "--dataset", manifest["dataset"]]
        ran = subprocess.run(asked, capture_output=True, check=False)  # noqa: S603 - the reader's own command
        if ran.returncode:
            sys.exit(f"{shlex.join(command)} failed: {ran.stderr.decode(errors='replace').strip()}")
        printed = json.loads(ran.stdout)
        if printed["snapshot"] != manifest["snapshot"]:
            sys.exit(f"Tepat shows snapshot {printed['snapshot']}; these figures are of {manifest['snapshot']}.")
        parts = {part["programme"]: part["metrics"] for part in printed.get("results", [])} or {"": printed["metrics"]}
        for figure in figures["reports"]:
            if figure["report"] == report:
                value = parts.get(figure["programme"], {}).get(figure["metric"], {}).get("value")
                off = None if value is None else value - figure["value"]
                again = off is not None and abs(off) <= EXACT * max(1, abs(figure["value"]))
                label = " ".join(filter(None, [report, figure["programme"], figure["metric"]]))
                found.append(
                    {"from": "tepat", "name": label, "published": figure["value"], "found": value, "off": off}
                    | {"again": again}
                )
    return found


def line(each: dict[str, Any]) -> str:
    """Return a figure in words."""
    if each["found"] is None:
        return f"{each['name']}: {each['published']:.6g}; cannot be told from these rows"
    said = "the same" if abs(each["off"]) <= EXACT * max(1, abs(each["published"])) else f"off by {each['off']:+.3g}"
    return f"{'' if each['again'] else 'NOT FOUND AGAIN '}{each['name']}: {each['published']:.6g}, {said}"


if __name__ == "__main__":
    sys.exit(main())
