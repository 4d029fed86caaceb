"""A person is shown, corrected and erased everywhere, with a receipt, and no word of them is left."""

import io
import json
import os
import sys
from contextlib import closing

import numpy as np
import polars as pl
import pytest
import sqlalchemy as sa

from analytics.adjudication import open_adjudication
from analytics.adjudication.tables import PAIRS
from analytics.biometrics.template_rows import ready_made
from analytics.biometrics.templates import Templates
from analytics.cli import app as command
from analytics.keys import cipher
from analytics.privacy import PrivacyError, check_receipt, correct, erase, person_of, run_retention, show
from analytics.privacy.receipts import written
from analytics.register import open_database
from analytics.settings import Settings
from analytics.settings import settings as read_settings
from analytics.vault import Identity, Person, VaultError, open_vault
from analytics.vault.tables import PEOPLE, VIEWS
from tests.analytics.adjudication.conftest import DATASET, found, judge, pair
from tests.analytics.cases.conftest import START, Clock

NIK, OTHER = "3510014708450003", "3510010101900001"
NAME = "Siti Aminah binti Ngatemin"
BY = {"officer": "ADM-1", "reason": "Permintaan yang bersangkutan"}
VECTORS = np.random.default_rng(5).standard_normal((4, 16)).astype(np.float32)


@pytest.fixture
def settings(register_settings):
    """A home that holds a person in two data sets and two galleries, beside another person."""
    one, other = person_of(register_settings, NIK), person_of(register_settings, OTHER)
    with closing(open_adjudication(register_settings)) as pairs:
        for dataset in (DATASET, "another"):
            pairs.store(found(pair(1, a=min(one, other), b=max(one, other)), dataset=dataset))
            with closing(open_vault(register_settings, dataset=dataset)) as vault:
                vault.put([Person(person_id=one, identity=Identity(name=NAME, nik=NIK, village="Genteng"))])
                vault.put([Person(person_id=other, identity=Identity(name="Suwarni", nik=OTHER))])
        judge(pairs, "R-1", "same")
    for gallery in ("default", "other-2"):
        rows = ready_made(pl.Series([one, one, other, "x"]), VECTORS, model="m1", photo=pl.Series(["1", "2", "3", "4"]))
        Templates.open(register_settings, gallery).add(rows)
    return register_settings


def everything(settings):
    """Return all bytes of the home, those that are encrypted in the clear too, and the vault's rows."""
    held = [path.read_bytes() for path in settings.home.rglob("*") if path.is_file() and path.parent.name != "keys"]
    parts = [path.read_bytes() for path in settings.home.rglob("*.part")]
    with closing(open_database(settings)) as database:
        people = [bytes(token) for token in database.frame(sa.select(PEOPLE))["identity"]]
    held += [cipher(settings.home, "templates").decrypt(token) for token in parts]
    held += [cipher(settings.home, "vault").decrypt(token) for token in people]
    return b"\n".join(held)


def secrets_of(person):
    return [NIK.encode(), NAME.encode(), VECTORS[0].tobytes(), VECTORS[1].tobytes()]


def test_an_erased_person_is_in_no_file_and_nobody_else_is_missing(settings):
    person = person_of(settings, NIK)
    with closing(open_database(settings)) as database:
        tokens = [
            bytes(value) for value in database.frame(sa.select(PEOPLE).where(PEOPLE.c.person_id == person))["identity"]
        ]
    before = everything(settings)
    assert all(secret in before for secret in secrets_of(person))
    receipt = erase(settings, NIK, **BY)
    after = everything(settings)
    assert not [secret for secret in (*secrets_of(person), *tokens) if secret in after]
    assert VECTORS[2].tobytes() in after
    assert receipt.done == {"identities and photos": 2, "templates": 4}
    told = show(settings, NIK, **BY)
    assert (told["vault"], told["templates"], told["pairs"]) == ({}, {}, 2)
    assert set(show(settings, OTHER, **BY)["vault"]) == {DATASET, "another"}
    with closing(open_database(settings)) as database:
        assert len(database.frame(sa.select(PAIRS))) == 2
    with closing(open_vault(settings, dataset=DATASET)) as vault:
        assert vault.missing() == [], "nobody comes back by themselves"


def test_erasing_again_gives_the_same_receipt_and_what_was_interrupted_is_completed(settings):
    with closing(open_vault(settings, dataset=DATASET)) as vault:
        vault.erase(person_of(settings, NIK), **BY)  # a run that was killed here has written no receipt
    first = erase(settings, NIK, **BY)
    assert first.done == {"identities and photos": 2, "templates": 4}
    assert erase(settings, NIK, **BY) == first
    assert len(list((settings.home / "receipts").glob("*"))) == 1


def test_of_somebody_unknown_the_receipt_says_that_nothing_was_held(settings):
    assert erase(settings, "3510014708450999", **BY).done == {"identities and photos": 0, "templates": 0}


def test_a_receipt_names_nobody_and_any_change_of_it_is_found(settings):
    receipt = erase(settings, NIK, **BY)
    content = written(receipt)
    assert check_receipt(settings.home, content) == receipt
    assert not [secret for secret in (NIK, NAME, "Genteng") if secret in content.decode()]
    plain = json.loads(content)
    for change in (
        {"officer": "ADM-2"}, {"done": {"templates": 9}}, {"signature": "0" * 64}, {"signature": 5}, {"stays": {}},
        {"fields": None}, {"more": 1}, {"at": "2020"},
    ):  # fmt: skip
        with pytest.raises(PrivacyError, match="not one that"):
            check_receipt(settings.home, json.dumps(plain | change).encode())
    for broken in (b"", b"[]", content[:-4]):
        with pytest.raises(PrivacyError):
            check_receipt(settings.home, broken)
    (settings.home / "receipts" / f"{receipt.id}.json").write_text("changed")
    assert erase(settings, NIK, **BY).done["templates"] == 0


def test_a_correction_changes_the_fields_alone_and_says_which(settings):
    receipt = correct(settings, NIK, {"name": "Siti Aminah", "village": "Setail"}, **BY)
    assert (receipt.action, receipt.fields, receipt.done) == ("correct", ("name", "village"), {"identities": 2})
    assert "Setail" not in written(receipt).decode()
    for held in show(settings, NIK, **BY)["vault"].values():
        assert (held["identity"]["name"], held["identity"]["village"]) == ("Siti Aminah", "Setail")
        assert held["identity"]["nik"] == "351001••••••••03"
    assert NAME.encode() not in everything(settings)
    for changes in ({"nik": OTHER}, {"nama": "x"}, {}):
        with pytest.raises(VaultError, match="cannot be corrected"):
            correct(settings, NIK, changes, **BY)
    with pytest.raises(PrivacyError, match="holds nothing"):
        correct(settings, "3510014708450999", {"name": "x"}, **BY)


@pytest.mark.parametrize(
    "nik", ["", "351001470845000", "3510014708450003 ; x", "35100147084500033", "٣٥١٠٠١٤٧٠٨٤٥٠٠٠٣"]
)
def test_what_is_no_nik_is_told_without_repeating_it(tmp_path, nik):
    with pytest.raises(PrivacyError, match="no NIK") as caught:
        person_of(Settings(home=tmp_path), nik)
    assert not nik or nik not in str(caught.value)


@pytest.mark.parametrize("given", [{"officer": "Siti Aminah"}, {"reason": " "}, {"reason": f"NIK {NIK}"}])
def test_without_code_and_reason_nothing_is_done(settings, given):
    with pytest.raises((PrivacyError, VaultError)) as caught:
        erase(settings, NIK, **BY | given)
    assert NIK not in str(caught.value)
    with closing(open_database(settings)) as database:
        assert len(database.frame(sa.select(PEOPLE))) == 4


def test_the_retention_removes_what_is_older_and_a_dry_run_counts_the_same(settings, tmp_path):
    lists = tmp_path / "lists"
    own = settings.model_copy(update={"lists_folder": lists, "lists_days": 10, "exports_days": 20, "looks_days": 30})
    clock = Clock()
    erase(own, NIK, **BY, clock=clock)
    with closing(open_vault(own, dataset=DATASET, clock=clock)) as vault:
        vault.read(person_of(own, OTHER), viewer="R-1", purpose="Memeriksa")
    moment = START.timestamp()
    refused = own.home / "warehouse" / "attempts" / DATASET / "quarantine.parquet"
    for path, days in (
        (lists / "visits.xlsx", 11), (lists / "new.csv", 9), (lists / "note.txt", 99),
        (own.home / "exports" / "old" / "anggota.csv", 21), (own.home / "exports" / "new" / "anggota.csv", 19),
        (refused, 91),
    ):  # fmt: skip
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
        os.utime(path, (moment - days * 86400,) * 2)
        os.utime(path.parent, (moment - days * 86400,) * 2)

    def counts(**more):
        return {each.what: each.count for each in run_retention(own, officer="ADM-1", clock=clock, **more)}

    expected = {"vault": 0, "looks": 0, "exports": 1, "refused": 1, "lists": 1}
    assert counts(dry_run=True) == expected
    assert (lists / "visits.xlsx").exists()
    assert counts() == expected
    assert sorted(path.name for path in lists.iterdir()) == ["new.csv", "note.txt"]
    assert [path.name for path in (own.home / "exports").iterdir()] == ["new"]
    assert not refused.parent.exists()
    clock.forward(days=31)
    assert counts(dry_run=True)["looks"] == counts()["looks"] == 1
    assert counts()["looks"] == 0
    with closing(open_database(own)) as database:
        assert set(database.frame(sa.select(VIEWS))["what"]) == {"erased"}
    with pytest.raises(PrivacyError, match="code"):
        run_retention(own, officer="Siti Aminah")


@pytest.fixture
def tepat(settings, monkeypatch, capsys):
    """Run a command with a NIK on standard input: status, standard output, standard error."""
    monkeypatch.setenv("TEPAT_HOME", str(settings.home))
    monkeypatch.setenv("TEPAT_REGISTER_URL", settings.register_url)
    read_settings.cache_clear()

    def run(*arguments, given=f"{NIK}\n"):
        monkeypatch.setattr(sys, "argv", ["tepat", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(given))
        with pytest.raises(SystemExit) as ended:
            command.main()
        printed = capsys.readouterr()
        assert NIK not in printed.out + printed.err
        return ended.value.code or 0, printed.out, printed.err

    return run


def test_the_commands_read_the_nik_from_standard_input_or_a_file(tepat, tmp_path_factory):
    tmp_path = tmp_path_factory.mktemp("outside")
    by = ("--officer", "ADM-1", "--reason", "Permintaan")
    status, out, err = tepat("privacy", "show", *by)
    assert (status, err) == (0, "")
    assert json.loads(out)["vault"][DATASET]["identity"]["name"] == NAME
    fields, nik = tmp_path / "fields.json", tmp_path / "nik"
    fields.write_text('{"mother": "Ngatemin"}')
    nik.write_text(NIK)
    assert json.loads(tepat("privacy", "correct", *by, "--fields", fields)[1])["fields"] == ["mother"]
    receipt = tmp_path / "receipt.json"
    receipt.write_text(tepat("privacy", "erase", *by, "--nik-file", nik, given="")[1])
    assert "is sound" in tepat("privacy", "check", receipt)[1]
    receipt.write_text(receipt.read_text().replace("ADM-1", "ADM-2"))
    assert tepat("privacy", "check", receipt)[0] == 2
    assert tepat("privacy", "erase", *by, given="no number\n")[0] == 2
    for broken in ("[]", "{", '{"name": 5}'):
        fields.write_text(broken)
        assert tepat("privacy", "correct", *by, "--fields", fields)[0] == 2
    status, out, _ = tepat("retention", "run", "--officer", "ADM-1", "--dry-run", "--json")
    assert status == 0
    assert {each["what"] for each in json.loads(out)["removed"]} == {"vault", "looks", "exports", "refused", "lists"}
    assert tepat("retention", "run", "--officer", "ADM-1")[0] == 0
    assert json.loads(tepat("vault", "rotate-key", "--json")[1])["people"] == 2
    assert tepat("backup", "create", tmp_path / "b", "--json")[0] == 0
    assert json.loads(tepat("backup", "verify", tmp_path / "b", "--json")[1])["tables"]["vault_people"] == 2
    assert tepat("backup", "restore", tmp_path / "b", "--home", tmp_path / "n")[0] == 2
