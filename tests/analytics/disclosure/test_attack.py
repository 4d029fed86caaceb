"""The attacker's bounds against tables whose bounds can be written down."""

import itertools

import numpy as np
import pandas as pd
import pytest

from analytics.disclosure import DisclosureError, attack, audit, region_tree

DIMENSIONS = ["activity", "region"]
INVESTMENT = np.array([[20, 50, 10, 80], [8, 19, 22, 49], [17, 32, 12, 61], [45, 101, 44, 190]])
"""Investment of enterprises by activity and region: Willenborg & de Waal 1996, taken up by Fischetti & Salazar 2001."""


def investment(*hidden: tuple[int, int]) -> pd.DataFrame:
    rows = [
        {"activity": activity, "region": region, "n": pd.NA if (i, j) in hidden else INVESTMENT[i, j]}
        for i, activity in enumerate(["1", "2", "3", ""])
        for j, region in enumerate(["a", "b", "c", ""])
    ]
    return pd.DataFrame(rows).astype({"n": "Int64"})


def test_a_cell_hidden_alone_is_computed():
    (found,) = attack(investment((1, 2)), DIMENSIONS).to_dict("records")
    assert (found["low"], found["high"]) == (22, 22)
    assert audit(investment((1, 2)), DIMENSIONS) == 0


def test_four_hidden_cells_leave_the_bounds_that_frechet_gives():
    found = attack(investment((1, 0), (1, 2), (2, 0), (2, 2)), DIMENSIONS, least_hidden=0)
    found = found.set_index(DIMENSIONS)
    row, column, whole = 8 + 22, 22 + 12, 8 + 22 + 17 + 12
    assert found.loc[("2", "c"), "low"] == max(0, row + column - whole) == 5
    assert found.loc[("2", "c"), "high"] == min(row, column) == 30


def test_that_zeros_are_shown_makes_the_attacker_stronger():
    pattern = ((1, 0), (1, 2), (2, 0), (2, 2))
    weak, strong = (attack(investment(*pattern), DIMENSIONS, least_hidden=least) for least in (0, 1))
    assert (strong["low"] >= weak["low"]).all()
    assert (strong["high"] <= weak["high"]).all()
    assert audit(investment(*pattern), DIMENSIONS) == (strong["high"] - strong["low"]).min()


def test_whole_counts_are_bounded_as_by_trying_all_of_them():
    cells = list(itertools.product("ab", "xy", "pq"))
    truth = dict(zip(cells, [3, 1, 2, 4, 1, 5, 2, 2], strict=True))
    rows = [
        dict(zip("rst", row, strict=True))
        | {"n": sum(n for c, n in truth.items() if all(v in {"", w} for v, w in zip(row, c, strict=True)))}
        for row in itertools.product(["a", "b", ""], ["x", "y", ""], ["p", "q", ""])
    ]  # fmt: skip
    published = pd.DataFrame(rows).astype({"n": "Int64"})
    published.loc[(published[["r", "s", "t"]] != "").all(axis=1), "n"] = pd.NA
    found = attack(published, ["r", "s", "t"], whole=True)
    possible = []
    for move in range(-6, 7):  # with all margins shown one number is free
        signs = [(-1) ** sum(a != b for a, b in zip(cell, cells[0], strict=True)) for cell in cells]
        table = [truth[cell] + sign * move for cell, sign in zip(cells, signs, strict=True)]
        if min(table) >= 1:
            possible.append(table)
    assert found["low"].tolist() == np.min(possible, axis=0).tolist()
    assert found["high"].tolist() == np.max(possible, axis=0).tolist()


def test_a_district_hidden_alone_is_the_rest_of_its_regency():
    codes = ["35.10.01", "35.10.02", "35.10.03"]
    published = pd.DataFrame({"region": [*codes, "35.10", "35", ""], "n": [50, pd.NA, 40, 97, 97, 97]})
    (found,) = attack(published, ["region"], hierarchy={"region": region_tree(codes)}).to_dict("records")
    assert (found["low"], found["high"]) == (7, 7)


def test_cells_that_were_never_published_are_unknown_too_but_not_audited():
    published = pd.DataFrame({"region": ["1", "2", ""], "kind": ["", "", ""], "n": [50, 60, 110]})
    cells = pd.DataFrame({"region": ["1", "2"], "kind": ["a", "b"], "n": [pd.NA, pd.NA]})
    found = attack(pd.concat([published, cells]), ["region", "kind"])
    never = found[~found["hidden"]]
    assert set(zip(never["region"], never["kind"], strict=True)) == {("1", "b"), ("2", "a"), ("", "a"), ("", "b")}
    assert audit(published, ["region", "kind"]) == np.inf


def test_counts_that_do_not_add_up_are_refused():
    wrong = investment()
    wrong.loc[0, "n"] = 21
    wrong.loc[1, "n"] = pd.NA
    with pytest.raises(DisclosureError, match="do not add up"):
        attack(wrong, DIMENSIONS)
