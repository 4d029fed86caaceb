"""Each reason of the screening on a case made by hand for it."""

import datetime as dt

import pandas as pd
import pytest

from analytics.objections.screening import ScreeningError, Thresholds
from tests.analytics.objections.screening.conftest import FILED, decided, paid

BEFORE = pd.Timestamp("2026-01-05").to_pydatetime()
ROUND = pd.Timestamp("2026-02-20").to_pydatetime()


def only(rows: pd.DataFrame) -> pd.Series:
    assert len(rows) == 1
    return rows.iloc[0]


def codes(text: str) -> set[str]:
    return set(filter(None, text.split(";")))


def test_who_receives_what_is_asked_for_is_rejected_with_the_last_payment(screen):
    row = only(screen({}, decisions=[decided("eligible", BEFORE)], payments=[paid(ROUND)]))
    assert (row["result"], row["rejected_by"], row["paid_on"]) == ("reject", "already_receives", ROUND)


def test_a_payment_by_an_earlier_list_rejects_nothing(screen):
    row = only(screen({}, payments=[paid(ROUND)]))
    assert row["result"] == "needs_visit"
    assert "paid_undecided" in codes(row["doubts"])


def test_who_was_found_eligible_and_not_paid_yet_is_not_rejected(screen):
    row = only(screen({"grounds": "vehicle_sold"}, decisions=[decided("eligible", FILED - dt.timedelta(days=20))],
                      payments=[paid(ROUND, family="b")], families={"b": {}}))  # fmt: skip
    assert row["rejected_by"] == ""
    assert "listed_unpaid" in codes(row["supports"])


def test_a_family_that_does_not_receive_cannot_be_objected_to(screen):
    against = {"filed_by": "public", "grounds": "not_poor"}
    assert only(screen(against, decisions=[decided("ineligible", BEFORE)]))["rejected_by"] == "does_not_receive"
    row = only(screen(against, decisions=[decided("eligible", BEFORE)], payments=[paid(ROUND)]))
    assert (row["result"], row["doubts"]) == ("needs_visit", "seen_at_home")


def test_a_decision_that_took_anothers_place_settles_nothing(screen):
    later = decided("ineligible", FILED + dt.timedelta(days=9))
    row = only(screen({"filed_by": "public", "grounds": "not_poor"}, decisions=[later]))
    assert row["result"] == "needs_visit"
    assert "standing_unknown" in codes(row["doubts"])


def test_decision_and_payment_that_do_not_agree_need_a_visit(screen):
    refused = decided("ineligible", BEFORE - dt.timedelta(days=120))
    row = only(screen({"filed_by": "public", "grounds": "not_poor"}, decisions=[refused], payments=[paid(ROUND)]))
    assert row["rejected_by"] == ""
    assert "records_conflict" in codes(row["doubts"])


def test_the_same_again_while_the_first_is_open_is_rejected_and_the_first_goes_on(screen):
    rows = screen({"filed_at": FILED - dt.timedelta(days=3)}, {})
    assert rows.loc["o0", "rejected_by"] == ""
    assert rows.loc["o1", "rejected_by"] == "already_open"


EARLIER = {
    "filed_at": FILED - dt.timedelta(days=60), "resolved_at": FILED - dt.timedelta(days=30), "outcome": "rejected",
    "screening": "field_check",
}  # fmt: skip


@pytest.mark.parametrize(
    ("earlier", "family", "rejected", "said"),
    [
        ({}, {}, "already_rejected", ""),
        ({"screening": "reject"}, {}, "", "repeat_unseen"),
        ({"grounds": "vehicle_sold"}, {}, "", ""),
        ({"outcome": "upheld"}, {}, "", "upheld_before"),
        ({"filed_at": FILED - dt.timedelta(days=400), "resolved_at": FILED - dt.timedelta(days=300)}, {}, "", ""),
        ({}, {"wage_date": (FILED - dt.timedelta(days=5)).date()}, "", "changed_since"),
        ({}, {"wage_date": None}, "", "repeat_undated"),
    ],
)  # fmt: skip
def test_a_repeat_is_rejected_only_after_a_recent_field_check_with_unchanged_records(
    earlier, family, rejected, said, screen
):
    row = screen(EARLIER | earlier, {}, families={"a": family}).loc["o1"]
    assert row["rejected_by"] == rejected
    assert not said or said in codes(row["codes"])


def test_a_decision_since_the_rejection_makes_a_repeat_admissible(screen):
    row = screen(EARLIER, {}, decisions=[decided("ineligible", FILED - dt.timedelta(days=2))]).loc["o1"]
    assert row["rejected_by"] == ""
    assert "changed_since" in codes(row["codes"])


def test_a_programme_that_the_portal_does_not_have_is_rejected(screen):
    assert only(screen({"programme": "BLT"}))["rejected_by"] == "outside_programme"
    row = only(screen({"programme": None}))
    assert row["rejected_by"] == ""
    assert "programme_missing" in codes(row["doubts"])


def test_a_regulation_rejects_by_a_sound_record_that_is_not_contested(screen):
    employed = {"a": {"state_employment": True}}
    assert only(screen({}, families=employed))["rejected_by"] == "refuses.state_employment"
    contested = only(screen({"grounds": "wage_record_wrong"}, families=employed))
    assert contested["result"] == "accept_for_check"
    assert contested["supports"] == "contested.state_employment"


@pytest.mark.parametrize(
    ("family", "doubt"),
    [
        ({"state_employment": True, "state_employment_date": dt.date(2021, 1, 1)}, "stale.state_employment"),
        ({"state_employment": True, "state_employment_source": None}, "undated.state_employment"),
        ({"state_employment": None}, "unknown.state_employment"),
        ({"vehicle": True}, "unsettled.vehicle"),
        ({"power": 2_200}, "unsettled.power"),
        ({"land": 6_000.0}, "unsettled.land"),
        ({"decile": 9}, "unsettled.decile"),
    ],
)
def test_a_record_that_does_not_settle_it_sends_somebody(family, doubt, screen):
    row = only(screen({}, families={"a": family}))
    assert row["rejected_by"] == ""
    assert doubt in codes(row["doubts"])
    assert row["result"] == "needs_visit"


def test_a_family_of_whom_nobody_lives_is_rejected_and_an_objection_against_it_supported(screen):
    dead = [{"person_id": "p", "family_id": "a", "sex": "male", "birth_year": 1950, "relation": "head",
             "deceased": True}]  # fmt: skip
    assert only(screen({}, persons=dead))["rejected_by"] == "refuses.deceased"
    against = {"filed_by": "public", "grounds": "deceased_or_moved"}
    row = only(screen(against, persons=dead, decisions=[decided("eligible", BEFORE)], payments=[paid(ROUND)]))
    assert (row["result"], row["supports"]) == ("accept_for_check", "supported.deceased")


def test_a_record_called_wrong_is_settled_on_the_desk_if_it_refuses_and_visited_if_not(screen):
    sold = {"grounds": "vehicle_sold"}
    row = only(screen(sold, families={"a": {"vehicle": True, "wage": None}}))
    assert (row["result"], row["supports"]) == ("accept_for_check", "contested.vehicle")
    assert "ground_not_in_record" in codes(only(screen(sold))["doubts"])


def test_members_and_grounds_that_are_not_known_send_somebody(screen):
    assert "nobody_recorded" in codes(only(screen({}, persons=[]))["doubts"])
    assert "ground_unknown" in codes(only(screen({"grounds": "something_else"}))["doubts"])


def test_a_confirmed_double_that_receives_rejects_and_an_undecided_one_sends_somebody(screen):
    receives = {"decisions": [decided("eligible", BEFORE, "b")], "payments": [paid(ROUND, "b")], "families": {"b": {}}}
    pairs = pd.DataFrame({"family_a": ["b"], "family_b": ["a"], "confirmed": [True]})
    assert only(screen({}, pairs=pairs, **receives))["rejected_by"] == "double_receives"
    row = only(screen({}, pairs=pairs.assign(confirmed=False), **receives))
    assert row["rejected_by"] == ""
    assert "maybe_double" in codes(row["doubts"])


def many(count: int, **each: object) -> list[dict[str, object]]:
    return [
        {"family_id": f"f{at}", "filed_by": "public", "grounds": "not_poor",
         "filed_at": FILED + dt.timedelta(hours=10 * at)} | each
        for at in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize("who", [{"filer": "p-a"}, {"device": "d"}])
def test_many_by_one_person_or_device_in_a_window_are_named_and_not_rejected_for_it(who, screen):
    limits = Thresholds(mass_filed=4, mass_days=2)
    rows = screen(
        *many(4, **who), families={"a": {}}, limits=limits, payments=[paid(ROUND, f"f{at}") for at in range(4)]
    )
    assert set(rows["patterns"]) == {"mass_filing"}
    assert set(rows["result"]) == {"needs_visit"}
    spread = [one | {"filed_at": FILED + dt.timedelta(days=at)} for at, one in enumerate(many(4, **who))]
    assert set(screen(*spread, families={"a": {}}, limits=limits)["patterns"]) == {""}


def test_agents_and_offices_have_thresholds_of_their_own(screen):
    limits = Thresholds(mass_filed=2, mass_filed_by_agent=4, mass_filed_at_office=4)
    agents = many(3, filed_by="agent", grounds="income_lost", agent_id="g", device="d", channel="agent")
    assert set(screen(*agents, limits=limits)["patterns"]) == {""}
    assert set(screen(*many(4, filed_by="agent", agent_id="g", channel="agent"), limits=limits)["patterns"]) == {
        "mass_filing"
    }
    assert set(screen(*many(4, channel="village_office"), limits=limits)["patterns"]) == {"mass_filing"}


def test_an_answer_in_kind_is_named_and_the_first_is_not(screen):
    first = {"family_id": "b", "filed_by": "public", "grounds": "not_poor", "filer": "p-a"}
    answer = first | {"family_id": "a", "filer": "p-b", "filed_at": FILED + dt.timedelta(days=9)}
    rows = screen(first, answer)
    assert rows["patterns"].to_dict() == {"o0": "", "o1": "retaliation"}
    late = answer | {"filed_at": FILED + dt.timedelta(days=120)}
    assert set(screen(first, late)["patterns"]) == {""}


def test_several_against_others_after_ones_own_rejection_are_named(screen):
    own = EARLIER | {"family_id": "a"}
    others = many(3, filer="p-a", filed_at=FILED - dt.timedelta(days=10))
    rows = screen(own, *others)
    assert rows["patterns"].to_dict() == {"o0": ""} | {f"o{at}": "after_own_rejection" for at in (1, 2, 3)}
    assert set(screen(own, *others[:2])["patterns"]) == {""}


def test_a_misused_nik_goes_to_a_visit_and_is_named(screen):
    by_agent = [{"registration_id": "r", "family_id": "a", "channel": "agent", "agent_id": "g",
                 "village": "35.10.01.2001", "submitted_at": BEFORE, "status": "decided"}]  # fmt: skip
    row = only(screen({"grounds": "nik_misused"}, registrations=by_agent))
    assert (row["result"], row["doubts"], row["patterns"]) == ("needs_visit", "nik_misuse", "nik_misuse")
    assert "nothing_registered" in codes(only(screen({"grounds": "nik_misused"}))["doubts"])
    unawares = only(screen({"grounds": "never_recorded"}, registrations=by_agent))
    assert unawares["patterns"] == "registered_unawares"


def test_an_export_that_does_not_say_who_filed_is_screened_without_its_patterns(screen):
    bare = screen(*many(12), leave_out=("persons", "registrations", "decisions", "payments"))
    assert set(bare["patterns"]) == {""}
    assert len(bare) == 12


def test_no_objections_are_no_rows_and_no_table_is_an_error(screen):
    assert screen().empty
    with pytest.raises(ScreeningError, match="no usul and sanggah"):
        screen({}, leave_out=("objections",))
