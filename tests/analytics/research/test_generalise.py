"""The least generalisation: k and l counted three ways, the best of all nodes, no unique family left."""

from collections import Counter, defaultdict
from itertools import pairwise, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from analytics.research.anonymity import Anonymity, anonymity, by_pycanon, require
from analytics.research.columns import ANY, QUASI, bands
from analytics.research.errors import ResearchError
from analytics.research.generalise import describe, generalise

NAMES = [quasi.name for quasi in QUASI]
FINEST = {
    "region": ("35.10.01", "35.10.02", "35.11.01", "36.01.01"),
    "size": ("1", "2", "3", "4", "8+", "unknown"),
    "head_age": ("0 to 24", "40 to 44", "45 to 49", "60 to 64", "80+"),
    "head_sex": ("male", "female"),
    "disability": ("yes", "no"),
    "channel": ("self", "agent", "none"),
}


def families(count: int, *, seed: int = 1) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    rows = {name: draw.choice(values, count) for name, values in FINEST.items()}
    rows |= {"decile": draw.choice(["1", "2", "3"], count), "receives_pkh": draw.choice(["yes", "no"], count)}
    return pd.DataFrame(rows).astype("str")


def counted(rows: pd.DataFrame, sensitive: list[str]) -> Anonymity:
    """k and l with the standard library alone."""
    keys = [tuple(row) for row in rows[NAMES].to_numpy().tolist()]
    sizes, values = Counter(keys), defaultdict(set)
    for name in sensitive:
        for key, value in zip(keys, rows[name], strict=True):
            values[key, name].add(value)
    return Anonymity(min(sizes.values()), min(map(len, values.values()), default=min(sizes.values())))


@given(st.integers(12, 200), st.integers(0, 10_000), st.integers(2, 6), st.integers(1, 2))
@effort(max_examples=25)
def test_k_and_l_are_reached_as_three_counts_say(count, seed, k, diversity):
    rows, names = families(count, seed=seed), ["decile", "receives_pkh"]
    found = generalise(rows, sensitive=names, least=Anonymity(k, diversity), most_suppressed=0.1)
    ours = anonymity(found.rows, quasi=NAMES, sensitive=names)
    assert ours == counted(found.rows, names) == by_pycanon(found.rows, quasi=NAMES, sensitive=names)
    assert ours.k >= k
    assert ours.l >= diversity
    assert (found.rows[names] == rows[names]).all(axis=None)
    assert (found.rows[NAMES] == ANY).all(axis=1).mean() >= found.suppressed
    assert found.suppressed <= 0.1


def test_the_node_that_is_found_loses_least_of_all_that_hold():
    """Every node again with pandas: the loss by value counts, the small classes by groupby."""
    rows, quasi, k, most = families(300), QUASI[:3], 5, 0.06
    found = generalise(rows, sensitive=[], least=Anonymity(k, 1), most_suppressed=most, quasi=quasi)
    losses = {}
    for node in product(*(range(len(each.steps)) for each in quasi)):
        made = {each.name: each.steps[level][1](rows[each.name]) for each, level in zip(quasi, node, strict=True)}
        sizes = pd.DataFrame(made).groupby(list(made))[quasi[0].name].transform("size")
        gone = int((sizes < k).sum())
        if 0 < gone < k:  # too few for a class of their own: the smallest class that holds joins them
            gone += int(sizes[sizes >= k].min())
        if gone <= most * len(rows):
            own = [rows[each.name].map(rows[each.name].value_counts()) for each in quasi]
            all_ = [made[each.name].map(made[each.name].value_counts()) for each in quasi]
            losses[node] = sum(float(-np.log2(a / b).sum()) for a, b in zip(own, all_, strict=True))
    assert len(losses) > 3
    assert losses[tuple(found.levels.values())] == pytest.approx(min(losses.values()))


def test_a_unique_family_is_generalised_or_suppressed():
    rows = pd.concat([families(1)] * 100, ignore_index=True)
    rows["decile"] = np.where(np.arange(100) % 2, "1", "2")
    rows.loc[57, NAMES] = ["36.01.01", "8+", "80+", "female", "yes", "none"]
    found = generalise(rows, sensitive=["decile"], least=Anonymity(5, 1), most_suppressed=0.1)
    assert counted(found.rows, ["decile"]).k >= 5
    same = (found.rows[NAMES] == found.rows.loc[57, NAMES]).all(axis=1)
    assert same.sum() >= 5


def test_a_class_with_one_sensitive_value_alone_does_not_stand():
    rows = pd.concat([families(1)] * 60, ignore_index=True)
    rows["receives_pkh"] = ["yes"] * 20 + ["no"] * 20 + ["yes", "no"] * 10
    rows["region"] = ["35.10.01"] * 20 + ["35.10.02"] * 40
    loose = generalise(rows, sensitive=["receives_pkh"], least=Anonymity(5, 1), most_suppressed=0)
    assert describe(loose.levels)["region"] == "district"
    tight = generalise(rows, sensitive=["receives_pkh"], least=Anonymity(5, 2), most_suppressed=0)
    assert describe(tight.levels)["region"] == "regency"


@pytest.mark.parametrize(
    ("count", "least", "says"),
    [(4, Anonymity(5, 1), "fewer than k"), (40, Anonymity(5, 3), "l = 3 cannot be reached")],
)
def test_what_cannot_be_reached_is_refused(count, least, says):
    with pytest.raises(ResearchError, match=says):
        generalise(families(count), sensitive=["receives_pkh"], least=least, most_suppressed=0.05)


def test_rows_that_are_not_anonymous_are_not_given_away():
    rows = families(30)
    with pytest.raises(ResearchError, match="not as anonymous"):
        require(rows, quasi=NAMES, sensitive=["decile"], least=Anonymity(5, 2))
    with pytest.raises(ResearchError, match="empty"):
        require(rows.assign(size=None), quasi=NAMES, sensitive=["decile"], least=Anonymity(1, 1))


def test_bands_hold_every_number_and_say_where_none_is_known():
    found = bands(pd.Series([0, 24, 25, 44, 80, 103, None]), (0, 25, 45, 80))
    assert found.tolist() == ["0 to 24", "0 to 24", "25 to 44", "25 to 44", "80+", "80+", "unknown"]
    assert bands(pd.Series([1, 2, 9]), (1, 2, 3)).tolist() == ["1", "2", "3+"]


@pytest.mark.parametrize("quasi", QUASI, ids=NAMES)
def test_every_level_is_coarser_than_the_one_before_and_the_last_says_nothing(quasi):
    finest = pd.Series([*FINEST[quasi.name], "unknown"], dtype="str")
    if quasi.name == "head_age":
        finest = pd.concat(
            [finest, bands(pd.Series(range(15, 90)), (0, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80))]
        )
    levels = [step(finest) for _, step in quasi.steps]
    for fine, coarse in pairwise(levels):
        assert pd.DataFrame({"fine": fine, "coarse": coarse}).groupby("fine")["coarse"].nunique().max() == 1
        assert coarse.nunique() < fine.nunique()
    assert set(levels[-1]) == {ANY}
