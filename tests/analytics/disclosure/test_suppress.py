"""What is hidden stays hidden: attacks on random tables, region trees, and patterns that can be told by hand."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.disclosure import PROTECTION, DisclosureError, attack, audit, hidden_in_list, region_tree, suppress
from analytics.disclosure.suppress import published
from tests.analytics.disclosure.attacking import inside, widths

CUBE = ["region", "kind", "channel"]
CUBE_CELLS = list(itertools.product(["1", "2", "3"], ["a", "b", "c"], ["x", "y", "z"]))
TREE = [f"{p}.{r:02}.{d:02}" for p, r, d in [(11, 1, 1), (11, 1, 2), (11, 2, 1), (12, 1, 1), (12, 1, 2), (12, 1, 3)]]
TREE_CELLS = list(itertools.product(TREE, ["x", "y"]))
COUNTS = st.one_of(st.just(0), st.integers(1, 9), st.integers(10, 25), st.integers(26, 2_000))


def table(cells: list[tuple[str, ...]], dimensions: list[str], counts: list[int]) -> pd.DataFrame:
    return pd.DataFrame(cells, columns=dimensions).assign(n=counts)


def is_safe(cells: pd.DataFrame, dimensions: list[str], **options) -> pd.DataFrame:
    """Assert what every table must satisfy, and return it."""
    found = suppress(cells, dimensions, **options)
    truth = [
        sum(n for *values, n in cells.itertuples(index=False)
            if all(inside(v, w) for v, w in zip(values, row, strict=True)))
        for row in found[dimensions].itertuples(index=False)
    ]  # fmt: skip
    hidden = found["n"].isna()
    assert found.loc[~hidden, "n"].tolist() == [n for n, none in zip(truth, hidden, strict=True) if not none]
    assert [reason == "small" for reason in found["reason"]] == [0 < n < 10 for n in truth]
    assert ((found["reason"] != "") == hidden).all()
    if hidden.any():
        assert min(widths(cells, published(found), dimensions)) >= PROTECTION - 1e-6
    return found


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(COUNTS, min_size=27, max_size=27))
def test_no_margin_of_three_by_three_by_three_tells_a_hidden_count(counts):
    is_safe(table(CUBE_CELLS, CUBE, counts), CUBE)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(COUNTS, min_size=len(TREE_CELLS), max_size=len(TREE_CELLS)))
def test_no_total_of_a_region_tells_a_hidden_count(counts):
    dimensions = ["region", "channel"]
    is_safe(table(TREE_CELLS, dimensions, counts), dimensions, hierarchy={"region": region_tree(TREE)})


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(COUNTS, min_size=1, max_size=12))
def test_a_list_is_hidden_so_that_its_total_tells_nothing(counts):
    hidden = hidden_in_list(pd.Series(counts)).to_numpy()
    cells = table([(str(at),) for at in range(len(counts))], ["place"], counts)
    assert hidden[(np.array(counts) > 0) & (np.array(counts) < 10)].all()
    shown = pd.concat([cells, pd.DataFrame({"place": [""], "n": [sum(counts)]})]).astype({"n": "Int64"})
    shown.loc[[*hidden, False], "n"] = pd.NA
    left = (np.array(counts) > 0) & ~hidden
    if hidden.any() and left.any():  # with all of them hidden the total alone is left to hide
        assert min(widths(cells, shown, ["place"])) >= PROTECTION


def test_small_counts_hidden_alone_would_be_told():
    """The attack finds what the closure prevents: without it this file would test nothing."""
    cells = table(list(itertools.product("123", "abc")), ["r", "s"], [40, 50, 60, 70, 3, 80, 90, 45, 55])
    found = suppress(cells, ["r", "s"])
    alone = published(found).assign(n=found["n"].where(found["reason"] == "small"))
    whole = {("2", "b"): 3}
    for values in itertools.product(["1", "2", "3", ""], ["a", "b", "c", ""]):
        rows = (found["r"] == values[0]) & (found["s"] == values[1])
        inner = cells[[inside(r, values[0]) and inside(s, values[1]) for r, s in cells[["r", "s"]].to_numpy()]]
        alone.loc[rows, "n"] = pd.NA if values in whole else inner["n"].sum()
    assert audit(alone, ["r", "s"]) == 0
    assert attack(alone, ["r", "s"])["low"].tolist() == [3]
    assert audit(published(found), ["r", "s"]) >= PROTECTION


@pytest.mark.parametrize("seed", range(8))
def test_one_small_cell_takes_the_cheapest_cycle(seed):
    """With one cell to protect and all totals shown, the least loss is the cheapest cycle through it: tried out."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(20, 200, size=(5, 5))
    counts[2, 3] = 4
    cells = table(list(itertools.product("01234", "01234")), ["r", "s"], counts.ravel().tolist())
    found = suppress(cells, ["r", "s"])
    assert (found["reason"] == "small").sum() == 1
    beside = found[found["reason"] == "beside"]
    assert (beside[["r", "s"]] != "").all(axis=None)
    loss = sum(counts[int(r), int(s)] for r, s in beside[["r", "s"]].to_numpy())
    others = [i for i in range(5) if i != 2], [j for j in range(5) if j != 3]
    four = [counts[2, j] + counts[i, 3] + counts[i, j] for i, j in itertools.product(*others)]
    six = [
        counts[2, j] + counts[i, j] + counts[i, k] + counts[h, k] + counts[h, 3]
        for i, h in itertools.permutations(others[0], 2)
        for j, k in itertools.permutations(others[1], 2)
    ]
    assert loss == min(*four, *six)


def test_a_table_of_few_shows_no_total_either():
    cells = table([("1",), ("2",)], ["place"], [3, 4])
    found = is_safe(cells, ["place"])
    assert found["n"].isna().all()


def test_zeros_and_tables_without_few_are_shown_whole():
    cells = table([("1",), ("2",), ("3",)], ["place"], [0, 10, 400])
    assert suppress(cells, ["place"])["reason"].eq("").all()


def test_an_only_district_is_hidden_with_its_regency_and_what_that_takes():
    codes = ["11.01.01", "11.02.01", "11.02.02"]
    hierarchy = {"region": region_tree(codes)}
    found = is_safe(table([(code,) for code in codes], ["region"], [6, 30, 500]), ["region"], hierarchy=hierarchy)
    assert set(found.loc[found["n"].isna(), "region"]) >= {"11.01.01", "11.01", "11.02"}
    assert found.set_index("region")["n"][""] == 536


def test_what_leaves_does_not_say_which_count_was_the_small_one():
    cells = table(CUBE_CELLS, CUBE, [5, *([40] * 26)])
    assert list(published(suppress(cells, CUBE)).columns) == [*CUBE, "n"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("1", 5), ("1", 6)], "made safe from its cells"),
        ([("", 5), ("1", 6)], "made safe from its cells"),
        ([("1", -5)], "Only whole counts"),
        ([("1", 1.5)], "Only whole counts"),
        ([("1", None)], "Only whole counts"),
    ],
)
def test_tables_that_are_none_are_refused(rows, message):
    with pytest.raises(DisclosureError, match=message):
        suppress(pd.DataFrame(rows, columns=["place", "n"]), ["place"])


def test_a_hierarchy_in_a_circle_is_refused():
    with pytest.raises(DisclosureError, match="circle"):
        suppress(table([("1",)], ["place"], [50]), ["place"], hierarchy={"place": {"1": "2", "2": "1"}})
