"""Evidence of records, against pairs whose truth is known and weights that are computed by hand."""

import json
import logging
import random
import subprocess
import sys
from math import log10

import numpy as np
import polars as pl
import pytest

from analytics.linkage.blocking import RULES, Rule, count_pairs, require_bounded
from analytics.linkage.engine import splink_settings, term_frequencies
from analytics.linkage.errors import LinkageError
from analytics.linkage.evidence import record_evidence, score_pairs
from analytics.linkage.fields import FIELDS, definition
from analytics.linkage.model import RecordModel
from analytics.linkage.records import comparable
from analytics.linkage.training import train
from tests.analytics.linkage.planted import people, with_duplicates

SEED = 11
FAMILIES = 1_500
RANDOM_PAIRS = 200_000


@pytest.fixture(scope="module")
def planted() -> tuple[pl.DataFrame, pl.DataFrame]:
    return with_duplicates(people(families=FAMILIES, seed=SEED), share=0.03, seed=SEED)


@pytest.fixture(scope="module")
def model(planted) -> RecordModel:
    return train(planted[0], seed=SEED, random_pairs=RANDOM_PAIRS)


@pytest.fixture(scope="module")
def found(planted, model) -> pl.DataFrame:
    return record_evidence(planted[0], model, least=2.0)


def person(**other) -> dict:
    """Return one record."""
    return {
        "family_id": "f1",
        "name": "Rahmat Hidayat",
        "sex": "male",
        "birth_date": "1980-03-17",
        "village": "35.10.01.2001",
        "district": "35.10.01",
        "nik": "3510011703809001",
    } | other


def records(*rows: dict) -> pl.DataFrame:
    made = [row | {"person_id": f"p{at:03d}"} for at, row in enumerate(rows)]
    return pl.DataFrame(made).with_columns(pl.col("birth_date").str.to_date())


def crowd(*rows: dict) -> pl.DataFrame:
    """Return the records among 100 others, of whom none is like another."""
    luck = random.Random(SEED)  # noqa: S311 - made-up people
    others = [
        person(
            name="".join(luck.choices("bcdgklmnprst", k=9)),
            sex=luck.choice(["male", "female"]),
            birth_date=f"{1900 + at}-{luck.randint(1, 12):02d}-{luck.randint(1, 28):02d}",
            village=f"35.10.{at:02d}.2001",
            district=f"35.10.{at:02d}",
            nik="".join(luck.choices("123456789", k=16)),
        )
        for at in range(100)
    ]
    return records(*rows, *others)


def levels(model: RecordModel, *rows: dict) -> dict[str, str]:
    """Return the level of each field of the first two records."""
    pairs = score_pairs(crowd(*rows), pl.DataFrame({"a": ["p000"], "b": ["p001"]}), model)
    return {part["field"]: part["level"] for part in pairs["evidence"][0].to_list()}


def cllr(one: np.ndarray, two: np.ndarray) -> float:
    """Return the log-likelihood-ratio cost of log10 ratios (Brümmer and du Preez 2006)."""
    return float((np.log2(1 + 10.0**-one).mean() + np.log2(1 + 10.0**two).mean()) / 2)


def test_duplicates_are_found_and_others_are_not(planted, found):
    everyone, truth = planted
    pairs = len(everyone) * (len(everyone) - 1) / 2
    prior = log10(len(truth) / pairs)
    likely = found.filter(pl.col("log10_lr") + prior > 0)
    hits = likely.join(truth, on=["a", "b"]).height
    assert hits >= 0.95 * len(truth)
    assert hits >= 0.95 * len(likely)


def test_ratios_mean_what_they_say(planted, model):
    everyone, truth = planted
    draw = np.random.default_rng(SEED).integers(0, len(everyone) - len(truth), (2, 20_000))
    draw = np.unique(np.sort(draw[:, draw[0] != draw[1]], axis=0), axis=1)
    ids = everyone["person_id"]
    strangers = pl.DataFrame({"a": ids.gather(draw[0]), "b": ids.gather(draw[1])})
    one = score_pairs(everyone, truth, model)["log10_lr"].to_numpy()
    two = score_pairs(everyone, strangers, model)["log10_lr"].to_numpy()
    assert cllr(one, two) < 0.02
    # Of two people, a ratio above r is as rare as 1 / r at least: P(LR > r) <= E(LR) / r = 1 / r.
    for ratio in (1, 2, 3):
        assert (two > ratio).mean() <= 2 * 10.0**-ratio


def test_posteriors_are_right_as_often_as_they_say(planted, found):
    everyone, truth = planted
    prior = log10(len(truth) / (len(everyone) * (len(everyone) - 1) / 2))
    posterior = 1 / (1 + 10.0 ** -(found["log10_lr"].to_numpy() + prior))
    hits = found.join(truth.with_columns(one=True), on=["a", "b"], how="left", maintain_order="left")["one"]
    assert posterior.sum() == pytest.approx(hits.sum(), rel=0.1)


def test_what_the_fields_say_adds_up(found):
    total = found.select(pl.col("evidence").list.eval(pl.element().struct.field("log10_lr")).list.sum()).to_series()
    np.testing.assert_allclose(total, found["log10_lr"], atol=1e-9)
    assert (found["a"] < found["b"]).all()
    assert found.select("a", "b").is_duplicated().sum() == 0


def test_the_weight_of_a_level_is_the_logarithm_of_m_over_u(model):
    pair = person(birth_date="1980-03-18", nik=None), person(name="Bambang", sex="female", nik=None)
    evidence = score_pairs(crowd(*pair), pl.DataFrame({"a": ["p000"], "b": ["p001"]}), model)["evidence"][0].to_list()
    weights = {part["field"]: part["log10_lr"] for part in evidence}
    by_hand = {(field.name, level.code): log10(level.m / level.u) for field in model.fields for level in field.levels}
    assert weights["name"] == pytest.approx(by_hand["name", "different"])
    assert weights["birth"] == pytest.approx(by_hand["birth", "slip"])
    assert weights["sex"] == pytest.approx(by_hand["sex", "different"])
    assert "nik" not in weights


def test_an_equal_name_weighs_by_how_many_others_bear_it(model):
    everyone = crowd(person(), person(), *(person(name="Siti") for _ in range(5)))
    pairs = pl.DataFrame({"a": ["p000", "p002"], "b": ["p001", "p003"]})
    made = score_pairs(everyone, pairs, model)["evidence"].to_list()
    weight = [next(part["log10_lr"] for part in evidence if part["field"] == "name") for evidence in made]
    level = next(field for field in model.fields if field.name == "name").levels[0]
    for got, others in zip(weight, (0, 3), strict=True):
        assert got == pytest.approx(log10(level.m / ((others + 1) / (len(everyone) + 1 / level.u))))


def test_frequencies_leave_the_pair_itself_out():
    made = term_frequencies(pl.Series("name", ["a", "a", "b", None, "c", "c", "c"]), average=0.1)
    assert dict(made.rows()) == pytest.approx({"a": 1 / 17, "b": 1 / 17, "c": 2 / 17})


@pytest.mark.parametrize(
    ("change", "field", "level"),
    [
        ({"name": "H. Rachmat Hidayat, S.Pd."}, "name", "equal"),
        ({"name": "RAHMAT  HIDAYAT"}, "name", "equal"),
        ({"name": "Hidayat Rahmat"}, "name", "order"),
        ({"name": "Rohmat Hidayat"}, "name", "sound"),
        ({"name": "Rahmat Hidayak"}, "name", "close"),
        ({"name": "Rahmat H."}, "name", "initials"),
        ({"name": "Rahmat"}, "name", "part"),
        ({"name": "Hidayat"}, "name", "part"),
        ({"name": "Bambang Sutrisno"}, "name", "different"),
        ({"birth_date": "1980-03-17"}, "birth", "equal"),
        ({"birth_date": "1980-03-12"}, "birth", "slip"),
        ({"birth_date": "1980-03-27"}, "birth", "slip"),
        ({"birth_date": "1908-03-17"}, "birth", "slip"),
        ({"birth_date": "1980-01-01"}, "birth", "default"),
        ({"birth_date": "1980-11-25"}, "birth", "year"),
        ({"birth_date": "1951-11-25"}, "birth", "different"),
        ({"village": "35.10.01.2009"}, "place", "district"),
        ({"village": "35.10.02.2009", "district": "35.10.02"}, "place", "different"),
        ({"nik": "35.1001.170380.9001"}, "nik", "equal"),
        ({"nik": "3510011803809001"}, "nik", "typing"),
        ({"nik": "3510017103809001"}, "nik", "typing"),
        ({"nik": "3510011203769001"}, "nik", "serial"),
        ({"nik": "3510011203769010"}, "nik", "serial_slip"),
        ({"nik": "3510011203760047"}, "nik", "different"),
    ],
)
def test_levels_of_agreement(model, change, field, level):
    assert levels(model, person(), person(**change))[field] == level


def test_day_and_month_swapped(model):
    assert levels(model, person(birth_date="1980-03-11"), person(birth_date="1980-11-03"))["birth"] == "swapped"


def test_neighbouring_serials_say_nothing(model):
    """Twins get numbers that follow one another: a slip of the serial is no evidence where all else is equal."""
    assert "nik" not in levels(model, person(), person(nik="3510011703809002"))


def test_a_birth_date_that_many_share_says_less(model):
    default = [person(birth_date="1960-01-01", name=f"{letter}ono", nik=None) for letter in "bdgklmnprstw"]
    everyone = crowd(*default, person(birth_date="1961-05-23"), person(birth_date="1961-05-23"))
    pairs = pl.DataFrame({"a": ["p000", "p012"], "b": ["p001", "p013"]})
    made = score_pairs(everyone, pairs, model)["evidence"].to_list()
    weak, strong = (next(p["log10_lr"] for p in evidence if p["field"] == "birth") for evidence in made)
    assert weak < strong - 0.9


def test_scored_pairs_have_the_evidence_of_found_ones(planted, model, found):
    some = found.head(50)
    swapped = pl.DataFrame({"a": some["b"], "b": some["a"]})
    again = score_pairs(planted[0], pl.concat([swapped, some.select("a", "b")]), model)
    assert again.drop("log10_lr", "evidence").equals(some.drop("log10_lr", "evidence"))
    np.testing.assert_allclose(again["log10_lr"], some["log10_lr"])


def test_no_pair_is_no_evidence(model):
    nobody = pl.DataFrame({"a": [], "b": []}, schema={"a": pl.String, "b": pl.String})
    made = score_pairs(crowd(person()), nobody, model)
    assert made.height == 0
    assert made.columns == ["a", "b", "log10_lr", "evidence"]


def test_shares_of_known_pairs_are_their_weighted_counts(planted):
    everyone = crowd(person(), person(), person(name="Ani"), person(sex="female"))
    known = pl.DataFrame({"a": ["p000", "p002", "p003"], "b": ["p001", "p000", "p000"], "weight": [1.0, 0.5, 0.25]})
    made = train(everyone, seed=1, known=known)
    assert made.trained == "known"
    assert made.known_weight == pytest.approx(1.75)
    m = {field.name: {level.code: level.m for level in field.levels} for field in made.fields}
    assert m["name"]["equal"] == pytest.approx((1.25 + 1) / (1.75 + 8))
    assert m["name"]["different"] == pytest.approx((0.5 + 1) / (1.75 + 8))
    assert m["sex"] == pytest.approx({"equal": 2.5 / 3.75, "different": 1.25 / 3.75})


def test_u_is_the_share_among_random_pairs():
    everyone = crowd(person(), person())
    made = train(everyone, seed=1)
    pairs = len(everyone) * (len(everyone) - 1) // 2
    assert made.random_pairs == pairs  # few enough to count all
    men = (everyone["sex"] == "male").sum()
    same = men * (men - 1) / 2 + (len(everyone) - men) * (len(everyone) - men - 1) / 2
    u = {level.code: level.u for field in made.fields if field.name == "sex" for level in field.levels}
    assert u["equal"] == pytest.approx((same + 0.5) / (pairs + 1))


def test_training_finds_the_shares_that_were_planted(planted, model):
    everyone, truth = planted
    both = truth.join(everyone, left_on="a", right_on="person_id").join(everyone, left_on="b", right_on="person_id")
    m = {field.name: {level.code: level.m for level in field.levels} for field in model.fields}
    for field, level, column in (("birth", "equal", "birth_date"), ("place", "village", "village")):
        share = (both[column] == both[f"{column}_right"]).mean()
        assert m[field][level] == pytest.approx(share, abs=0.06)
    assert m["sex"]["equal"] > 0.98
    for field in model.fields:
        assert sum(level.m for level in field.levels) == pytest.approx(1)


def test_the_same_seed_makes_the_same_model():
    everyone = crowd(person(), person(name="Rahmat"))
    one, same, other = (train(everyone, seed=seed, random_pairs=2_000).id for seed in (SEED, SEED, SEED + 1))
    assert one == same != other


def test_fields_that_nobody_has_are_left_out():
    made = train(crowd(person(nik=None)).drop("nik"), seed=1)
    assert [field.name for field in made.fields] == ["name", "birth", "sex", "place"]


def test_a_model_comes_back_as_it_was_saved(model, tmp_path):
    path = tmp_path / "models" / "record.json"
    model.save(path)
    assert RecordModel.load(path) == model
    text = path.read_text()
    assert "Rahmat" not in text


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda text: text.replace('"seed": 11', '"seed": 12'), "not the one that was trained"),
        (lambda text: text.replace(definition(), "0" * 16), "not the one that was trained"),
        (lambda text: text[:40], "is no model"),
        (lambda _: "[]", "is no model"),
        (lambda text: text.replace('"code": "slip"', '"code": "slap"', 1), "is no model"),
    ],
)
def test_a_model_that_was_changed_is_refused(model, tmp_path, damage, words):
    path = tmp_path / "record.json"
    model.save(path)
    path.write_text(damage(path.read_text()))
    with pytest.raises(LinkageError, match=words):
        RecordModel.load(path)


def test_a_model_of_other_comparisons_is_refused(model, tmp_path):
    path = tmp_path / "record.json"
    model.model_copy(update={"definition": "0" * 16}).save(path)
    with pytest.raises(LinkageError, match="other comparisons"):
        RecordModel.load(path)
    with pytest.raises(LinkageError, match="no model of record evidence missing"):
        RecordModel.load(tmp_path / "missing.json")


def test_pairs_of_each_rule_are_counted():
    everyone = records(
        person(), person(), person(birth_date="1999-01-05"), person(name=None, birth_date=None, nik=None)
    )
    counts = count_pairs(comparable(everyone))
    assert counts == {
        "birth date": 1,
        "name and village": 3,
        "name and birth year": 1,
        "NIK but for the serial": 3,
        "NIK but for the district": 3,
    }


def test_a_rule_that_makes_too_many_pairs_is_refused(model):
    everyone = crowd(*(person(name=f"{letter}onono") for letter in "bcdfghjklmnprstw"))
    with pytest.raises(LinkageError) as caught:
        record_evidence(everyone, model, most=100)
    assert "“birth date” would compare 120 pairs" in str(caught.value)
    record_evidence(everyone, model, most=120)
    record_evidence(everyone, model, most=100, rules=[Rule(name="own", columns=("nik_serial", "name_joined"))])


def test_the_bound_names_the_rule_and_both_numbers():
    with pytest.raises(LinkageError, match=r"“a b” would compare 1,001 pairs\. At most 1,000"):
        require_bounded({"a b": 1_001}, most=1_000)


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({"a": ["p000"], "b": ["nobody"], "weight": [1.0]}, "not among them"),
        ({"a": ["p000"], "b": ["p000"], "weight": [1.0]}, "are of one"),
        ({"a": ["p000"], "b": ["p001"], "weight": [1.5]}, "probabilities"),
        ({"a": ["p000"], "b": ["p001"], "weight": [None]}, "probabilities"),
        ({"a": ["p000"], "weight": [1.0]}, "They lack b"),
        ({"a": ["p000"], "b": ["p001"]}, "They lack weight"),
    ],
)
def test_known_pairs_that_cannot_be_used_are_refused(known, words):
    with pytest.raises(LinkageError, match=words) as caught:
        train(crowd(person(), person()), seed=1, known=pl.DataFrame(known))
    assert "nobody" not in str(caught.value)
    assert "p000" not in str(caught.value)


def test_too_few_people_teach_nothing():
    with pytest.raises(LinkageError, match="2 people are too few"):
        train(records(person(), person()), seed=1)


@pytest.mark.parametrize("backend", ["duckdb", "spark"])
def test_the_settings_are_of_no_one_backend(model, backend):
    from splink import SettingsCreator
    from splink.internals.dialects import SplinkDialect

    settings = splink_settings(model, rules=RULES, dialect=SplinkDialect.from_string(backend))
    made = SettingsCreator.from_path_or_dict(settings).get_settings(backend)
    assert len(made.core_model_settings.comparisons) == len(model.fields)


def test_splink_is_silent_and_loaded_late(planted, model, capfd, caplog):
    with caplog.at_level(logging.DEBUG):
        score_pairs(planted[0], planted[1], model)
    assert not caplog.records
    assert capfd.readouterr() == ("", "")
    light = "import sys, analytics.linkage.evidence; sys.exit(bool({'splink', 'duckdb', 'sqlglot'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", light], check=False).returncode == 0


def test_nothing_is_written(planted, model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    record_evidence(planted[0], model)
    assert not list(tmp_path.iterdir())


def test_levels_of_each_field_have_typical_shares():
    for field in FIELDS:
        assert sum(level.typical for level in field.levels) == pytest.approx(1)
        assert [level.condition for level in field.levels].count("") == 1
        assert field.levels[-1].code == "different"
    assert json.dumps(definition())
