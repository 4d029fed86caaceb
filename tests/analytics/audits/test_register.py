"""The register: the same on SQLite and PostgreSQL, safe with many writers, without a name or number of a person."""

import datetime as dt
import pickle
import stat
import subprocess
import sys
from contextlib import closing

import pandas as pd
import pytest
import sqlalchemy as sa

from analytics.audits.draw import draw
from analytics.audits.register import Draw, RegisterError, has_register, open_register
from analytics.settings import Settings, SettingsError
from tests.analytics.audits.conftest import population

VISITS = {"receivers": 20, "non_receivers": 20}


@pytest.fixture
def settings(register_settings: Settings) -> Settings:
    return register_settings


def add(settings: Settings, seed: int = 1) -> Draw:
    frame = population(500)
    with closing(open_register(settings)) as register:
        drawn = draw(frame, VISITS, seed=seed)
        return register.add(frame, drawn, dataset="pilot", snapshot="s1", seed=seed, random_share=0.3)


def test_a_draw_is_kept_as_it_was_made(settings):
    made = add(settings)
    drawn = draw(population(500), VISITS, seed=1).visits
    with closing(open_register(settings)) as register:
        kept = register.visits(made.id)
        assert register.draw(made.id) == made
        assert register.find(kept["code"].tolist()[:3])["code"].is_unique
        assert register.find(["35.10.01-9999-AA"]).empty
        listed = register.draws("pilot").to_dict("records")
        assert register.draws("another").empty
    assert made.id == f"d{dt.datetime.now(dt.UTC):%Y%m%d}-1"
    same = ["family_id", "village", "district", "frame", "stratum", "inclusion_probability"]
    ours, theirs = (frame.set_index("family_id")[same[1:]].sort_index() for frame in (kept, drawn))
    assert ours.astype(str).to_dict("index") == theirs.astype(str).to_dict("index")
    assert kept["code"].str.fullmatch(r"35\.10\.\d\d-\d{4}-[A-Z]{2}").all()
    assert (listed[0]["visits"], listed[0]["returned"], listed[0]["answered"]) == (40, 0, 0)


def test_in_an_area_a_draw_counts_the_visits_there_alone(settings):
    made = add(settings)
    with closing(open_register(settings)) as register:
        visits = register.visits(made.id)
        back = visits["code"].head(5)
        came = pd.DataFrame({"code": back, "visited_on": dt.date(2026, 8, 20), "welfare": None}, dtype=object)
        register.note(came, pd.DataFrame({"code": back, "programme": "BPNT", "entitled": True}, dtype=object))
        districts = visits["village"].str.rpartition(".")[0]
        assert districts.nunique() > 1
        for area, own in visits.groupby(districts):
            (row,) = register.draws(area=str(area)).to_dict("records")
            assert row["visits"] == len(own)
            assert row["returned"] == row["answered"] == own["code"].isin(back).sum()
        assert register.draws(area="99.99").empty


def test_numbers_run_on_from_draw_to_draw_so_that_a_code_is_one_visit(settings):
    first, second = add(settings), add(settings, seed=2)
    assert (first.id[-1], second.id[-1]) == ("1", "2")
    with closing(open_register(settings)) as register:
        kept = pd.concat([register.visits(first.id), register.visits(second.id)])
    assert kept["code"].is_unique
    assert not kept.duplicated(["district", "number"]).any()


def test_results_are_noted_and_counted(settings):
    made = add(settings)
    with closing(open_register(settings)) as register:
        codes = register.visits(made.id)["code"].tolist()[:3]
        day = dt.date(2026, 8, 20)
        visits = pd.DataFrame({"code": codes, "visited_on": [day] * 3, "welfare": [5e5, None, None]}, dtype=object)
        told = pd.DataFrame({"code": codes, "programme": ["BPNT"] * 3, "entitled": [True, False, None]}, dtype=object)
        register.note(visits, told)
        register.note(visits, told)
        row = register.draws().to_dict("records")[0]
        assert (row["returned"], row["answered"]) == (3, 2)
        assert register.results("pilot")["entitled"].tolist() == [True, False, None]
        kept = register.visits(made.id).set_index("code")
        assert kept["visited_on"][codes[0]] == day
        assert kept["welfare"][codes].tolist() == [5e5, None, None]


DRAW_TWICE = """
import pickle, sys
from tests.analytics.audits.test_register import add
settings, seed = pickle.loads(bytes.fromhex(sys.argv[1])), int(sys.argv[2])
print(*(add(settings, seed=each).id for each in (seed, seed + 4)))
"""


def test_two_processes_at_once_draw_different_ids(settings):
    with closing(open_register(settings)):
        pass
    # Not a pool of multiprocessing: it would run again what a page's test left as the main module.
    pickled = pickle.dumps(settings).hex()
    started = [
        subprocess.Popen([sys.executable, "-c", DRAW_TWICE, pickled, str(seed)], stdout=subprocess.PIPE, text=True)
        for seed in range(4)
    ]
    made = [name for process in started for name in process.communicate(timeout=120)[0].split()]
    assert sorted(int(name.rpartition("-")[2]) for name in made) == list(range(1, 9))
    with closing(open_register(settings)) as register:
        kept = pd.concat([register.visits(name) for name in made])
    assert len(kept) == 8 * 40
    assert kept["code"].is_unique


def test_the_file_is_its_owners_alone_and_reading_makes_none(tmp_path):
    settings = Settings(home=tmp_path / "home")
    assert not has_register(settings)
    add(settings)
    assert has_register(settings)
    for path in settings.home.glob("register*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name
    with closing(sa.create_engine(f"sqlite:///{settings.home}/register.sqlite").connect()) as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        connection.engine.dispose()


def test_an_unknown_draw_names_those_there_are(tmp_path):
    made = add(Settings(home=tmp_path))
    with closing(open_register(Settings(home=tmp_path))) as register, pytest.raises(RegisterError) as caught:
        register.draw("d1")
    assert made.id in caught.value.cause


def test_a_register_that_cannot_be_reached_names_no_password(tmp_path):
    url = "postgresql://tepat:secret@127.0.0.1:1/none"
    with pytest.raises(RegisterError) as caught:
        open_register(Settings(home=tmp_path, register_url=url))
    assert "secret" not in str(caught.value)
    with pytest.raises(SettingsError, match="TEPAT_REGISTER_URL"):
        open_register(Settings(home=tmp_path, register_url="mysql://x"))
