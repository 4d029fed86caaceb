"""Rules in force, and the lists that they and others would make: title, tables and figures."""

from typing import Final

import pandas as pd

from dashboard.asking import Question, asked, group_name, rule_name, threshold
from dashboard.charts.changes import changes
from dashboard.charts.chart import Chart
from dashboard.charts.estimates import estimates
from dashboard.reader import Reader

COUNTS: Final = ("families", "before", "after", "moves_in", "moves_out", "unknown", "a_year_before", "a_year_after")
ERRORS: Final = ("inclusion", "exclusion")
RULE_COLUMNS: Final = ("rule", "threshold", "since", "status", "source")


def title(reader: Reader, question: Question) -> str:
    """Return what the changed rules would do, or how many families the rules refuse nothing today."""
    words = reader.words
    if not question.programme:
        return words("rules.title_none")
    row = asked(reader, question).movers.iloc[0]
    if not question.changes:
        return words("rules.title_now", programme=question.programme, listed=words.number(row["after"]))
    moves = {"moves_in": words.number(row["moves_in"]), "moves_out": words.number(row["moves_out"])}
    if len(question.changes) > 1:
        count = words.number(len(question.changes))
        return words("rules.title_many", programme=question.programme, count=count, **moves)
    ((name, value),) = question.changes
    rule = next(rule for rule in reader.rules(question.programme) if rule.id == name)
    facts = moves | {"programme": question.programme, "rule": rule_name(words, name)}
    if value is None:
        return words("rules.title_without", **facts)
    return words("rules.title_set", threshold=threshold(words, rule, value), **facts)


def rules(reader: Reader, *, programme: str) -> pd.DataFrame:
    """Return the rules in force in words."""
    words = reader.words
    rows = []
    for rule in reader.rules(programme) if programme else ():
        said = threshold(words, rule, rule.value) if rule.test == "above" else ""
        rows.append(
            {
                "rule": rule.refuses.to(words.language).format(value=said),
                "threshold": said or words("rules.no_threshold"),
                "since": words.day(rule.since),
                "status": words(f"rules.status_{rule.status}"),
                "source": rule.source,
            }
        )
    return pd.DataFrame(rows, columns=list(RULE_COLUMNS))


def movers(reader: Reader, *, question: Question) -> pd.DataFrame:
    """Return both lists in counts and rupiah, by what the question is broken down by."""
    if not question.programme:
        return pd.DataFrame(columns=["name", *COUNTS])
    found = asked(reader, question, by=question.by).movers
    return found.assign(name=[_domain(reader, question, name) for name in found["domain"]])[["name", *COUNTS]]


def errors(reader: Reader, *, question: Question) -> Chart | None:
    """Both errors of the whole list, before and after; of the rules in force alone where nothing is changed."""
    found = asked(reader, question).errors
    if found.empty:
        return None
    words = reader.words
    rows = found.assign(name=[words(f"rules.error_{error}") for error in found["error"]])
    measure, label = words("rules.errors"), words("targeting.error")
    if question.changes:
        return changes(rows, words=words, measure=measure, category_label=label)
    now = rows[["name", "before", "before_low", "before_high"]]
    now = now.set_axis(["name", "value", "low", "high"], axis=1)
    return estimates(now, words=words, measure=measure, category_label=label)


def errors_by(reader: Reader, *, question: Question, error: str) -> Chart | None:
    """One error of both lists by district or group."""
    found = asked(reader, question, by=question.by).errors
    if found.empty:
        return None
    words = reader.words
    rows = found[found["error"] == error]
    rows = rows.assign(name=[_domain(reader, question, name) for name in rows["domain"]])
    return changes(
        rows.reset_index(drop=True),
        words=words,
        measure=words(f"rules.error_{error}"),
        category_label=words("charts.table_group"),
    )


def _domain(reader: Reader, question: Question, name: str) -> str:
    return group_name(reader, question.by, name) if question.by else reader.words("rules.by_whole")
