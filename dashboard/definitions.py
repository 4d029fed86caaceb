"""Definitions: what a metric's label must say, as Markdown, from the registry alone."""

from analytics.metrics import Metric
from dashboard.words import Words


def definition(entry: Metric, words: Words) -> str:
    """Return a metric's definition as Markdown: numerator, denominator, exclusions, source, owner, target."""
    language = words.language
    lines = [f"**{entry.label.to(language)}**"]
    if entry.denominator_says is None:
        lines.append(words("panels.counts", what=entry.numerator_says.to(language)))
    else:
        lines += [
            words("panels.numerator", what=entry.numerator_says.to(language)),
            words("panels.denominator", what=entry.denominator_says.to(language)),
            words("panels.minimum", n=words.number(entry.minimum_n)),
        ]
    lines += [
        words("panels.excludes", what=entry.excludes.to(language)),
        words("panels.source", what=entry.source.to(language)),
        words("panels.owner", what=entry.owner.to(language)),
        words(f"panels.kind_{entry.kind}"),
    ]
    if entry.target is not None:
        lines.append(words("panels.target", value=words.percent(entry.target, decimals=0)))
    return "  \n".join(lines)
