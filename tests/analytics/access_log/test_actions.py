"""Every action is one that the product takes, and what is done at the machine is logged as the operator's."""

import ast
import json
from contextlib import closing

import numpy as np
import polars as pl
import pytest

from analytics.access.errors import AccessError
from analytics.access.grants import open_grants
from analytics.access_log import ACTIONS, append, on_command_line, operator, record, verify
from analytics.access_log.tables import LOG
from analytics.biometrics.template_rows import ready_made
from analytics.biometrics.templates import Templates
from analytics.privacy import erase, person_of, run_retention
from analytics.privacy.rotation import rotate
from analytics.register import open_database
from analytics.settings import Settings
from dashboard.words import catalogue
from tests.analytics.access_log.tampering import rows_of
from tests.conftest import ROOT

NIK = "3510014708450003"


def texts(*folders: str) -> set[str]:
    """Return every text that stands alone in the code below folders."""
    trees = [ast.parse(path.read_text("utf-8")) for folder in folders for path in (ROOT / folder).rglob("*.py")
             if path.name != "entry.py"]  # fmt: skip
    nodes = (node for tree in trees for node in ast.walk(tree))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_action_is_written_by_the_product_looked_for_in_a_test_and_has_a_name():
    assert set(ACTIONS) <= texts("analytics", "dashboard")
    assert set(ACTIONS) <= texts("tests")
    assert {f"log.did_{action}" for action in ACTIONS} == {key for key in catalogue() if key.startswith("log.did_")}


def test_a_grant_is_logged_with_it_and_one_that_fails_is_neither(register_settings, monkeypatch):
    with closing(open_grants(register_settings)) as grants:
        grants.grant("PKH-07", role="officer", area="35.10.01", by="ADM-1")
        grants.revoke("PKH-07", by="ADM-2")
        with pytest.raises(AccessError):
            grants.revoke("PKH-07", by="ADM-2")
        given, taken = rows_of(register_settings)
        monkeypatch.setattr(LOG, "insert", lambda: (_ for _ in ()).throw(RuntimeError("full")))
        with pytest.raises(RuntimeError, match="full"):
            grants.grant("PKH-07", role="inspector", by="ADM-1")
        assert grants.scope("PKH-07") is None
    assert {(row["actor"], row["kind"], row["ref"]) for row in (given, taken)} == {(operator(), "officer", "PKH-07")}
    assert [row["action"] for row in (given, taken)] == ["grant", "revoke"]
    assert json.loads(given["details"]) == {"role": "officer", "area": "35.10.01", "by": "ADM-1"}


def test_a_code_that_is_typed_at_the_machine_stands_beside_the_login(register_settings):
    with on_command_line(), closing(open_database(register_settings)) as database, database.writing() as connection:
        append(connection, actor="ADM-1", action="erase_person")
        append(connection, actor=operator(), action="rotate_key")
    record(register_settings, actor="PKH-07", action="sign_out")
    typed, own, outside = rows_of(register_settings)
    assert (typed["role"], json.loads(typed["details"])) == ("command_line", {"operator": operator()})
    assert (own["role"], own["details"], outside["role"]) == ("command_line", "{}", "")


def test_who_acts_in_a_role_is_logged_in_it_and_others_on_the_same_connections_are_not(register_settings):
    with closing(open_database(register_settings)) as database:
        for each in (database.acting("adjudicator"), database, database.acting("officer")):
            with each.writing() as connection:
                append(connection, actor="R-1", action="view_pair")
    assert [row["role"] for row in rows_of(register_settings)] == ["adjudicator", "", "officer"]
    assert verify(register_settings).is_whole


def test_retention_rotation_and_an_erasure_outside_of_the_vault_are_logged_and_name_nobody(register_settings):
    person = person_of(register_settings, NIK)
    templates = ready_made(pl.Series([person]), np.full((1, 16), 0.25, dtype=np.float32), model="m1")
    Templates.open(register_settings).add(templates)
    erase(register_settings, NIK, officer="ADM-1", reason="Permintaan yang bersangkutan")
    run_retention(register_settings, officer="ADM-1", dry_run=True)
    run_retention(register_settings, officer="ADM-1")
    rotate(register_settings)
    erased, retained, rotated = rows_of(register_settings)
    assert (erased["actor"], erased["action"], erased["ref"]) == ("ADM-1", "erase_person", person)
    assert (retained["actor"], retained["action"]) == (operator(), "run_retention")
    assert json.loads(retained["details"]) == {"officer": "ADM-1"}
    assert (rotated["actor"], rotated["action"]) == (operator(), "rotate_key")
    assert NIK not in json.dumps(rows_of(register_settings))


def test_no_action_is_left_where_the_log_takes_no_entry(tmp_path, monkeypatch):
    settings = Settings(home=tmp_path)
    monkeypatch.setattr(LOG, "insert", lambda: (_ for _ in ()).throw(RuntimeError("full")))
    (tmp_path / "exports" / "old").mkdir(parents=True)
    with pytest.raises(RuntimeError, match="full"):
        run_retention(settings.model_copy(update={"exports_days": 1}), officer="ADM-1")
    assert (tmp_path / "exports" / "old").is_dir()
