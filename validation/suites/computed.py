"""Suites of tables that the gate computes about the data: volume, freshness, drift, completeness.

Their rows are cells (a table, a category, a district) and not rows of a file, judged by the same kinds of check.
"""

from validation.checks import Between
from validation.limits import Limits
from validation.rules import Rule
from validation.suites.suite import Suite
from validation.text import Text


def computed_suites(limits: Limits) -> dict[str, Suite]:
    """Return the suites of the computed tables with these limits, by name."""
    suites = (
        Suite(
            name="volume",
            rules=(
                Rule(
                    id="volume.rows.fallen",
                    table="volume",
                    says=Text(
                        f"jumlah baris paling sedikit {limits.fall:.0%} dari yang lazim akhir-akhir ini",
                        f"rows are at least {limits.fall:.0%} of what was usual of late",
                    ),
                    check=Between("ratio", limits.fall),
                    severity="block",
                    owner="data",
                ),
                Rule(
                    id="volume.rows.risen",
                    table="volume",
                    says=Text(
                        f"jumlah baris paling banyak {limits.rise:g} kali yang lazim akhir-akhir ini",
                        f"rows are at most {limits.rise:g} times what was usual of late",
                    ),
                    check=Between("ratio", None, limits.rise),
                    severity="warn",
                    owner="data",
                ),
            ),
        ),
        Suite(
            name="freshness",
            rules=(
                Rule(
                    id="freshness.age_days.limit",
                    table="freshness",
                    says=Text(
                        f"baris terbaru berumur paling lama {limits.age_days} hari",
                        f"the newest row is at most {limits.age_days} days old",
                    ),
                    check=Between("age_days", None, limits.age_days),
                    severity="warn",
                    owner="portal",
                ),
            ),
        ),
        Suite(
            name="drift",
            rules=(
                Rule(
                    id="drift.psi.limit",
                    table="drift",
                    says=Text(
                        f"pangsa kategori mirip data sebelumnya (PSI ≤ {limits.drift:g})",
                        f"shares of categories are like those of the last data (PSI ≤ {limits.drift:g})",
                    ),
                    check=Between("psi", None, limits.drift),
                    severity="warn",
                    owner="data",
                ),
            ),
        ),
        Suite(
            name="completeness",
            rules=(
                Rule(
                    id="completeness.gap.limit",
                    table="completeness",
                    says=Text(
                        f"pangsa terisi di kecamatan tidak lebih dari {limits.gap:.0%} poin di bawah semua kecamatan",
                        f"a district's share of filled values is at most {limits.gap:.0%} points below all districts'",
                    ),
                    check=Between("gap", None, limits.gap),
                    severity="warn",
                    owner="portal",
                ),
            ),
        ),
    )
    return {suite.name: suite for suite in suites}
