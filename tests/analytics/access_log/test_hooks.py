"""What people do is in the log: who, what, of whom, in the same transaction as the doing."""

import datetime as dt
import json
from contextlib import closing

import pandas as pd
import pytest

from analytics.access_log import operator, verify
from analytics.access_log.tables import LOG
from analytics.adjudication import AdjudicationError, open_adjudication
from analytics.adjudication.life import GRACE
from analytics.audits.draw import draw
from analytics.audits.register import open_register
from analytics.cases import CaseError, open_cases
from analytics.settings import Settings
from analytics.vault import Identity, Person, VaultError, open_vault
from tests.analytics.access_log.tampering import rows_of
from tests.analytics.adjudication.conftest import DATASET, found, judge, pair
from tests.analytics.audits.conftest import population
from tests.analytics.cases.conftest import Clock, act, find, one

NAME, NIK = "Siti Aminah binti Ngatemin", "3510014708450003"


@pytest.fixture
def clock() -> Clock:
    return Clock()


def logged(settings: Settings) -> list[tuple[str, str, str, dict[str, object]]]:
    """Return actor, action, ref and details of each entry, and look that the chain is whole."""
    assert verify(settings).is_whole
    return [(row["actor"], row["action"], row["ref"], json.loads(row["details"])) for row in rows_of(settings)]


def test_each_action_on_a_case_is_logged_and_a_refused_one_is_not(register_settings, clock):
    with closing(open_cases(register_settings, clock=clock)) as cases:
        id_ = one(cases)
        find(cases, id_)
        act(cases, "notice", id_, "P-1")
        with pytest.raises(CaseError):
            act(cases, "confirm", id_, "P-1")
        act(cases, "answer", id_, "P-1", text="Kami keberatan")
        act(cases, "propose", id_, "P-1", outcome="no_change")
        act(cases, "undo", id_, "P-1")
    opened, *done = logged(register_settings)
    assert opened == ("ADM-1", "open_cases", "pilot", {"cases": 1, "joined": 0, "snapshot": "s1"})
    assert [(who, ref) for who, _, ref, _ in done] == [("BPS-01", id_), *[("P-1", id_)] * 4]
    assert {action for _, action, _, _ in done} == {"decide_case"}
    assert [each["action"] for *_, each in done] == ["find", "notice", "answer", "propose", "undo"]
    assert done[0][3] == {"action": "find", "version": 2, "state": "found", "finding": "not_entitled"}
    assert done[3][3] == {"action": "propose", "version": 5, "state": "proposed", "outcome": "no_change"}
    said = json.dumps(rows_of(register_settings))
    for text in ("Rumah batu", "Kami keberatan", "Sesuai hasil kunjungan"):
        assert text not in said


def test_verdicts_undoings_settlings_and_cases_of_pairs_are_logged(register_settings, clock):
    with closing(open_adjudication(register_settings, clock=clock)) as pairs:
        pairs.store(found(pair(1)))
        id_ = judge(pairs, "R-1", "same")
        pairs.undo(id_, officer="R-1", version=2)
        for reviewer, verdict in (("R-1", "same"), ("R-2", "different"), ("R-3", "cannot_tell")):
            judge(pairs, reviewer, verdict)
        with pytest.raises(AdjudicationError):
            pairs.settle(id_, officer="R-1", outcome="same", version=6, reason="Kunjungan")
        pairs.settle(id_, officer="S-1", outcome="same", version=6, reason="Kunjungan")
        clock.forward(seconds=int(GRACE.total_seconds()))
        receives = pd.DataFrame({"family_id": ["f0001a"], "programme": ["BPNT"]})
        pairs.open_cases(lambda: receives, dataset=DATASET, snapshot="s2", officer="S-2", reason="Putaran")
    done = logged(register_settings)
    assert [(who, more.get("action"), more.get("verdict")) for who, _, _, more in done] == [
        ("R-1", "verdict", "same"), ("R-1", "undo", None), ("R-1", "verdict", "same"), ("R-2", "verdict", "different"),
        ("R-3", "verdict", "cannot_tell"), ("S-1", "settle", "same"), ("S-2", "cases", None), ("S-2", None, None),
    ]  # fmt: skip
    assert {(action, ref) for _, action, ref, _ in done[:-1]} == {("review_pair", id_)}
    assert done[-1][1:] == ("open_cases", DATASET, {"cases": 1, "joined": 0, "snapshot": "s2"})


def test_looks_into_the_vault_and_refused_ones_are_logged_beside_its_own_lines(register_settings, clock):
    settings = register_settings.model_copy(update={"vault_days": 1})
    with (
        closing(open_adjudication(settings, clock=clock)) as pairs,
        closing(open_vault(settings, dataset=DATASET, clock=clock)) as vault,
    ):
        pairs.store(found(pair(1), pair(2)))
        who = Identity(name=NAME, nik=NIK)
        vault.put([Person(person_id=name, identity=who) for name in ("p0001a", "p0001b", "p0002a")])
        vault.read("p0001a", viewer="R-1", purpose="Memeriksa pasangan")
        vault.read_numbers("p0001a", viewer="R-1", purpose="Surat ke Dukcapil")
        (id_,) = pairs.database.frame(_pair_of("p0001a"))["id"]
        with pytest.raises(VaultError):
            vault.watermarked_photo("p0001a", viewer="R-1", pair=id_)
        vault.erase("p0002a", officer="ADM-1", reason="Permintaan keluarga")
        for reviewer in ("R-1", "R-2"):
            for _ in range(2):
                judge(pairs, reviewer, "different")
        clock.forward(days=2)
        vault.purge(officer="ADM-2")
        views = vault.views()
    done = [each for each in logged(settings) if each[1] != "review_pair"]
    assert [each[:3] for each in done] == [
        ("R-1", "view_identity", "p0001a"), ("R-1", "view_numbers", "p0001a"), ("R-1", "refuse_photo", "p0001a"),
        ("ADM-1", "erase_person", "p0002a"), ("ADM-2", "purge_person", "p0001a"), ("ADM-2", "purge_person", "p0001b"),
    ]  # fmt: skip
    assert done[2][3] == {"dataset": DATASET, "pair": id_}
    assert len(views) == len(done)
    said = json.dumps(rows_of(settings))
    assert NAME not in said
    assert NIK not in said


def test_a_draw_of_field_checks_is_logged_as_the_operators(register_settings):
    frame = population(500)
    drawn = draw(frame, {"receivers": 20, "non_receivers": 20}, seed=1)
    with closing(open_register(register_settings)) as register:
        made = register.add(frame, drawn, dataset="pilot", snapshot="s1", seed=1, random_share=0.3)
    (entry,) = logged(register_settings)
    assert entry == (operator(), "draw_visits", made.id, {"dataset": "pilot", "snapshot": "s1", "visits": 40})
    assert rows_of(register_settings)[0]["role"] == "command_line"


def test_results_of_field_checks_are_logged_as_counts(register_settings):
    frame = population(500)
    drawn = draw(frame, {"receivers": 20, "non_receivers": 20}, seed=1)
    with closing(open_register(register_settings)) as register:
        made = register.add(frame, drawn, dataset="pilot", snapshot="s1", seed=1, random_share=0.3)
        (code, *_) = register.visits(made.id)["code"]
        visits = pd.DataFrame({"code": [code], "visited_on": [dt.date(2026, 11, 2)], "welfare": [None]})
        register.note(visits, pd.DataFrame({"code": [code], "programme": ["BPNT"], "entitled": [True]}))
    _, entry = logged(register_settings)
    assert entry == (operator(), "import_results", "", {"visits": 1, "results": 1})


def test_a_correction_is_logged_by_its_fields_owner_and_not_by_its_values(register_settings, clock):
    with (
        closing(open_adjudication(register_settings, clock=clock)) as pairs,
        closing(open_vault(register_settings, dataset=DATASET, clock=clock)) as vault,
    ):
        pairs.store(found(pair(1)))
        vault.put([Person(person_id="p0001a", identity=Identity(name=NAME, nik=NIK))])
        vault.correct("p0001a", {"name": "Siti Aminah"}, officer="ADM-1", reason="Permintaan keluarga")
    (entry,) = logged(register_settings)
    assert entry[:3] == ("ADM-1", "correct_person", "p0001a")
    assert "Siti" not in json.dumps(rows_of(register_settings))


def test_where_the_entry_cannot_be_kept_nothing_is_done(register_settings, clock, monkeypatch):
    with closing(open_cases(register_settings, clock=clock)) as cases:
        id_ = one(cases)
        before = cases.case(id_)
        monkeypatch.setattr(LOG, "insert", lambda: (_ for _ in ()).throw(RuntimeError("full")))
        with pytest.raises(RuntimeError, match="full"):
            find(cases, id_)
        assert cases.case(id_) == before
        assert len(cases.history(id_)) == 1


def _pair_of(person_id: str):
    import sqlalchemy as sa

    from analytics.adjudication.tables import PAIRS

    return sa.select(PAIRS.c.id).where(PAIRS.c.a == person_id)
