import numpy as np
import pytest

from analytics.benchmarks.faces.asian_names import ASIAN, OTHER, name_group
from analytics.biometrics.evidence.comparing import Comparison, compare
from analytics.biometrics.evidence.groups import group_cllr, group_rates
from analytics.biometrics.evidence.likelihood import fit_map
from tests.analytics.biometrics.evidence.simulated import draw, raw

THRESHOLD = -1.2


@pytest.fixture(scope="module")
def found() -> Comparison:
    vectors, person = draw(people=150)
    return compare(raw(vectors), person)


def test_a_group_is_its_pairs_counted_by_hand(found: Comparison) -> None:
    vectors, person = draw(people=150)
    group = np.where(person % 3 == 0, "x", np.where(person % 3 == 1, "y", ""))
    rows = {row.group: row for row in group_rates(found, {"g": group}, threshold=THRESHOLD, replicates=50)}
    i, j = np.triu_indices(300, 1)
    score = -np.linalg.norm(vectors[i] - vectors[j], axis=1)
    for name, member in {"all": group == group, "x": group == "x", "y": group == "y"}.items():  # noqa: PLR0124
        within = member[i] & member[j]
        apart, same = within & (person[i] != person[j]), within & (person[i] == person[j])
        row = rows[name]
        assert (row.impostors, row.genuine, row.photos) == (apart.sum(), same.sum(), member.sum())
        assert row.fmr == pytest.approx((score[apart] > THRESHOLD).mean())
        assert row.fnmr == pytest.approx((score[same] <= THRESHOLD).mean())
        assert row.fmr_low <= row.fmr <= row.fmr_high
        assert row.fnmr_low <= row.fnmr <= row.fnmr_high
    assert rows["x"].ratio == pytest.approx(rows["x"].fmr / rows["all"].fmr)
    assert set(rows) == {"all", "x", "y"}  # what is not known is no group


def test_fewer_than_30_people_state_nothing_but_their_number(found: Comparison) -> None:
    group = np.where(found.person < 29, "few", "many")
    few = group_rates(found, {"g": group}, threshold=THRESHOLD, replicates=10)[1]
    assert (few.people, few.photos) == (29, 58)
    assert few.fmr is few.fnmr is few.ratio is None


def test_a_group_without_genuine_pairs_has_no_fnmr(found: Comparison) -> None:
    group = np.where(np.arange(300) % 2 == 0, "first", "")
    row = group_rates(found, {"photo": group}, threshold=THRESHOLD, replicates=10)[1]
    assert row.genuine == 0
    assert row.fmr is not None
    assert row.fnmr is None


def test_cllr_of_a_group_is_that_of_its_pairs(found: Comparison) -> None:
    vectors, person = draw(people=150)
    score_map = fit_map("logistic", found.centres, found.genuine_histogram(), found.impostor_histogram())
    group = np.where(person < 60, "x", "")
    cost = group_cllr(raw(vectors), person, {"g": group}, score_map)["g", "x"]
    i, j = np.triu_indices(120, 1)
    value = score_map(-np.linalg.norm(vectors[i] - vectors[j], axis=1))
    same = person[i] == person[j]
    expected = (np.log2(1 + 10 ** -value[same]).mean() + np.log2(1 + 10 ** value[~same]).mean()) / 2
    assert cost == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize(
    ("identity", "group"),
    [
        ("Megawati_Sukarnoputri", ASIAN), ("Susilo_Bambang_Yudhoyono", ASIAN), ("Suharto", ASIAN), ("Li_Peng", ASIAN),
        ("Junichiro_Koizumi", ASIAN), ("Kim_Jong-Il", ASIAN), ("Nguyen_Van_Thieu", ASIAN), ("Jackie_Chan", ASIAN),
        ("Thaksin_Shinawatra", ASIAN), ("Gloria_Macapagal_Arroyo", OTHER), ("Robert_E_Lee", OTHER),
        ("Kim_Clijsters", OTHER), ("Osama_bin_Laden", OTHER), ("Ludwig_van_Beethoven", OTHER), ("Neil_Young", OTHER),
        ("", OTHER),
    ],
)  # fmt: skip
def test_the_stand_in_by_name(identity: str, group: str) -> None:
    assert name_group(identity) == group
