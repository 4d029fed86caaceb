"""What the gate found, and when that stops a publication."""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from validation.errors import GateError

RESULT_COLUMNS = ["table", "rule", "severity", "owner", "says_id", "says_en", "checked", "failed"]
DISTRICT_COLUMNS = ["table", "rule", "district", "checked", "failed"]
FINDING_COLUMNS = ["table", "rule", "severity", "district", "subject", "file", "row"]
ANY = ""
"""In the column `rule`: rows that were kept out, by whichever rules."""


def _empty(columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(columns=columns)


@dataclass(frozen=True)
class Verdict:
    """What the gate found.

    Attributes:
        results: One row a table and rule: table, rule, severity, owner, says_id, says_en, checked and failed (rows).
        districts: One row a table, rule and district with a broken rule, and one a table and district with the rule
            `ANY`: table, rule, district (empty where it cannot be told), checked and failed (rows).
        findings: One row a broken rule of a row: table, rule, severity, district, subject (of a computed table's row),
            file, row (number in the file).
        accepted: Rows let in, by table.
        rejected: Rows kept out, by table.
    """

    results: pd.DataFrame = field(default_factory=lambda: _empty(RESULT_COLUMNS))
    districts: pd.DataFrame = field(default_factory=lambda: _empty(DISTRICT_COLUMNS))
    findings: pd.DataFrame = field(default_factory=lambda: _empty(FINDING_COLUMNS))
    accepted: dict[str, int] = field(default_factory=dict)
    rejected: dict[str, int] = field(default_factory=dict)

    @property
    def quarantine(self) -> pd.DataFrame:
        """The findings that keep a row out, or all of them."""
        return self.findings[self.findings["severity"] != "warn"].reset_index(drop=True)

    @property
    def warned(self) -> pd.DataFrame:
        """The findings that a row is counted with."""
        return self.findings[self.findings["severity"] == "warn"].reset_index(drop=True)

    def and_then(self, other: "Verdict") -> "Verdict":
        """Return both verdicts as one."""
        return Verdict(
            _joined(self.results, other.results),
            _joined(self.districts, other.districts),
            _joined(self.findings, other.findings),
            self.accepted | other.accepted,
            self.rejected | other.rejected,
        )


def _joined(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    filled = [frame for frame in (first, second) if not frame.empty]
    return pd.concat(filled, ignore_index=True) if filled else first


def refuse(verdict: Verdict, *, files: dict[str, str], limit: float | None) -> None:
    """Raise when a rule that blocks is broken, or a table lost a larger share of its rows than `limit`, or all.

    Without a limit, only a rule that blocks counts.

    Raises:
        GateError: names the table, the rule that most rows broke, and the rows.
    """
    if limit is not None:
        _refuse_for_rows(verdict, files, limit)
    blocked = verdict.results[(verdict.results["severity"] == "block") & (verdict.results["failed"] > 0)]
    if not blocked.empty:
        _refuse_for_rule(verdict, blocked.iloc[0])


def _refuse_for_rows(verdict: Verdict, files: dict[str, str], limit: float) -> None:
    for table, rejected in verdict.rejected.items():
        total = rejected + verdict.accepted[table]
        if total and (rejected / total > limit or rejected == total):
            found = verdict.quarantine[verdict.quarantine["table"] == table]
            rule = found["rule"].mode().iloc[0]
            says = verdict.results.loc[verdict.results["rule"] == rule, "says_en"].iloc[0]
            rows = found.loc[found["rule"] == rule, "row"]
            raise GateError(
                f"{files.get(table, table)}: {rejected} of {total} rows may not be counted, more than the limit of "
                f"{limit:.0%}.",
                cause=f"Most break the rule “{says}” ({rule}), rows {rows.min()} to {rows.max()}.",
                next_step="`tepat quarantine list --refused` names them all. Correct the export; nothing was "
                "published, the last good snapshot stays in use.",
            )


def _refuse_for_rule(verdict: Verdict, rule: Any) -> None:
    found = verdict.findings[verdict.findings["rule"] == rule["rule"]]
    subjects = ", ".join(found["subject"].where(found["subject"] != "", found["row"].astype(str)).head(5))
    raise GateError(
        f"The rule {rule['rule']} is broken, which stops a publication: {subjects}.",
        cause=f"It says: {rule['says_en']}.",
        next_step="Export it again, or change the limit in the settings if the data are right; nothing was published, "
        "the last good snapshot stays in use.",
    )
