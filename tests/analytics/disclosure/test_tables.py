"""A table that is made safe for anybody."""

import pandas as pd
import pytest

from analytics.disclosure import DisclosureError, attack, region_tree, safe_table
from analytics.disclosure.thresholds import PROTECTION


def table(**counts: int) -> pd.DataFrame:
    return pd.DataFrame({"kind": list(counts), "n": list(counts.values())})


def shown(found: pd.DataFrame) -> dict[str, int]:
    return found.dropna().set_index("kind")["n"].to_dict()


def test_a_list_keeps_its_total_and_hides_two():
    assert shown(safe_table(table(a=50, b=4, c=12, d=0), ["kind"])) == {"": 66, "a": 50, "d": 0}


def test_a_total_of_a_few_is_hidden_too():
    assert shown(safe_table(table(a=4, b=3), ["kind"])) == {}


def test_a_list_without_small_counts_stays_as_it_is():
    assert shown(safe_table(table(a=50, b=40), ["kind"])) == {"": 90, "a": 50, "b": 40}


def test_hierarchies_and_two_dimensions_are_attacked_in_vain():
    codes = [f"1.0{place}" for place in range(1, 7)]
    cells = pd.DataFrame(
        [(code, kind, 3 + 7 * at * (kind == "x")) for at, code in enumerate(codes) for kind in "xy"],
        columns=["region", "kind", "n"],
    )
    tree = {"region": region_tree(codes)}
    found = attack(safe_table(cells, ["region", "kind"], hierarchy=tree), ["region", "kind"], hierarchy=tree)
    assert (found["high"] - found["low"]).min() >= PROTECTION


@pytest.mark.parametrize("bad", [pd.DataFrame({"kind": ["a", "a"], "n": [1, 2]}), table(a=-1)])
def test_what_is_no_table_of_counts_is_refused(bad):
    with pytest.raises(DisclosureError):
        safe_table(bad, ["kind"])
