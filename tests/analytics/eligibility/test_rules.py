"""The rules: dated, three-valued, and what PKH comes to, on families small enough to reckon by hand."""

import datetime as dt
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from analytics.eligibility import RuleError, rulebook, verdicts
from analytics.eligibility.circumstances import family_circumstances, member_components
from analytics.store import Warehouse
from validation.contract import CONTRACT

DAY = dt.date(2026, 8, 17)
CLEAN = {
    "vehicle": False, "land": 100.0, "power": 900, "wage": 1_000_000, "state_employment": False, "decile": 2,
}  # fmt: skip


def tables(families: list[dict[str, Any]], persons: list[dict[str, Any]]) -> dict[str, Any]:
    """Return Ibis tables of the contract; what a row does not say is empty."""
    connection = ibis.duckdb.connect()
    found = {}
    for name, rows in (("families", families), ("persons", persons)):
        schema = CONTRACT[name].schema
        columns = {field.name: [row.get(field.name) for row in rows] for field in schema}
        found[name] = connection.create_table(
            name, pa.table({field.name: pa.array(columns[field.name], field.type) for field in schema})
        )
    return found


def person(number: int, **said: Any) -> dict[str, Any]:
    known = {"pregnant": False, "disability": False, "deceased": False, "school": "none", "birth_year": 1985}
    return {"person_id": f"p{number}", "family_id": "f", "sex": "female", "relation": "child"} | known | said


def judged(family: dict[str, Any], persons: list[dict[str, Any]], *, programme: str = "PKH") -> pd.Series:
    made = tables([{"family_id": "f", "village": "35.10.01.2001"} | family], persons)
    (row,) = verdicts(made, rulebook(), day=DAY, programmes=(programme,)).to_pyarrow().to_pylist()
    return pd.Series(row)


ELDER = person(1, birth_year=1950)


def test_a_family_that_passes_every_rule_is_entitled():
    row = judged(CLEAN, [ELDER])
    assert (row.verdict, row.refused_by, row.unknown, row.a_year) == ("entitled", "", "", 2_400_000)


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ({"vehicle": True}, "vehicle"),
        ({"land": 5_000.5}, "land"),
        ({"power": 2_200}, "power"),
        ({"wage": 2_989_146}, "wage"),
        ({"state_employment": True}, "state_employment"),
        ({"decile": 5}, "decile"),
    ],
)
def test_each_rule_refuses_alone_above_its_threshold(said, rule):
    row = judged(CLEAN | said, [ELDER])
    assert (row.verdict, row.refused_by) == ("not_entitled", rule)


def test_a_threshold_itself_does_not_refuse():
    at = CLEAN | {"land": 5_000.0, "power": 1_300, "wage": 2_989_145, "decile": 4}
    assert judged(at, [ELDER]).verdict == "entitled"


def test_unknown_is_not_no():
    row = judged(CLEAN | {"wage": None}, [ELDER])
    assert (row.verdict, row.refused_by, row.unknown) == ("unknown", "", "wage")


def test_one_refusal_is_enough_whatever_is_unknown():
    row = judged(CLEAN | {"wage": None, "vehicle": True, "power": 3_500}, [ELDER])
    assert (row.verdict, row.refused_by, row.unknown) == ("not_entitled", "vehicle;power", "wage")


def test_bpnt_reaches_the_fifth_decile_and_asks_for_no_category():
    row = judged(CLEAN | {"decile": 5}, [person(1)], programme="BPNT")
    assert (row.verdict, row.a_year) == ("entitled", 2_400_000)
    assert judged(CLEAN | {"decile": 6}, [person(1)], programme="BPNT").refused_by == "decile"


@pytest.mark.parametrize(
    ("member", "refused", "unknown"),
    [
        (person(1), "no_category", ""),
        (person(1, pregnant=None), "", "no_category"),
        (person(1, pregnant=None, birth_year=1950), "", ""),
        (person(1, birth_year=1950, deceased=True), "deceased;no_category", ""),
        (person(1, birth_year=1950, deceased=None), "", "deceased;no_category"),
        (person(1, deceased=None), "no_category", "deceased"),
    ],
)
def test_categories_are_three_valued_too(member, refused, unknown):
    row = judged(CLEAN, [member])
    assert (row.refused_by, row.unknown) == (refused, unknown)


def test_a_family_without_known_members_is_unknown_and_has_no_amount():
    row = judged(CLEAN, [])
    assert (row.verdict, row.unknown) == ("unknown", "deceased;no_category")
    assert np.isnan(row.a_year)


def test_pkh_pays_the_dearest_of_a_member_and_keeps_to_its_limits():
    members = [
        person(1, pregnant=True, disability=True),  # 3,000,000: the dearer of the two
        person(2, birth_year=2024),  # early childhood, 3,000,000
        person(3, school="sma", birth_year=2009),  # 2,000,000
        person(4, school="smp", birth_year=2012),  # 1,500,000
        person(5, school="sd", birth_year=2016),  # a fourth child: nothing
        person(6, birth_year=1950),  # 2,400,000
        person(7, birth_year=1948, deceased=True),
    ]
    made = tables([{"family_id": "f", "village": "35.10.01.2001"} | CLEAN], members)
    paid = member_components(made["persons"], limits=rulebook().limits, day=DAY).to_pyarrow().to_pandas()
    # Four members: 3,000,000 + 3,000,000 + 2,400,000 + 2,000,000; the pupil of smp is the fifth.
    assert dict(zip(paid["person_id"], paid["component"], strict=True)) == {
        "p1": "pregnancy", "p2": "early_childhood", "p3": "sma", "p6": "elderly",
    }  # fmt: skip
    assert judged(CLEAN, members).a_year == 10_400_000


def test_amounts_and_verdicts_agree_with_plain_python_on_the_pilot(pilot: Warehouse):
    persons = pilot.run(pilot.table("persons"))
    families = pilot.run(pilot.table("families"))
    book = rulebook()
    made = {name: pilot.table(name) for name in ("families", "persons")}
    found = pilot.run(verdicts(made, book, day=DAY)).set_index(["programme", "family_id"])
    assert not found.index.duplicated().any()
    a_year = {
        "pregnancy": 3_000_000, "early_childhood": 3_000_000, "elderly": 2_400_000, "severe_disability": 2_400_000,
        "sma": 2_000_000, "smp": 1_500_000, "sd": 900_000,
    }  # fmt: skip
    by_family = dict(iter(persons.groupby("family_id")))
    for family in families.sample(400, random_state=1).to_dict("records"):
        amounts = []
        for member in by_family[family["family_id"]].to_dict("records"):
            own = [0]
            if not member["deceased"]:
                age = DAY.year - member["birth_year"]
                own += [a_year["pregnancy"]] if member["pregnant"] else []
                own += [a_year["early_childhood"]] if age <= 6 else []
                own += [a_year[member["school"]]] if member["school"] in a_year else []
                own += [a_year["elderly"]] if age >= 60 else []
                own += [a_year["severe_disability"]] if member["disability"] else []
            amounts.append(max(own))
        assert (max(amounts) == 0) == ("no_category" in found.loc[("PKH", family["family_id"]), "refused_by"])
        refused = found.loc[("BPNT", family["family_id"]), "refused_by"].split(";")
        assert ("wage" in refused) == (family["wage"] > 2_989_145)
        assert ("power" in refused) == (family["power"] > 1_300)
        assert ("decile" in refused) == (family["decile"] > 5)


def test_what_the_rules_say_is_published_with_the_snapshot(pilot: Warehouse, alatas: Warehouse):
    stored = pilot.run(pilot.table("verdicts", room="derived"))
    families = pilot.manifest.tables["families"].rows
    assert stored.groupby("programme").size().to_dict() == {"PKH": families, "BPNT": families}
    assert pilot.manifest.rules_version == rulebook().version
    assert "verdicts" not in alatas.names("derived")  # the cash of 2008 has no such rules


def test_a_later_entry_takes_the_place_of_an_earlier_one():
    book = rulebook()
    assert book.get("wage", programme="PKH", day=dt.date(2025, 12, 31)).status == "assumed"
    assert book.get("wage", programme="PKH", day=dt.date(2026, 1, 1)).status == "press"
    assert [rule.id for rule in book.in_force("PKH", dt.date(2024, 6, 1))] == ["state_employment", "deceased"]


def test_rules_that_there_are_not_and_values_that_cannot_be_are_refused():
    book = rulebook()
    with pytest.raises(RuleError, match="no rule 'motorbike'"):
        book.changed("PKH", {"motorbike": 1}, DAY)
    with pytest.raises(RuleError, match="no threshold"):
        book.changed("PKH", {"vehicle": 3}, DAY)
    with pytest.raises(RuleError, match="cannot take the value -1"):
        book.changed("PKH", {"decile": -1}, DAY)
    changed = book.changed("PKH", {"decile": 6, "power": None}, DAY)
    assert changed.get("decile", programme="PKH", day=DAY).value == 6
    assert "power" not in [rule.id for rule in changed.rule]
    assert book.get("decile", programme="PKH", day=DAY).value == 4  # the book itself is as it was


def test_every_rule_looks_at_a_fact_and_speaks_both_languages():
    made = tables([{"family_id": "f", "village": "v"} | CLEAN], [ELDER])
    circumstances = family_circumstances(made, limits=rulebook().limits, day=DAY)
    for rule in rulebook().rule:
        assert rule.column in circumstances.columns
        for text in (rule.refuses, rule.correct):
            assert text.id
            assert text.en
            assert text.id != text.en
        assert ("{value}" in rule.refuses.id) == ("{value}" in rule.refuses.en) == (rule.test == "above")


def test_the_rules_write_to_no_table_of_payments_or_decisions():
    """Nothing of the rules can change an eligibility or stop a payment: no file of theirs writes anything."""
    folder = Path(__file__).parents[3] / "analytics" / "eligibility"
    for path in folder.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not any(word in text for word in (".to_parquet", ".insert", "write_", ".write(", "create_table"))
