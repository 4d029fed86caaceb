"""Roles, grants and claims: what is unknown, missing, late or of another kind opens nothing."""

import datetime as dt
from contextlib import closing

import pytest
from typer.testing import CliRunner

from analytics.access import PAGES, RIGHTS, VISITOR, AccessError, NoAccessError, Scope
from analytics.access.claims import scope_of
from analytics.access.grants import open_grants
from analytics.cli.app import app
from analytics.settings import Settings, settings

NOW = dt.datetime(2026, 8, 18, 3, 0, tzinfo=dt.UTC)
GOOD = {"sub": "pkh-07", "iat": NOW.timestamp() - 60, "tepat_role": "officer", "tepat_area": "35.10.01"}


def by_claims(**changes) -> Settings:
    return Settings(roles_from="claims", **changes)


@pytest.fixture
def grants(register_settings):
    with closing(open_grants(register_settings, clock=lambda: NOW)) as opened:
        yield opened


def test_each_role_opens_pages_that_there_are_and_no_role_but_the_visitor_opens_all():
    for role, rights in RIGHTS.items():
        assert rights.pages
        assert set(rights.pages) <= set(PAGES)
        assert (set(rights.pages) == set(PAGES)) == (role == VISITOR)


def test_photos_and_pairs_are_for_adjudicators_alone():
    granted = {role for role in RIGHTS if role != VISITOR and Scope(role).may("photos")}
    assert granted == {role for role in RIGHTS if role != VISITOR and Scope(role).may_open("tinjau")} == {"adjudicator"}


@pytest.mark.parametrize(
    ("asked", "given"),
    [("", "35.10"), ("35.10.02", "35.10.02"), ("35.1", "35.10"), ("35.100", "35.10"), ("35", "35.10"), ("%", "35.10")],
)
def test_an_area_is_cut_to_the_scope(asked, given):
    assert Scope("officer", "35.10").within(asked) == given


@pytest.mark.parametrize("role", ["", "Officer", "officer ", "admin", "officer;leadership", "__init__"])
def test_an_unknown_role_is_no_scope(role):
    with pytest.raises(NoAccessError):
        Scope(role)


@pytest.mark.parametrize(
    "area", ["%", "35.", ".35", "35..10", "35.10.01.2001", "35/10", "35 10", "'; --", "35.10.01\n"]
)
def test_what_is_no_region_is_no_area(area):
    with pytest.raises(AccessError):
        Scope("officer", area)


def test_a_new_grant_takes_the_place_of_the_old_and_a_revoked_one_gives_nothing(grants):
    grants.grant("pkh-07", role="officer", area="35.10.01", by="admin-1")
    grants.grant("pkh-08", role="officer", area="35.10.02", by="admin-1")
    grants.grant("pkh-07", role="leadership", by="admin-2")
    assert grants.scope("pkh-07") == Scope("leadership")
    grants.revoke("pkh-07", by="admin-2")
    assert grants.scope("pkh-07") is None
    assert grants.scope("pkh-08") == Scope("officer", "35.10.02")
    assert list(grants.listed()["subject"]) == ["pkh-08"]
    kept = grants.listed(everything=True)
    assert list(kept["role"]) == ["officer", "leadership", "officer"]
    assert list(kept["revoked_by"]) == ["admin-2", "admin-2", None]


@pytest.mark.parametrize(
    "bad",
    [
        {"role": "boss"}, {"role": VISITOR}, {"role": "officer", "area": "x y"}, {"role": "officer", "by": ""},
        {"role": "officer", "subject": "Siti Aminah"}, {"role": "officer", "subject": "3510010101010001"},
    ],
)  # fmt: skip
def test_a_grant_that_cannot_be_used_is_not_kept(grants, bad):
    given = {"subject": "pkh-07", "by": "admin-1"} | bad
    with pytest.raises(AccessError):
        grants.grant(given.pop("subject"), **given)
    assert grants.listed(everything=True).empty


def test_revoking_nothing_says_so(grants):
    with pytest.raises(AccessError, match="holds no role"):
        grants.revoke("pkh-07", by="admin-1")


def test_claims_give_the_scope_that_they_say():
    assert scope_of(GOOD, by_claims(), now=NOW) == ("pkh-07", Scope("officer", "35.10.01"))
    assert scope_of(GOOD | {"tepat_area": ""}, by_claims(), now=NOW)[1] == Scope("officer")
    named = by_claims(claim_role="r", claim_area="a", claim_subject="email")
    said = {"email": "siti@kemensos.go.id", "r": "leadership", "a": "35", "iat": GOOD["iat"]}
    assert scope_of(said, named, now=NOW) == ("siti@kemensos.go.id", Scope("leadership", "35"))


@pytest.mark.parametrize(
    "changes",
    [
        {"sub": None}, {"sub": 7}, {"sub": ""}, {"sub": "two words"}, {"sub": ["pkh-07"]}, {"sub": "3510010101010001"},
        {"iat": None}, {"iat": "now"}, {"iat": True}, {"iat": float("nan")}, {"iat": NOW.timestamp() + 3600},
        {"iat": NOW.timestamp() - 9 * 3600}, {"tepat_role": None}, {"tepat_role": "visitor"}, {"tepat_role": "boss"},
        {"tepat_role": ["officer"]}, {"tepat_role": {}}, {"tepat_area": None}, {"tepat_area": ["35"]},
        {"tepat_area": "%"}, {"tepat_area": "35.10.01.2001"},
    ],
)  # fmt: skip
def test_a_missing_late_or_strange_claim_gives_no_access(changes):
    said = {name: value for name, value in (GOOD | changes).items() if value is not None}
    with pytest.raises(NoAccessError) as refused:
        scope_of(said, by_claims(), now=NOW)
    assert refused.value.next_step


def test_the_register_alone_counts_where_roles_come_from_it(grants, register_settings):
    with pytest.raises(NoAccessError):
        scope_of(GOOD | {"tepat_role": "leadership"}, register_settings, now=NOW, grants=grants)
    grants.grant("pkh-07", role="officer", area="35.10.02", by="admin-1")
    assert scope_of(GOOD, register_settings, now=NOW, grants=grants) == ("pkh-07", Scope("officer", "35.10.02"))


def test_the_commands_grant_list_and_revoke(tmp_path, monkeypatch):
    monkeypatch.setenv("TEPAT_HOME", str(tmp_path))
    settings.cache_clear()
    run = CliRunner().invoke
    assert (
        run(app, ["access", "grant", "pkh-07", "--role", "officer", "--area", "35.10.01", "--by", "a1"]).exit_code == 0
    )
    said = run(app, ["access", "list"]).output
    assert "pkh-07" in said
    assert "35.10.01" in said
    assert '"revoked_at": null' in run(app, ["access", "list", "--json"]).output
    assert run(app, ["access", "revoke", "pkh-07", "--by", "a1"]).exit_code == 0
    assert "Nobody holds a role" in run(app, ["access", "list"]).output
    refused = run(app, ["access", "grant", "pkh-07", "--role", "boss", "--by", "a1"])
    assert isinstance(refused.exception, AccessError)
