"""Forms of one name come together; names of two people stay apart."""

import polars as pl
import pytest

from analytics.linkage.names import name_columns, name_rules, normalise_names

ONE_NAME = [
    ("Muhammad Rizki", "Moh. Rizky", "M. Rizki", "M.Rizky", "Mochammad Rizqi", "MUH RIZKI", "Mohd. Rizki",
     "Muchamad Rizki"),
    ("Sukarno", "Soekarno", "Dr. Ir. H. Soekarno"),
    ("Joko Widodo", "Djoko Widodo", "Ir. H. Joko Widodo", "Bpk. Joko Widodo"),
    ("Joko Susilo", "Djoko Soesilo", "R. Djoko Soesilo"),
    ("Cahyo", "Tjahjo", "Tjahyo"),
    ("Surya", "Soerja", "Suria", "Soeria"),
    ("Yudi", "Joedi", "Yudhi"),
    ("Yusuf", "Jusuf", "Yusup", "Joesoef"),
    ("Aisyah", "Aisjah", "Aisah", "Aisya", "'Aisyah"),
    ("Khairul Anwar", "Choirul Anwar", "Khoirul Anwar", "Chairul Anwar", "Drs. Chaerul Anwar, M.Si."),
    ("Ahmad Zainal", "Achmad Zaenal", "Akhmad Zainal"),
    ("Abdurrahman Wahid", "Abdul Rahman Wahid", "Abd. Rahman Wahid", "K.H. Abdurrahman Wahid", "Abdul Rachman Wahid",
     "Abdulrahman Wahid"),
    ("Abdussalam", "Abdul Salam", "Abd Salam"),
    ("Budi Santoso", "Budi Santoso, S.E., M.M.", "BUDI SANTOSO SE", "Drs. Budi Santoso, S.Pd.", "Budi Santoso (Alm)",
     "Alm. Budi Santoso", "budi  santoso", "Budi Santosso", "Budi Santoso alias Kancil"),
    ("Siti Aminah", "Hj. Siti Aminah", "Siti Aminah, A.Md.Keb", "Siti Amina", "St. Aminah", "Ibu Siti Aminah",
     "SITI AMINAH S.Pd.I"),
    ("Siti Amir", "Siti binti Amir", "Siti bt. Amir"),
    ("Wayan Sudira", "I Wayan Sudira"),
    ("Sofyan", "Sofian", "Sophian", "Sofiyan"),
    ("Ramadan", "Ramadhan"),
    ("Syamsul Maarif", "Samsul Ma'arif", "Shamsul Maarif"),
    ("Nova Taufik", "Nofa Taufiq"),
    ("Usman", "Utsman", "Oesman"),
    ("Maryadi", "Mariadi", "Maryadhi"),
    ("José", "Jose"),
]  # fmt: skip
TWO_NAMES = [
    ("Joko", "Yoko"),
    ("Eka", "Ika"),
    ("Dewi", "Desi"),
    ("Budi", "Rudi"),
    ("Hasan", "Husein"),
    ("Sri Wahyuni", "Sri Wahyudi"),
    ("Abdullah", "Abdul"),
    ("Abdul Rahman", "Abdul Rahim"),
    ("Supardi", "Suparjo"),
    ("Slamet", "Selamet Riyadi"),
    ("Siti", "Sita"),
    ("Agus", "Bagus"),
    ("Endang", "Bambang"),
    ("Nur", "Noor Aini"),
    ("Andi", "Adi"),
    ("Ratna", "Ratno"),
    ("Muhammad Ali", "Muhammad Adli"),
    ("Made Sudira", "Wayan Sudira"),
]


def joined(*names: str) -> list[str]:
    return name_columns(pl.Series(names))["joined"].to_list()


@pytest.mark.parametrize("forms", ONE_NAME, ids=lambda forms: forms[0])
def test_the_forms_of_one_name_are_one(forms):
    assert dict(zip(forms, joined(*forms), strict=True)) == dict.fromkeys(forms, joined(forms[0])[0])


@pytest.mark.parametrize(("one", "other"), TWO_NAMES)
def test_two_names_stay_apart(one, other):
    first, second = joined(one, other)
    assert first != second


def test_spaces_and_the_order_of_words_have_columns_of_their_own():
    made = name_columns(pl.Series(["Nur Hayati", "Nurhayati", "Hayati Nur"]))
    assert made["joined"][0] == made["joined"][1] != made["joined"][2]
    assert made["sorted"][0] == made["sorted"][2]


def test_names_that_sound_alike_have_one_sound_and_one_key():
    made = name_columns(pl.Series(["Fitri Rizki", "Pitri Riski", "Fitri Riski"]))
    assert made["sound"].n_unique() == made["key"].n_unique() == 1
    assert made["joined"].n_unique() == 3


def test_the_key_is_of_a_word_that_tells():
    made = name_columns(pl.Series(["Muhammad Rizki", "Rizki", "Siti Aminah", "Aminah", "Muhammad"]))
    keys = made["key"].to_list()
    assert keys[0] == keys[1]
    assert keys[2] == keys[3]
    assert keys[4]  # nothing else is left of it


def test_initials_are_seen():
    made = name_columns(pl.Series(["Rizki P.", "Rizki Pratama"]))
    assert made["abbreviated"].to_list() == [True, False]
    assert made["first"].n_unique() == made["initials"].n_unique() == 1


@pytest.mark.parametrize("written", [None, "", "  ", "-", "123", "?"])
def test_nothing_stays_empty(written):
    made = name_columns(pl.Series([written], dtype=pl.String))
    assert made.row(0) == (None,) * made.width


@pytest.mark.parametrize("written", ["Haji", "H.", "Raden", "Siti", "M", "Bin", "Ibu"])
def test_a_name_of_one_word_is_never_taken_for_a_title(written):
    assert normalise_names(pl.Series([written]))[0]


def test_names_come_back_in_their_order_twice_where_they_stand_twice():
    assert normalise_names(pl.Series(["Budi", None, "Ani", "Budi"])).to_list() == ["budi", None, "ani", "budi"]


def test_every_rule_says_why():
    rules = name_rules()
    assert all(rule.why for rule in (*rules.name, *rules.spelling, *rules.sound))


def test_spelling_a_spelt_name_changes_nothing():
    written = pl.Series([form for forms in ONE_NAME for form in forms])
    once = normalise_names(written)
    assert normalise_names(once).to_list() == once.to_list()
