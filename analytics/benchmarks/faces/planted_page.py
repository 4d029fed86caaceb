"""The planted test in words: a page for people, a dictionary for machines."""

from textwrap import fill

from analytics.benchmarks.faces.planted import KINDS, RATIOS, Found, PlantedResults, Point, missed

WIDTH = 120
PLANTED = (
    "Applicants of the simulated pilot, one in a hundred of them a second record of another. Kept ones have "
    "another NIK or a slip in it, and slips in name (30 %) and birth date (10 %). Altered ones have another NIK "
    "and another name; the birth date is kept in two of three, the village in half. Faces are drawn from the "
    "error rates that dlib's model has among the Asian people of Labeled Faces in the Wild: of genuine pairs "
    "17.3 % are missed at a false match rate of 1e-3 after norming, as measured there. The posteriors are "
    "calibrated on other simulated people; the share of the duplicates and how records are altered are learnt "
    "from the pairs themselves."
)
TRUST = (
    (
        "False match rates below 1e-4 are the simulation's extrapolation: the measured subset has 32,000 pairs "
        "of different people. With twice the false pairs the fused search would still find 58.6 % of the "
        "altered ones at 1.2 pairs for each true one (360,000 people, seed 1)."
    ),
    (
        "Simulated faces do not show sex, and records do: with real faces, pairs of one sex are more alike, up "
        "to about twice."
    ),
    (
        "Twins share what the evidence takes for independent. Where 0.4 % of the applicants are twins (60,000 "
        "people, seed 1), 1.64 pairs come to each true one instead of 1.32, and 333 false pairs instead of the "
        "237 that were expected. Those of one village are named, and never probable."
    ),
    ("Altered ones that keep neither birth date nor village cannot be found at this size by this model of faces."),
)
"""What the table does not say; measured once, with the options named."""


def markdown(results: PlantedResults) -> str:
    """Return the test's page: what was found by each way of searching, and the curve."""
    lines = [
        "# Duplicates: the planted test",
        "",
        "Made by `tepat benchmark duplicates`.",
        "",
        fill(PLANTED, WIDTH),
        "",
        (
            f"N = {results.people:,} applicants, {results.duplicates:,} of them second records, half of them kept and "
            f"half altered; seed {results.seed}; {results.twins:.1%} of the applicants are a twin of another."
        ),
        "",
        (
            "| search | pairs to review | of one person | pairs for each true one | expected of two people | "
            "kept found | altered found |"
        ),
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for search in results.searches.values():
        shares = " | ".join(_with_interval(search.found[kind]) for kind in KINDS)
        false = f"{search.expected_false:,.0f} (were {search.pairs - search.true:,})"
        lines.append(
            f"| {search.name} | {search.pairs:,} | {search.true:,} | {search.ratio:.2f} | {false} | {shares} |"
        )
    lines += ["", "What the fused search found of the altered ones:", "", "| kept of the record | planted | found |"]
    lines.append("| --- | ---: | ---: |")
    for name, found in results.searches["fused"].found.items():
        if ", " in name:
            lines.append(f"| {name.partition(', ')[2]} | {found.planted:,} | {_with_interval(found)} |")
    lines += ["", "The curve, likeliest pairs first: shares found of kept / altered ones.", ""]
    lines += ["| pairs for each true one, at most | " + " | ".join(results.searches) + " |"]
    lines += ["| ---: |" + " ---: |" * len(results.searches)]
    for ratio in RATIOS:
        cells = [_at(search.curve, ratio) for search in results.searches.values()]
        lines.append(f"| {ratio:g} | {' | '.join(cells)} |")
    demands = missed(results)
    lines += ["", "All demands are met." if not demands else "Missed: " + "; ".join(demands) + "."]
    lines += ["", "## How far to trust this", ""]
    lines += [fill(f"- {said}", WIDTH, subsequent_indent="  ") for said in TRUST]
    return "\n".join(lines) + "\n"


def as_dict(results: PlantedResults) -> dict[str, object]:
    """Return the results as JSON values, with what was missed."""
    searches = {
        name: {
            "line": search.line,
            "pairs": search.pairs,
            "true": search.true,
            "expected_false": search.expected_false,
            "found": {kind: found._asdict() for kind, found in search.found.items()},
            "curve": [point._asdict() for point in search.curve],
            "seconds": search.seconds,
        }
        for name, search in results.searches.items()
    }
    said = {"people": results.people, "duplicates": results.duplicates, "twins": results.twins, "seed": results.seed}
    fnmr = {f"{fmr:.0e}": share for fmr, share in results.fnmr.items()}
    return said | {"searches": searches, "fnmr": fnmr, "missed": missed(results)}


def _with_interval(found: Found) -> str:
    return f"{found.share:.1%} ({found.low:.1%}–{found.high:.1%})"


def _at(curve: tuple[Point, ...], ratio: float) -> str:
    """Return the last point that a ratio allows; a dash where it allows no pair."""
    allowed = [point for point in curve if point.ratio <= ratio]
    if not allowed:
        return "–"
    point = max(allowed, key=lambda each: each.pairs)
    return f"{point.pairs:,} pairs: {point.found['kept']:.1%} / {point.found['altered']:.1%}"
