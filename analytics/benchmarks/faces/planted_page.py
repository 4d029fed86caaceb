"""The planted test in words: a page for people, a dictionary for machines."""

from analytics.benchmarks.faces.planted import KINDS, RATIOS, Found, PlantedResults, Point, missed


def markdown(results: PlantedResults) -> str:
    """Return the test's page: what was found by each way of searching, and the curve."""
    lines = [
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
