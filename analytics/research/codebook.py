"""The codebook of the microdata: what each column means, its values, and how far it was generalised."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from analytics.research.columns import ANY, QUASI, UNKNOWN, Sensitive
from analytics.research.generalise import Generalised

ROW: Final = "row"
_SAYS: Final = {ANY: "generalised away or suppressed", UNKNOWN: "the records do not say"}


def codebook(
    found: Generalised, sensitive: tuple[Sensitive, ...], *, periods: Mapping[str, str], places: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return one entry a column: column, role, meaning, unit, source, generalised, values.

    Args:
        found: The generalised families.
        sensitive: The sensitive columns.
        periods: Programme to the period that its payments speak of.
        places: Names of regions by their code.
    """
    entries = [
        _entry(ROW, "row number", "A number drawn for this export alone; it says nothing and joins with nothing", {})
    ]
    for quasi in QUASI:
        column = quasi.column
        entries.append(
            _entry(
                quasi.name, "quasi-identifier", column.meaning if quasi.name != "head_age" else "Age of the head",
                _values(found.rows[quasi.name], places if quasi.name == "region" else {}),
                unit="years" if quasi.name == "head_age" else column.unit, source=quasi.source,
                generalised=quasi.steps[found.levels[quasi.name]][0],
            )
        )  # fmt: skip
    paid = {f"receives_{name.lower()}": period for name, period in periods.items()}
    for each in sensitive:
        meaning = f"{each.meaning} ({paid[each.name]})" if each.name in paid else each.meaning
        values = {value: _SAYS.get(value, "") for value in each.values}
        entries.append(_entry(each.name, "sensitive", meaning, values))
    return entries


def as_markdown(entries: list[dict[str, Any]], manifest: Mapping[str, Any]) -> str:
    """Return the codebook for people."""
    lines = [
        f"# Codebook: {manifest['dataset']}, snapshot {manifest['snapshot']}",
        "",
        *_about(manifest),
    ]
    for entry in entries:
        lines += ["", f"## {entry['column']}", "", f"{entry['meaning']}. Role: {entry['role']}."]
        lines += [f"Unit: {entry['unit']}."] if entry["unit"] else []
        lines += [f"From `{entry['source']}`, as: {entry['generalised']}."] if entry["source"] else []
        if entry["values"]:
            lines += ["", "| value | |", "| --- | --- |"]
            lines += [f"| {value} | {meaning} |" for value, meaning in entry["values"].items()]
    return "\n".join(lines) + "\n"


def _about(manifest: Mapping[str, Any]) -> list[str]:
    k, least = manifest["k"]["found"], manifest["l"]["found"]
    rows, until, share = f"{manifest['rows']:,}", manifest["data_until"], f"{manifest['suppressed_share']:.2%}"
    return [
        f"`families.parquet` and `families.csv`: {rows} rows, one a family; data until {until}.",
        f"At least {k} families share all quasi-identifiers; each sensitive column has at least {least} values there.",
        f"Of {share} of the families all quasi-identifiers are suppressed.",
    ]


def _entry(
    column: str, role: str, meaning: str, values: Mapping[str, str], *, unit: str = "", source: str = "",
    generalised: str = "",
) -> dict[str, Any]:  # fmt: skip
    return {
        "column": column, "role": role, "meaning": meaning, "unit": unit, "source": source, "generalised": generalised,
        "values": dict(values),
    }  # fmt: skip


def _values(column: pd.Series, names: Mapping[str, str]) -> dict[str, str]:
    return {value: _SAYS.get(value, names.get(value, "")) for value in sorted(column.unique())}
