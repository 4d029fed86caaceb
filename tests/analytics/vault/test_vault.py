"""The vault: of people in pairs alone, encrypted on the disk, each look kept before anything is given."""

import base64
import datetime as dt
import io
from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest
import sqlalchemy as sa
from PIL import Image, ImageChops

from analytics.adjudication import Adjudication, open_adjudication
from analytics.adjudication.tables import PAIRS
from analytics.register import open_database
from analytics.settings import Settings
from analytics.settings import settings as read_settings
from analytics.vault import Identity, Person, Vault, VaultError, masked, may_see_photos, open_vault
from analytics.vault.photos import SIDE
from analytics.vault.tables import PEOPLE
from tests.analytics.adjudication.conftest import DATASET, found, judge, judged, pair
from tests.analytics.cases.conftest import Clock

NAME, NIK, KK = "Siti Aminah binti Ngatemin", "3510014708450003", "3510012509070123"
WHO = Identity(name=NAME, nik=NIK, kk=KK, birth_date="1945-08-07", sex="female", village="Genteng")
READ = {"viewer": "R-1", "purpose": "Memeriksa pasangan"}


def photo(size=(640, 480), *, exif: bool = True) -> bytes:
    """Return a drawn photo that says in its EXIF where it was taken and that it lies on its side."""
    rng = np.random.default_rng(1)
    picture = Image.fromarray(rng.integers(60, 200, (*size[::-1], 3), dtype=np.uint8)).resize(size)
    data = Image.Exif()
    if exif:
        data[0x0112], data[0x010E] = 6, "Rumah Siti Aminah"
    file = io.BytesIO()
    picture.save(file, "JPEG", exif=data)
    return file.getvalue()


def opened(jpeg: bytes) -> Image.Image:
    return Image.open(io.BytesIO(jpeg))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(register_settings: Settings) -> Settings:
    return register_settings.model_copy(update={"photo_viewers": ("R-1", "R-3")})


@pytest.fixture
def pairs(settings, clock):
    with closing(open_adjudication(settings, clock=clock)) as adjudication:
        yield adjudication


@pytest.fixture
def vault(settings, pairs, clock) -> Iterator[Vault]:
    pairs.store(found(pair(1), pair(2)))
    with closing(open_vault(settings, dataset=DATASET, clock=clock)) as own:
        yield own


def put(vault: Vault, person_id: str = "p0001a", **changes: object) -> None:
    assert vault.put([Person(person_id=person_id, **{"identity": WHO, "photo": photo()} | changes)]) == 1


def pair_of(pairs: Adjudication, person_id: str) -> str:
    return pairs.database.frame(sa.select(PAIRS.c.id).where(PAIRS.c.a == person_id))["id"][0]


def rows(vault: Vault, table: sa.Table) -> list[dict[str, object]]:
    return vault._database.frame(sa.select(table)).to_dict("records")


def test_who_is_in_no_pair_does_not_come_in(vault):
    with pytest.raises(VaultError, match="in no pair") as caught:
        vault.put([Person(person_id="p0001a", identity=WHO), Person(person_id="p0777a", identity=WHO)])
    assert "p0777a" not in str(caught.value)
    assert rows(vault, PEOPLE) == []


def test_those_of_open_pairs_that_are_not_in_are_named_until_they_are(vault, pairs):
    assert vault.missing() == ["p0001a", "p0001b", "p0002a", "p0002b"]
    put(vault, "p0001b")
    assert vault.missing() == ["p0001a", "p0002a", "p0002b"]
    for reviewer in ("R-1", "R-2"):
        for _ in range(2):
            judge(pairs, reviewer, "different")
    assert vault.missing() == []


def test_many_come_in_by_batches_and_again_in_place_of_what_was_kept(settings, pairs):
    pairs.store(found(*(pair(number) for number in range(1, 251))))
    people = [Person(person_id=f"p{n:04d}{side}", identity=WHO) for n in range(1, 251) for side in "ab"]
    with closing(open_vault(settings, dataset=DATASET)) as vault:
        assert vault.put(iter(people)) == vault.put(people) == 500
        assert len(rows(vault, PEOPLE)) == 500
        assert vault.missing() == []


def test_numbers_are_masked_unless_they_are_asked_for(vault):
    put(vault)
    shown = vault.read("p0001a", **READ)
    assert (shown.name, shown.nik, shown.kk) == (NAME, "351001••••••••03", "351001••••••••23")
    assert vault.read_numbers("p0001a", **READ) == WHO
    assert [masked(number) for number in ("", "12345", "351001470845000")] == ["", "•" * 5, "•" * 15]


def test_every_look_is_kept_with_who_when_what_and_why(vault, clock, pairs):
    put(vault)
    id_ = pair_of(pairs, "p0001a")
    vault.read("p0001a", **READ, pair=id_)
    clock.forward(minutes=5)
    vault.read_numbers("p0001a", viewer="ADM-1", purpose="Surat ke Dukcapil")
    kept = vault.views(person_id="p0001a")
    assert kept["what"].tolist() == ["numbers", "identity"]
    assert kept["viewer"].tolist() == ["ADM-1", "R-1"]
    assert kept["pair"].tolist() == [None, id_]
    assert kept["purpose"].tolist() == ["Surat ke Dukcapil", READ["purpose"]]
    assert (kept["at"][0] - kept["at"][1]) == dt.timedelta(minutes=5)
    assert vault.views(viewer="R-9").empty


def test_the_look_is_kept_before_anything_is_given_and_without_it_nothing_is(vault, monkeypatch):
    put(vault)

    def broken(*_, **__):
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(vault._seal, "open_identity", broken)
        with pytest.raises(RuntimeError):
            vault.read("p0001a", **READ)
    assert len(vault.views()) == 1
    monkeypatch.setattr(vault, "_log", broken)
    monkeypatch.setattr(vault._seal, "open_identity", lambda *_: pytest.fail("given without a line in the log"))
    with pytest.raises(RuntimeError):
        vault.read("p0001a", **READ)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"purpose": " "}, "no purpose"),
        ({"viewer": "Siti Aminah"}, "not named by a code"),
        ({"purpose": f"NIK {NIK}"}, "16 digits"),
        ({"person_id": "p0002a"}, "does not hold this person"),
        ({"pair": "AAAAA-AAAAA"}, "not in the pair"),
    ],
)
def test_a_look_without_purpose_code_or_person_gives_nothing(vault, given, says):
    put(vault)
    for method in (vault.read, vault.read_numbers):
        with pytest.raises(VaultError, match=says):
            method(**{"person_id": "p0001a"} | READ | given)
    assert vault.views().empty


def test_nothing_of_a_person_stands_readable_on_the_disk(tmp_path):
    settings = Settings(home=tmp_path)
    with closing(open_adjudication(settings)) as pairs:
        pairs.store(found())
    with closing(open_vault(settings, dataset=DATASET)) as vault:
        put(vault)
        vault.read_numbers("p0001a", **READ)
        on_disk = b"".join(path.read_bytes() for path in tmp_path.glob("register.sqlite*"))
    assert b"p0001a" in on_disk
    for secret in (NAME, NIK, KK, "Ngatemin", "1945-08-07", "Genteng"):
        plain = [secret.encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le")]
        coded = [base64.b64encode(b"x" * shift + plain[0])[4:-4] for shift in range(3)]
        coded = [form for form in coded if len(form) >= 8]  # four letters stand in any ciphertext by chance
        hexed = [
            plain[0].hex().encode(),
            plain[0].hex().upper().encode(),
            secret.lower().encode(),
            secret[::-1].encode(),
        ]
        for form in (*plain, *coded, *hexed):
            assert form not in on_disk
    assert b"\xff\xd8\xff" not in on_disk  # the first bytes of a JPEG


def test_what_is_erased_is_gone_from_the_file_and_the_receipt_is_the_line_of_the_log(tmp_path):
    settings = Settings(home=tmp_path)
    with closing(open_adjudication(settings)) as pairs:
        pairs.store(found())
    with closing(open_vault(settings, dataset=DATASET)) as vault:
        put(vault)
        token = bytes(rows(vault, PEOPLE)[0]["identity"])
        receipt = vault.erase("p0001a", officer="ADM-1", reason="Permintaan yang bersangkutan")
        assert receipt.photo
        assert vault.views()["id"].tolist() == [receipt.id]
        assert vault.views()["what"].tolist() == ["erased"]
        with pytest.raises(VaultError, match="does not hold"):
            vault.read("p0001a", **READ)
        with pytest.raises(VaultError, match="does not hold"):
            vault.erase("p0001a", officer="ADM-1", reason="Lagi")
    assert token[:60] not in (tmp_path / "register.sqlite").read_bytes()


def test_another_key_a_changed_value_and_another_persons_value_are_told(settings, vault):
    put(vault), put(vault, "p0001b", identity=Identity(name="Suwarni"))
    one, other = rows(vault, PEOPLE)

    def keep(value):
        with vault._database.writing() as connection:
            connection.execute(PEOPLE.update().where(PEOPLE.c.person_id == "p0001a").values(identity=value))

    changed = bytearray(one["identity"])
    changed[50] ^= 1
    for value in (bytes(changed), other["identity"], b"", one["photo"]):
        keep(value)
        with pytest.raises(VaultError, match="cannot be read") as caught:
            vault.read("p0001a", **READ)
        assert "Suwarni" not in str(caught.value)
    keep(one["identity"])
    assert vault.read("p0001a", **READ).name == NAME
    (settings.home / "keys" / "vault.key").unlink()
    with closing(open_vault(settings, dataset=DATASET)) as again, pytest.raises(VaultError, match="cannot be read"):
        again.read("p0001a", **READ)
    (settings.home / "keys" / "vault.key").write_bytes(b"short")
    with pytest.raises(VaultError, match="cannot be read"):
        open_vault(settings, dataset=DATASET)


def test_nothing_of_a_person_stands_in_a_repr():
    for shown in (repr(WHO), repr(Person(person_id="p1", identity=WHO, photo=b"x")), f"{WHO}"):
        assert not [secret for secret in (NAME, NIK, KK, "p1", "1945") if secret in shown]


def test_a_photo_is_made_anew_small_upright_and_without_what_its_file_said(vault):
    put(vault)
    kept = opened(vault._seal.open_photo("p0001a", rows(vault, PEOPLE)[0]["photo"]))
    assert (kept.format, kept.size) == ("JPEG", (240, 320))
    assert max(kept.size) == SIDE
    assert not dict(kept.getexif())
    assert vault.has_photo("p0001a")
    put(vault, photo=None)
    assert not vault.has_photo("p0001a")


@pytest.mark.parametrize("broken", [b"no photo", photo()[:400], b"GIF89a" + bytes(50)])
def test_a_photo_that_is_none_is_told_and_nothing_is_kept(vault, broken):
    with pytest.raises(VaultError, match="photo cannot be read"):
        put(vault, photo=broken)
    assert rows(vault, PEOPLE) == []


def test_a_photo_of_too_many_pixels_is_not_unpacked(vault):
    file = io.BytesIO()
    Image.new("1", (9_000, 9_000)).save(file, "PNG")
    with pytest.raises(VaultError, match="too large"):
        put(vault, photo=file.getvalue())


def test_a_shown_photo_bears_who_looks_at_which_pair_and_when(vault, pairs, clock):
    plain = io.BytesIO()
    Image.new("RGB", (200, 260), (120, 120, 120)).save(plain, "JPEG")
    put(vault, photo=plain.getvalue())
    id_ = pair_of(pairs, "p0001a")
    shown = opened(vault.watermarked_photo("p0001a", viewer="R-1", pair=id_)).convert("RGB")
    assert shown.format is None
    assert max(shown.size) == 480
    grey = Image.new("RGB", shown.size, (120, 120, 120))
    marked = np.asarray(ImageChops.difference(shown, grey)).max(axis=2) > 25
    # Every tenth of the picture bears a part of the mark, and the picture shows through.
    tenths = [part.mean() for band in np.array_split(marked, 5) for part in np.array_split(band, 2, axis=1)]
    assert min(tenths) > 0.04
    assert marked.mean() < 0.5
    again = opened(vault.watermarked_photo("p0001a", viewer="R-1", pair=id_)).convert("RGB")
    assert not np.asarray(ImageChops.difference(shown, again)).any()
    other = opened(vault.watermarked_photo("p0001a", viewer="R-3", pair=id_)).convert("RGB")
    clock.forward(minutes=1)
    later = opened(vault.watermarked_photo("p0001a", viewer="R-1", pair=id_)).convert("RGB")
    for changed in (other, later):
        assert (np.asarray(ImageChops.difference(shown, changed)) > 40).any()
    assert vault.views()["what"].tolist() == ["photo"] * 4
    assert set(vault.views()["pair"]) == {id_}


def test_who_has_no_right_sees_no_photo_and_the_attempt_is_kept(vault, pairs, monkeypatch):
    put(vault)
    id_ = pair_of(pairs, "p0001a")
    monkeypatch.setattr(vault._seal, "open_photo", lambda *_: pytest.fail("decrypted without the right"))
    with pytest.raises(VaultError, match="may not see photos"):
        vault.watermarked_photo("p0001a", viewer="R-2", pair=id_)
    assert vault.views()[["viewer", "what"]].to_numpy().tolist() == [["R-2", "refused"]]
    with pytest.raises(VaultError, match="not in the pair"):
        vault.watermarked_photo("p0001a", viewer="R-1", pair=pair_of(pairs, "p0002a"))


def test_by_default_nobody_sees_photos_and_the_setting_names_who_does(monkeypatch):
    assert not may_see_photos(Settings(), "R-1")
    monkeypatch.setenv("TEPAT_PHOTO_VIEWERS", '["R-1", "R-2"]')
    assert [may_see_photos(read_settings(), code) for code in ("R-1", "R-2", "R-3", "")] == [True, True, False, False]


def test_a_person_without_a_photo_is_told(vault, pairs):
    put(vault, photo=None)
    with pytest.raises(VaultError, match="no photo"):
        vault.watermarked_photo("p0001a", viewer="R-1", pair=pair_of(pairs, "p0001a"))


def test_a_purge_takes_those_whose_pairs_were_all_decided_long_ago(settings, pairs, clock):
    # Of three pairs the first is decided, the second has a person of the first and is not, the third is decided late.
    pairs.store(found(pair(1, probability=0.95), pair(3, b="p0001b", a="p0000a", probability=0.15), pair(2)))
    with closing(open_vault(settings, dataset=DATASET, clock=clock)) as vault:
        vault.put([Person(person_id=id_, identity=WHO) for id_ in vault.missing()])
        for reviewer in ("R-1", "R-2"):
            judge(pairs, reviewer, "different")
        clock.forward(days=100)
        for reviewer in ("R-1", "R-2"):
            judge(pairs, reviewer, "same")
        clock.forward(days=81)
        assert vault.purgeable().before == (clock.now - dt.timedelta(days=180)).replace(tzinfo=None)
        assert vault.purgeable().people == vault.purge(officer="ADM-1").people == 1
        assert [each["person_id"] for each in rows(vault, PEOPLE)] == ["p0000a", "p0001b", "p0002a", "p0002b"]
        assert vault.views()[["person_id", "what", "viewer"]].to_numpy().tolist() == [["p0001a", "purged", "ADM-1"]]
        assert vault.purgeable(days=81).people == 0
        assert vault.purge(officer="ADM-1", days=80).people == 2
        assert vault.purge(officer="ADM-1", days=1).people == 0


def test_people_of_another_data_set_are_others(settings, pairs, vault):
    pairs.store(found(dataset="another"))
    put(vault)
    with closing(open_vault(settings, dataset="another")) as other, pytest.raises(VaultError, match="does not hold"):
        other.read("p0001a", **READ)
    with closing(open_database(settings)) as database:
        assert len(database.frame(sa.select(PEOPLE))) == 1


def test_a_decided_pair_of_yesterday_is_kept(settings, pairs, clock):
    judged(pairs, "different", "different")
    with closing(open_vault(settings, dataset=DATASET, clock=clock)) as vault:
        vault.put([Person(person_id="p0001a", identity=WHO)])
        clock.forward(days=179)
        assert vault.purge(officer="ADM-1").people == 0
        clock.forward(days=2)
        assert vault.purge(officer="ADM-1").people == 1
