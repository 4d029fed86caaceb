"""Any single change of a stored chain is found, and said where: by search over changes, and on both engines."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from analytics.access_log import Anchor, Verified, record, verify
from analytics.access_log.chain import COVERED, existing_key
from analytics.access_log.tables import LOG
from analytics.access_log.verifying import check
from analytics.settings import Settings
from tests.analytics.access_log.tampering import around, rows_of

LENGTH = 12
Rows = list[dict[str, Any]]
TEXTS = [name for name in (*COVERED, "hash") if name != "number"]
numbers = st.integers(1, LENGTH)


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Rows, bytes, Anchor]:
    """Entries as they are stored, their key, and an anchor at the last."""
    settings = Settings(home=tmp_path_factory.mktemp("log"))
    for number in range(LENGTH):
        # Every second pair of neighbours says the same: what is moved among equals is moved all the same.
        record(settings, actor=f"R-{number // 2 % 3}", action="view_case", kind="case", ref="c1", purpose="Tinjauan")
    rows = rows_of(settings)
    last = rows[-1]
    return rows, existing_key(settings.home), Anchor(number=last["number"], hash=last["hash"], at=last["at"])


def checked(rows: Rows, key: bytes, *anchors: Anchor) -> Verified:
    return check(sorted(rows, key=lambda row: row["number"]), key=key, anchors=anchors)


def copied(rows: Rows) -> Rows:
    return [dict(row) for row in rows]


def places(found: Verified) -> set[int]:
    return {number for each in found.findings for number in range(each.first, each.last + 1)}


def test_a_chain_as_it_was_written_is_whole(chain):
    rows, key, anchor = chain
    assert checked(rows, key, anchor).is_whole
    for length in range(LENGTH + 1):
        assert checked(rows[:length], key).is_whole  # only an anchor can tell


@given(number=numbers, name=st.sampled_from(TEXTS), value=st.one_of(st.text(max_size=70), st.none(), st.integers()))
def test_any_changed_field_is_found_at_its_entry(chain, number, name, value):
    rows, key, anchor = chain
    changed = copied(rows)
    if value == changed[number - 1][name]:
        return
    changed[number - 1][name] = value
    assert number in places(checked(changed, key))
    assert number in places(checked(changed, key, anchor))


@given(number=numbers, name=st.sampled_from(TEXTS), data=st.data())
def test_any_single_changed_letter_is_found_at_its_entry(chain, number, name, data):
    rows, key, _ = chain
    changed = copied(rows)
    old = changed[number - 1][name]
    at = data.draw(st.integers(0, len(old)))
    letter = data.draw(st.characters(exclude_characters=old[at : at + 1]))
    new = old[:at] + letter + old[at + 1 :]
    changed[number - 1][name] = new
    assert number in places(checked(changed, key))


@given(number=numbers, to=st.integers(-3, LENGTH + 3))
def test_a_changed_number_is_found(chain, number, to):
    rows, key, anchor = chain
    taken = {row["number"] for row in rows}
    if to in taken:
        return  # the table's key admits each number once
    changed = copied(rows)
    changed[number - 1]["number"] = to
    found = checked(changed, key, anchor)
    assert number in places(found)


@given(first=numbers, last=numbers)
def test_removed_entries_are_found_where_they_stood(chain, first, last):
    rows, key, anchor = chain
    first, last = sorted((first, last))
    kept = [row for row in rows if not first <= row["number"] <= last]
    found = checked(kept, key, anchor)
    kind = "cut_off" if last == LENGTH else "removed"
    assert [(each.kind, each.first, each.last) for each in found.findings] == [(kind, first, last)]


@given(first=numbers, last=numbers)
def test_removed_entries_are_found_also_where_those_after_them_were_numbered_anew(chain, first, last):
    rows, key, anchor = chain
    first, last = sorted((first, last))
    kept = [dict(row) for row in rows if not first <= row["number"] <= last]
    for number, row in enumerate(kept, start=1):
        row["number"] = number
    found = checked(kept, key, anchor)
    assert not found.is_whole
    assert min(places(found)) == first


@given(one=numbers, other=numbers)
def test_swapped_entries_are_found_and_told_as_moved(chain, one, other):
    rows, key, anchor = chain
    if one == other:
        return
    changed = copied(rows)
    changed[one - 1]["number"], changed[other - 1]["number"] = other, one
    found = checked(changed, key, anchor)
    moved = {(each.first, each.was) for each in found.findings if each.kind == "moved"}
    assert moved == {(one, other), (other, one)}


@given(at=st.integers(1, LENGTH + 1), source=numbers)
def test_an_entry_that_was_put_in_is_found(chain, at, source):
    """Those after it are numbered anew; also at the end, where nothing else is changed."""
    rows, key, anchor = chain
    changed = copied(rows)
    for row in changed[at - 1 :]:
        row["number"] += 1
    changed.append(dict(rows[source - 1]) | {"number": at})
    # A copy in its own place is as it was written; then what it pushed on is not.
    assert min(places(checked(changed, key, anchor))) == at + (source == at)


@given(at=st.integers(1, LENGTH + 1), hash_=st.text("0123456789abcdef", min_size=64, max_size=64))
def test_an_entry_that_links_on_well_is_found_without_the_key(chain, at, hash_):
    rows, key, _ = chain
    changed = copied(rows)
    for row in changed[at - 1 :]:
        row["number"] += 1
    previous = rows[at - 2]["hash"] if at > 1 else ""
    changed.append(dict(rows[0]) | {"number": at, "previous": previous, "hash": hash_})
    assert at in places(checked(changed, key))


@given(number=st.integers(1, LENGTH - 1))
def test_an_entry_made_anew_with_the_key_is_found_by_the_one_after_it(chain, number):
    from analytics.access_log.chain import hash_of

    rows, key, _ = chain
    changed = copied(rows)
    forged = changed[number - 1] | {"actor": "R-9"}
    changed[number - 1] = forged | {"hash": hash_of(key, forged)}
    (found,) = checked(changed, key).findings
    assert (found.kind, found.first) == ("unlinked", number + 1)


def test_findings_are_counted_beyond_those_that_are_listed(chain):
    rows, _, _ = chain
    many = [rows[0] | {"number": number} for number in range(1, 2_001)]
    found = check(many, key=b"another")
    assert (found.count, len(found.findings), found.entries) == (2_000, 1_000, 2_000)


@pytest.mark.parametrize(
    ("statement", "kind", "at"),
    [
        (LOG.update().where(LOG.c.number == 2).values(actor="R-9"), "altered", 2),
        (LOG.update().where(LOG.c.number == 4).values(at="gestern"), "altered", 4),
        (LOG.delete().where(LOG.c.number == 3), "removed", 3),
        (LOG.delete().where(LOG.c.number == 1), "removed", 1),
        (LOG.delete().where(LOG.c.number == 5), "cut_off", 5),
        (LOG.update().where(LOG.c.number == 5).values(number=0), "inserted", 0),
        (LOG.update().where(LOG.c.number == 5).values(number=7), "removed", 5),
    ],
)
def test_what_was_changed_around_the_triggers_is_found_on_both_engines(register_settings, statement, kind, at):
    for number in range(5):
        record(register_settings, actor="R-1", action="view_case", ref=f"c{number}")
    around(register_settings, statement)
    found = verify(register_settings)
    assert (kind, at) in {(each.kind, each.first) for each in found.findings}
    assert all(str(each.first) in each.sentence() for each in found.findings)


def test_a_value_of_another_type_is_found_where_the_engine_admits_it(tmp_path: Path):
    settings = Settings(home=tmp_path)
    for _ in range(3):
        record(settings, actor="R-1", action="view_case")
    around(settings, sa.text("UPDATE access_log SET details = x'00ff' WHERE number = 2"))
    assert {(each.kind, each.first) for each in verify(settings).findings} == {("altered", 2)}
