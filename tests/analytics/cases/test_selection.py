"""What is chosen from a snapshot, against the rows; and that a whole life of cases leaves the snapshot as it was."""

import ast
import hashlib
import shutil
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.audits import AuditError
from analytics.cases import CaseError, open_cases
from analytics.cases.selection import Scores, candidates, choose, scores_of, systematic
from analytics.risk.saved import ModelError
from analytics.settings import Settings
from analytics.store import open_store
from tests.analytics.cases.conftest import START, act, find
from tests.conftest import ROOT


@pytest.fixture(scope="session")
def rows(pilot_home) -> dict[str, pd.DataFrame]:
    store = open_store(Settings(home=pilot_home))
    folder = store.folder(store.manifest().snapshot)
    names = ("tables/payments", "tables/families", "tables/objections", "derived/verdicts")
    return {name.partition("/")[2]: pd.read_parquet(folder / f"{name}.parquet") for name in names}


@pytest.fixture(scope="session")
def paid(rows) -> set[tuple[str, str]]:
    """Family and programme that were paid in the programme's latest period, by hand."""
    payments = rows["payments"]
    payments = payments[payments["amount"] > 0]
    last = payments.groupby("programme")["period"].transform("max")
    return set(payments.loc[payments["period"] == last, ["family_id", "programme"]].itertuples(index=False, name=None))


def pairs(frame: pd.DataFrame) -> list[tuple[str, str]]:
    return list(frame[["family_id", "programme"]].itertuples(index=False, name=None))


@pytest.fixture(scope="session")
def made_up(rows) -> Scores:
    rng = np.random.default_rng(1)
    both = rows["families"][["family_id"]].merge(pd.DataFrame({"programme": ["BPNT", "PKH"]}), how="cross")
    chance = rng.random(len(both)).round(2)
    return Scores(model="m1", rows=both.assign(entitled=np.where(rng.random(len(both)) < 0.1, np.nan, chance)))


def test_the_sides_are_who_was_paid_lately_and_who_was_not(pilot, paid, rows):
    found = candidates(pilot)
    assert not found.duplicated(["family_id", "programme"]).any()
    assert set(pairs(found[found["side"] == "receives"])) == paid
    missed = found[found["side"] == "missed"]
    no_member = (
        rows["verdicts"]["refused_by"].str.split(";").map(lambda ids: bool({"no_category", "deceased"} & set(ids)))
    )
    assert not set(pairs(missed)) & set(pairs(rows["verdicts"][no_member]))
    assert set(found.loc[found["programme"] == "BPNT", "family_id"]) <= set(rows["families"]["family_id"])
    assert (found["district"] == found["village"].str.rpartition(".")[0]).all()


def test_rules_flag_receivers_whom_they_refuse_once_a_rule(pilot, rows, paid):
    flags = choose(pilot, rules=10**6).flags
    found = flags[flags["kind"] == "rule"]
    refused = rows["verdicts"].query("verdict == 'not_entitled'")
    expected = {
        (*pair, rule)
        for pair, ids in zip(pairs(refused), refused["refused_by"], strict=True)
        if pair in paid
        for rule in ids.split(";")
    }
    assert set(zip(found["family_id"], found["programme"], found["ref"], strict=True)) == expected
    assert len(found) == len(expected) > 50
    assert set(found["side"]) == {"receives"}


def test_fewer_flags_of_rules_are_those_with_the_most_refusals(pilot):
    every, few = (choose(pilot, rules=most).flags.query("kind == 'rule'") for most in (10**6, 10))
    counts = few.groupby(["family_id", "programme"]).size().sort_values(ascending=False).tolist()
    assert len(counts) == 10
    assert counts == every.groupby(["family_id", "programme"]).size().sort_values(ascending=False).tolist()[:10]


def test_scores_flag_the_top_of_each_side(pilot, made_up, paid):
    flags = choose(pilot, rules=0, scores=made_up, top=25).flags.query("kind == 'score'")
    known = set(pairs(candidates(pilot)))
    scored = made_up.rows.dropna()
    scored = scored[[pair in known for pair in pairs(scored)]]
    receives = pd.Series([pair in paid for pair in pairs(scored)], index=scored.index)
    for side, score in (("receives", 1 - scored["entitled"][receives]), ("missed", scored["entitled"][~receives])):
        own = flags[flags["side"] == side]
        told = sorted((evidence["score"] for evidence in own["evidence"]), reverse=True)
        assert told == pytest.approx(score.sort_values(ascending=False).head(25).tolist())
        assert sorted(evidence["rank"] for evidence in own["evidence"]) == list(range(1, 26))
    assert set(flags["ref"]) == {"m1"}


def test_objections_flag_what_was_taken_up_and_is_still_to_be_checked(pilot_home, tmp_path, paid):
    home = tmp_path / "home"
    shutil.copytree(pilot_home, home)
    store = open_store(Settings(home=home))
    path = store.folder(store.manifest().snapshot) / "tables" / "objections.parquet"
    filed = pd.read_parquet(path)
    # The pilot's are all resolved: leave every other one waiting, some of them without a programme.
    filed.loc[filed.index % 2 == 0, "outcome"] = "pending"
    filed.loc[filed.index % 4 == 0, "programme"] = None
    filed.to_parquet(path)
    with closing(store.open()) as warehouse:
        flags = choose(warehouse, rules=0).flags.query("kind == 'objection'")
        known = set(pairs(candidates(warehouse)))
    waiting = filed.query("kind == 'sanggah' and outcome == 'pending' and screening in ('accept', 'field_check')")
    expected = {
        (row.objection_id, row.family_id, programme)
        for row in waiting.itertuples()
        for programme in ([row.programme] if isinstance(row.programme, str) else ["BPNT", "PKH"])
        if (row.family_id, programme) in known
    }
    assert set(zip(flags["ref"], flags["family_id"], flags["programme"], strict=True)) == expected
    assert len({id_ for id_, *_ in expected}) >= 4
    assert waiting["programme"].isna().any()
    for pair, side in zip(pairs(flags), flags["side"], strict=True):
        assert (side == "receives") == (pair in paid)


@pytest.mark.parametrize("share", [0.2, 0.25, 0.5])
def test_the_random_share_of_the_picks_of_each_side_is_at_least_what_was_asked(pilot, made_up, share):
    chosen = choose(pilot, rules=60, scores=made_up, top=40, random_share=share)
    for row in chosen.sides.to_dict("records"):
        own = chosen.flags[chosen.flags["side"] == row["side"]]
        drawn = own[own["kind"] == "random"]
        picked = own[own["kind"] != "random"].drop_duplicates(["family_id", "programme"])
        assert len(drawn) == row["random"]
        assert share <= len(drawn) / (len(drawn) + len(picked))
        assert (len(drawn) - 1) / (len(drawn) - 1 + len(picked)) < share  # one less would be too few
        assert drawn["probability"].tolist() == [row["random"] / row["families"]] * len(drawn)
        assert own.loc[own["kind"] != "random", "probability"].isna().all()


def test_the_same_snapshot_chooses_the_same_and_another_seed_draws_others(pilot):
    first, again, other = (choose(pilot, rules=50, seed=seed).flags for seed in (None, None, 1))
    pd.testing.assert_frame_equal(first, again)
    drawn, anew = (set(pairs(flags.query("kind == 'random'"))) for flags in (first, other))
    assert drawn != anew


def test_each_family_is_drawn_with_the_probability_that_is_recorded():
    sizes = {"35.10.01": 50, "35.10.02": 20, "35.10.03": 3}
    district = np.repeat(list(sizes), list(sizes.values()))
    pool = pd.DataFrame({"family_id": range(73), "district": district})
    rng = np.random.default_rng(5)
    runs, picks = 8_000, 11
    times = np.zeros(73)
    for _ in range(runs):
        found = systematic(pool, picks, rng=rng)
        assert len(found) == picks
        assert found["family_id"].is_unique
        for name, size in sizes.items():
            assert abs((found["district"] == name).sum() - picks * size / 73) < 1
        times[found["family_id"]] += 1
    chance = picks / 73
    assert np.abs(times / runs - chance).max() < 4.5 * np.sqrt(chance * (1 - chance) / runs)
    assert len(systematic(pool, 73, rng=rng)["family_id"].unique()) == 73
    assert systematic(pool, 0, rng=rng).empty


@pytest.mark.parametrize("share", [0.0, 0.19, 1.2])
def test_a_random_share_that_is_too_low_is_refused(pilot, share):
    with pytest.raises(AuditError, match="random share"):
        choose(pilot, rules=1, random_share=share)
    with pytest.raises(CaseError, match="no room for flags"):
        choose(pilot, rules=1, random_share=1)


def test_scores_that_are_not_there_say_what_to_run(pilot, pilot_home):
    with pytest.raises(ModelError, match="No model"):
        scores_of(Settings(home=pilot_home), pilot)


def test_a_trained_models_scores_are_read_as_they_were_written(pilot, pilot_home, tmp_path):
    from analytics.risk.calibration import calibrate
    from analytics.risk.model import train
    from analytics.risk.saved import Fit, save
    from analytics.risk.scoring import score_all
    from tests.analytics.risk.conftest import made

    taught = made(600)
    ensembles = train(taught.inputs, taught.entitled, taught.welfare, taught.weight, rounds=10)
    margins = ensembles.margins(taught.inputs)
    calibration = calibrate(margins, taught.entitled, taught.weight, taught.receives, taught.rows["district"])
    fit = Fit(ensembles=ensembles, calibration=calibration, evaluation={})
    home = Settings(home=tmp_path)
    name = pilot.manifest.dataset.name
    manifest = save(tmp_path, {"BPNT": fit}, dataset=name, snapshot="s", seed=1, poorest=None)
    with pytest.raises(CaseError, match="has not scored"):
        scores_of(home, pilot)
    path = score_all(open_store(Settings(home=pilot_home)), pilot, home, manifest)
    found = scores_of(home, pilot)
    assert found.model == manifest.id
    written = pd.read_parquet(path)
    chosen = choose(pilot, rules=0, scores=found, top=5).flags.query("kind == 'score' and side == 'receives'")
    highest = (1 - written.loc[written["receives"], "entitled"]).nlargest(5).round(3).tolist()
    assert sorted((evidence["score"] for evidence in chosen["evidence"]), reverse=True) == pytest.approx(highest)


ACCESS_LOG = {"keys/access-log.anchor", "keys/access-log.key"}


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith("register.sqlite")
    }


def test_a_whole_life_of_cases_leaves_every_other_file_of_the_home_as_it_was(pilot_home, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(pilot_home, home)
    settings = Settings(home=home)
    before = hashes(home)
    with closing(open_store(settings).open()) as warehouse:
        flags = choose(warehouse, rules=20).flags
    now = START
    cases = open_cases(settings, clock=lambda: now)
    cases.open(flags, dataset="pilot", snapshot="s1", officer="ADM-1", reason="Putaran")
    listed = cases.queue(side="receives").rows["id"].tolist()
    for id_ in listed:
        find(cases, id_)
        act(cases, "notice", id_, "P-1")
        act(cases, "answer", id_, "P-1", text="Sudah pindah")
        act(cases, "propose", id_, "P-1", outcome="recommend_exclusion")
        act(cases, "confirm", id_, "P-2")
    cases.close()
    assert listed
    after = hashes(home)
    assert {name: each for name, each in after.items() if name not in ACCESS_LOG} == before
    assert set(after) >= ACCESS_LOG
    assert len(before) > 20


READ_ONLY = {
    "analytics.store": {"Warehouse"},
    "analytics.risk.saved": {"current"},
    "analytics.risk.scoring": {"scores_path"},
    "analytics.risk.learners": {"without_category"},
    "analytics.marts.common": {"with_district"},
    "analytics.audits.planning": {"require_random_share"},
    "analytics.access_log": {"append"},
    "analytics.access.areas": {"inside", "is_inside", "require_area"},
    "analytics.settings": {"Settings", "SettingsError"},
    "analytics.eligibility": {"VERDICTS", "rulebook"},
    "analytics.eligibility.verdicts": {"SEPARATOR"},
}
"""All that cases and the register take from elsewhere in Tepat; none of it writes a snapshot, payments or decisions."""
WRITES = {"to_parquet", "write_parquet", "write_text", "write_bytes", "to_csv", "to_sql", "unlink", "rmtree"}
MODULES = sorted(path for room in ("cases", "register") for path in (ROOT / "analytics" / room).rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_nothing_of_the_cases_and_the_register_can_write_a_snapshot(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert not [each.name for each in node.names if each.name.startswith(("analytics", "duckdb", "ibis"))]
        if isinstance(node, ast.ImportFrom):
            module = node.module or ""
            assert not module.startswith(("duckdb", "ibis", "pyarrow"))
            if module.startswith("analytics.") and not module.startswith(("analytics.cases", "analytics.register")):
                assert {each.name for each in node.names} <= READ_ONLY.get(module, set()), module
        if isinstance(node, ast.Attribute):
            assert node.attr not in WRITES
