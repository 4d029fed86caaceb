"""What a search for duplicates finds: pairs with their evidence, and the run that made them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import pandas as pd

Band = Literal["distinct", "review", "probable"]
BANDS: tuple[Band, ...] = ("distinct", "review", "probable")
NAMED = ("twin", "sibling", "child")
"""Pairs of whom a likeness is no wonder; "" = none of them."""

JUDGED = frozenset({"face", "kind"})
"""Fields of the evidence that are the search's own judgement: how alike the faces are, and whether records look like
a person's kept or altered ones. Who reviews blind does not see them."""

PAIR_COLUMNS = {
    "a": "person_id of the one, a < b as text",
    "b": "person_id of the other",
    "family_a": "family_id",
    "family_b": "family_id",
    "village_a": "region code",
    "village_b": "region code",
    "district_a": "region code",
    "district_b": "region code",
    "channel_a": "self, agent; empty = not known",
    "channel_b": "self, agent; empty = not known",
    "agent_a": "agent_id; empty = none",
    "agent_b": "agent_id; empty = none",
    "face": "log10 likelihood ratio of the faces; empty = at least one has no template",
    "record": "log10 likelihood ratio of the records; empty = not compared",
    "prior": "log10 prior odds of a pair",
    "probability": "posterior probability that both are one person, in [0, 1]",
    "band": "distinct, review or probable",
    "named": "twin, sibling, child or empty",
    "cluster": "whole number: pairs of one cluster are thought to be one person",
    "evidence": "list of mappings: field, level (agreement in words of a code), log10_lr; never a value of a record",
}
"""Columns of pairs, in this order."""


@dataclass(frozen=True, kw_only=True)
class SearchRun:
    """How pairs were found; every finding carries it.

    Attributes:
        dataset, snapshot: Whose people.
        at: When, UTC.
        people: People who were compared.
        templates: Of these with a template.
        pairs: Pairs among them, n (n - 1) / 2.
        model: Face model; empty = records alone.
        calibration: Id of the calibration of face evidence; empty = records alone.
        settings: Everything else that decides what is found: target, budget, thresholds, blocking, seeds.
        method: Search of faces: exact or approximate.
        recall: Share of the exact search's pairs that were found, measured on a sample; 1 where exact.
        target: False-positive identification rate that was asked for.
        expected_false: Expected pairs of different people among those to review or probable.
    """

    dataset: str
    snapshot: str
    at: datetime
    people: int
    templates: int
    pairs: int
    model: str
    calibration: str
    settings: Mapping[str, Any]
    method: str
    recall: float
    target: float
    expected_false: float


@dataclass(frozen=True, kw_only=True)
class Findings:
    """A run and its pairs (`PAIR_COLUMNS`)."""

    run: SearchRun
    pairs: pd.DataFrame
