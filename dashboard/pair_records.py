"""The two records of a pair side by side, field by field, with the photos of those who may see them.

Written as HTML of its own: names are somebody else's text, and Markdown would run what is in it.
"""

import base64
import html
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import streamlit as st

from analytics.adjudication import PairToReview, RevealedPair, Side
from analytics.settings import settings
from analytics.vault import Identity, Vault, VaultError
from dashboard.duplicates import adjudication
from dashboard.logged import looked_at
from dashboard.reader import Reader, reader
from dashboard.words import NO_VALUE, Words, catalogue

PURPOSE: Final = "review"
"""What the log of looks says they were for."""
ROWS: Final = ("name", "nik", "kk", "birth_date", "birth_place", "sex", "mother", "address", "village", "district",
               "regency", "phone")  # fmt: skip
AGREES: Final = {
    "name": "name", "nik": "nik", "birth": "birth_date", "birth_place": "birth_place", "sex": "sex",
    "mother": "mother", "place": "village", "phone": "phone",
}  # fmt: skip
"""Fields of the evidence to the row that they stand in; what is not named here is not shown before the verdict."""
EQUAL: Final = ("equal", "village")
SIGNS: Final = {True: "=", False: "≠", None: "≈"}
STYLE: Final = """<style>
.pair {width: 100%; border-collapse: collapse; font-size: 1rem}
.pair th, .pair td {text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #C9CED3;
  overflow-wrap: anywhere}
.pair th {font-weight: 600}
.pair tbody th {font-weight: 400; color: #505A5F; width: 22%}
.pair td {width: 27%}
.pair td.agrees {width: 24%; color: #505A5F}
.pair img {width: 100%; max-width: 12rem; border-radius: 6px; display: block}
@media (max-width: 640px) {
  .pair tr {display: grid; grid-template-columns: 1fr 1fr; border-bottom: 1px solid #C9CED3}
  .pair thead tr > :nth-child(1), .pair thead tr > :nth-child(4) {display: none}
  .pair th, .pair td, .pair tbody th, .pair td.agrees {width: auto; border: 0; padding: .2rem .4rem}
  .pair tbody th {order: 1} .pair td.agrees {order: 2} .pair td {order: 3}
  .pair tbody th, .pair td.agrees {font-size: .875rem}
}
</style>"""


Pair = PairToReview | RevealedPair


@dataclass(frozen=True)
class Looked:
    """What the vault gave of a pair; one line in its log for each look.

    Attributes:
        pair: Its id.
        viewer: Who looked.
        since: Moment of the look, by the session's monotonic clock.
        people: Identities; None = the vault does not hold them.
        photos: JPEG with the viewer drawn across; None = there is none.
        may_see: Whether the viewer may see photos.
    """

    pair: str
    viewer: str
    since: float
    people: tuple[Identity | None, ...] = field(repr=False)
    photos: tuple[bytes | None, ...] = field(repr=False)
    may_see: bool


def look(pair: Pair, *, viewer: str, since: float) -> Looked:
    """Look at who the two of a pair are, and at their photos where the viewer may; each look is kept in the log."""
    looked_at(reader(), "view_pair", pair.id, actor=viewer)
    scope = reader().access
    vault = Vault(adjudication().database, settings(), dataset=pair.dataset, area=scope.area)
    sides = (pair.left, pair.right)
    may_see = scope.may("photos") and vault.may_see_photos(viewer)
    return Looked(
        pair=pair.id,
        viewer=viewer,
        since=since,
        people=tuple(_identity(vault, side, pair=pair.id, viewer=viewer) for side in sides),
        photos=tuple(_photo(vault, side, pair=pair.id, viewer=viewer) if may_see else None for side in sides),
        may_see=may_see,
    )


def side_by_side(reader: Reader, pair: Pair, looked: Looked) -> None:
    """Draw both records, how each field agrees in words, and what is missing and why."""
    words = reader.words
    if pair.named:
        st.info(words(f"duplicates.named_{pair.named}"), icon=":material/family_restroom:")
    with st.container(border=True, key=f"pair_{pair.id}"):
        st.html(STYLE + _table(reader, pair, looked))
        if not looked.may_see:
            st.caption(f":material/visibility_off: {words('duplicates.no_right')}")
        if None in looked.people:
            st.caption(f":material/lock: {words('duplicates.not_held')}")
        st.caption(f":material/history: {words('duplicates.logged')}")


def level_text(words: Words, level: str) -> str:
    """Return how a field agrees, in words; a code that has none is said as it is."""
    key = f"duplicates.level_{level}"
    return words(key) if key in catalogue() else level.replace("_", " ")


def _table(reader: Reader, pair: Pair, looked: Looked) -> str:
    words = reader.words
    fields = pair.agreement if isinstance(pair, PairToReview) else pair.waterfall
    levels = {AGREES[each.field]: each.level for each in fields if each.field in AGREES}
    heads = ("", words("duplicates.person_a"), words("duplicates.person_b"), words("duplicates.agrees"))
    head = "".join(f'<th scope="col" role="columnheader">{html.escape(text)}</th>' for text in heads[1:])
    rows = [_photo_row(words, looked)] if looked.may_see else []
    sides = tuple(zip(looked.people, (pair.left, pair.right), strict=True))
    for name in ROWS:
        values = [_value(reader, name, person, side) for person, side in sides]
        if name in levels or any(values):
            agrees = _agreement(words, levels.get(name))
            rows.append(_row(words(f"duplicates.field_{name}"), [html.escape(value) for value in values], agrees))
    return (
        f'<table class="pair" role="table" aria-label="{html.escape(words("duplicates.records"))}">'
        f'<thead role="rowgroup"><tr role="row"><td role="cell"></td>{head}</tr></thead>'
        f'<tbody role="rowgroup">{"".join(rows)}</tbody></table>'
    )


def _row(label: str, values: list[str], agrees: str) -> str:
    cells = "".join(f'<td role="cell">{value or NO_VALUE}</td>' for value in values)
    return (
        f'<tr role="row"><th scope="row" role="rowheader">{html.escape(label)}</th>{cells}'
        f'<td class="agrees" role="cell">{html.escape(agrees)}</td></tr>'
    )


def _photo_row(words: Words, looked: Looked) -> str:
    shown = []
    for photo, person in zip(looked.photos, ("person_a", "person_b"), strict=True):
        if photo is None:
            shown.append(html.escape(words("duplicates.no_photo")))
            continue
        # Inside the page itself: a picture with an address of its own could be asked for by others.
        alt = html.escape(words("duplicates.photo_alt", person=words(f"duplicates.{person}")))
        shown.append(f'<img alt="{alt}" src="data:image/jpeg;base64,{base64.b64encode(photo).decode()}">')
    return _row(words("duplicates.field_photo"), shown, "")


def _agreement(words: Words, level: str | None) -> str:
    if level is None:
        return ""
    is_equal = True if level in EQUAL else False if level == "different" else None
    return f"{SIGNS[is_equal]} {level_text(words, level)}"


def _value(reader: Reader, name: str, person: Identity | None, side: Side) -> str:
    """Return what a record says, empty where it says nothing; places are known without the vault."""
    said = str(getattr(person, name, "")) if person is not None else ""
    if name in {"village", "district"} and not said:
        return reader.place(getattr(side, name))
    if name == "sex" and said:
        return reader.words(f"duplicates.sex_{said}")
    return _day(reader.words, said) if name == "birth_date" else said


def _day(words: Words, said: str) -> str:
    """Return a date in words; one that is none stands as it is: a wrong one may be what gives a pair away."""
    try:
        return words.day(date.fromisoformat(said)) if said else ""
    except ValueError:
        return said


def _identity(vault: Vault, side: Side, *, pair: str, viewer: str) -> Identity | None:
    try:
        return vault.read(side.person, viewer=viewer, purpose=PURPOSE, pair=pair)
    except VaultError:
        return None


def _photo(vault: Vault, side: Side, *, pair: str, viewer: str) -> bytes | None:
    if not vault.has_photo(side.person):
        return None
    try:
        return vault.watermarked_photo(side.person, viewer=viewer, pair=pair)
    except VaultError:
        return None
