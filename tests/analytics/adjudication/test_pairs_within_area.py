"""Pairs and the vault within an area: both people live in it, or there is no such pair and no such person."""

import pytest

from analytics.adjudication import AdjudicationError
from analytics.vault import Identity, Person, Vault, VaultError
from tests.analytics.adjudication.conftest import DATASET, found, judge, pair

ONE, OTHER = "35.10.01", "35.10.02"
WHERE = {"village_a": f"{ONE}.2001", "village_b": f"{ONE}.2002", "district_a": ONE, "district_b": ONE}
THERE = {"village_a": f"{OTHER}.2001", "village_b": f"{OTHER}.2002", "district_a": OTHER, "district_b": OTHER}


@pytest.fixture
def stored(pairs):
    """One pair inside, one outside, one across the border."""
    pairs.store(found(pair(1, **WHERE), pair(2, **THERE), pair(3)))
    return pairs


def test_a_reviewer_gets_the_areas_own_pairs_alone(stored):
    own = stored.within(ONE)
    taken = own.next_pair("R-1", dataset=DATASET)
    assert {taken.left.person, taken.right.person} == {"p0001a", "p0001b"}
    judge(own, "R-1", "same")
    assert own.next_pair("R-1", dataset=DATASET) is None
    assert stored.next_pair("R-1", dataset=DATASET) is not None


def test_counts_are_the_areas_own(stored):
    for reviewer in ("R-1", "R-2"):
        for _ in range(3):
            judge(stored, reviewer, "same")
    own = stored.within(ONE)
    told = own.overview(DATASET)
    assert (told.found, told.confirmed, told.bands["pairs"].sum(), told.agreement.pairs) == (1, 1, 1, 1)
    assert list(told.places["district"]["value"]) == [ONE]
    assert told.run["people"] is None
    assert [each.pairs for each in own.agreement(DATASET) if each.by == "all"] == [1]
    assert set(own.speeds(DATASET)["reviews"]) == {1}
    assert len(own.reviewed("R-1", dataset=DATASET)) == 1
    assert list(own.decided_pairs(DATASET)["a"]) == ["p0001a"]
    assert stored.overview(DATASET).found == 3


def test_a_pair_of_another_area_is_told_from_no_pair_by_nothing(stored):
    held = [judge(stored, "R-1", "same") for _ in range(3)]
    own, never = stored.within(ONE), "AAAAA-AAAAA"
    outside = [id_ for id_ in held if not _is_own(own, id_)]
    assert len(outside) == 2
    acts = [
        lambda id_: own.review(id_, reviewer="R-2", verdict="same"),
        lambda id_: own.reveal(id_, viewer="R-1"),
        lambda id_: own.undo(id_, officer="R-1", version=2),
        lambda id_: own.settle(id_, officer="S-1", outcome="same", version=2, reason="Akta kelahiran"),
        own.history,
    ]
    for act in acts:
        said = set()
        for id_ in (*outside, never):
            with pytest.raises(AdjudicationError) as refused:
                act(id_)
            said.add(f"{refused.value}".replace(id_, "ID"))
        assert len(said) == 1


def test_the_vault_holds_the_people_of_the_areas_own_pairs_alone(stored, register_settings):
    people = [f"p000{number}{side}" for number in (1, 2, 3) for side in "ab"]
    who = Identity(name="Siti Aminah", nik="3510014708450003", kk="3510012509070123")
    whole = Vault(stored.database, register_settings, dataset=DATASET)
    whole.put(Person(person_id=person, identity=who, photo=None) for person in people)
    own = Vault(stored.database, register_settings, dataset=DATASET, area=ONE)
    look = {"viewer": "R-1", "purpose": "review"}
    assert own.read("p0001a", **look).name == "Siti Aminah"
    said = set()
    for person in ("p0002a", "p0003a", "p0003b", "p9999a"):
        for read in (own.read, own.read_numbers):
            with pytest.raises(VaultError) as refused:
                read(person, **look)
            said.add(f"{refused.value}")
        with pytest.raises(VaultError):
            own.erase(person, officer="R-1", reason="Atas permintaan")
        assert not own.has_photo(person)
    assert len(said) == 1
    whole.read("p0002a", **look)
    assert set(own.views()["person_id"]) == {"p0001a"}
    assert own.purgeable(days=1).people == 0


def test_an_area_is_never_widened(stored):
    with pytest.raises(AdjudicationError):
        stored.within(ONE).within(OTHER)


def _is_own(own, id_: str) -> bool:
    try:
        own.reveal(id_, viewer="R-1")
    except AdjudicationError:
        return False
    return True
