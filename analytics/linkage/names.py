"""Indonesian names in one form: titles and degrees gone, spelling of one kind, and a key of how a name sounds.

The rules stand in `names.toml`, each with why. They are meant to bring the forms of one name together, not to tell
people apart: two people may bear one name, and the evidence of a common name is weighed by how common it is.
"""

import string
import tomllib
from functools import cache
from pathlib import Path

import polars as pl
from pydantic import BaseModel, ConfigDict

_DOUBLED = [letter * 2 for letter in string.ascii_lowercase]


class Rewriting(BaseModel):
    """One rule: a pattern, what takes its place, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pattern: str
    to: str
    why: str


class NameRules(BaseModel):
    """The rules of `names.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    titles: tuple[str, ...]
    endings: tuple[str, ...]
    particles: tuple[str, ...]
    first_particles: tuple[str, ...]
    common: tuple[str, ...]
    words: dict[str, tuple[str, ...]]
    first_words: dict[str, tuple[str, ...]]
    name: tuple[Rewriting, ...]
    spelling: tuple[Rewriting, ...]
    sound: tuple[Rewriting, ...]


@cache
def name_rules() -> NameRules:
    """Return the rules, read once."""
    text = Path(__file__).with_name("names.toml").read_text(encoding="utf-8")
    return NameRules.model_validate(tomllib.loads(text))


def name_columns(names: pl.Series) -> pl.DataFrame:
    """Bring names to one form.

    Args:
        names: As they were written; empty where there is none.

    Returns:
        One row a name, all columns empty where nothing of it is left:
        `name` (words in one spelling, a space between), `joined` (without spaces: Nur Hayati is Nurhayati),
        `sorted` (words in the order of the alphabet, without spaces), `sound` (how the words sound),
        `first` (first word), `initials` (first letters), `abbreviated` (a word is one letter), `key` (sound of the
        first word that is not borne by very many, for blocking).
    """
    distinct = pl.DataFrame({"written": names.cast(pl.String).drop_nulls().unique()})
    made = distinct.with_columns(word=_words(distinct["written"]))
    made = _spelt(made.filter(pl.col("word").list.len() > 0))
    word, heard = pl.col("word"), pl.col("heard")
    telling = heard.list.gather(pl.col("telling"), null_on_oob=True)
    columns = made.select(
        "written",
        name=word.list.join(" "),
        joined=word.list.join(""),
        sorted=word.list.sort().list.join(""),
        sound=heard.list.join(""),
        first=word.list.first(),
        initials=word.list.eval(pl.element().str.slice(0, 1)).list.join(""),
        abbreviated=word.list.eval(pl.element().str.len_chars() == 1).list.any(),
        key=telling.list.first(),
    )
    found = pl.DataFrame({"written": names.cast(pl.String)}).join(
        columns, on="written", how="left", maintain_order="left"
    )
    return found.drop("written")


def normalise_names(names: pl.Series) -> pl.Series:
    """Return each name in one form, as the column `name` of `name_columns`."""
    return name_columns(names)["name"]


def _words(written: pl.Series) -> pl.Series:
    """Return the words that are left of each name, titles, degrees and particles gone."""
    rules = name_rules()
    plain = pl.col("text").str.to_lowercase().str.normalize("NFKD").str.replace_all(r"[\p{M}'’‘`´ʼ]", "")
    plain = plain.str.replace_all(r"[()\[\]/\"]", " ").str.strip_chars()
    bare = plain.str.replace(rf"(?:[\s,.]+(?:{'|'.join(rules.endings)})\b\.?)+[\s,.]*$", "")
    bare = bare.str.replace(rf"^(?:(?:{'|'.join(rules.titles)})\b[.,\s]+)+", "")
    frame = pl.DataFrame({"text": written}).select(text=pl.coalesce(_filled(_letters(bare)), _filled(_letters(plain))))
    text = pl.col("text")
    for rule in rules.name:
        text = text.str.replace_all(rule.pattern, rule.to)
    words = frame.select(words=text.str.split(" ").list.filter(pl.element() != ""))
    several = pl.col("words").list.len() > 1
    first = pl.col("words").list.first()
    words = words.select(
        pl.when(several & first.is_in(rules.first_particles))
        .then(pl.col("words").list.slice(1))
        .otherwise(pl.col("words"))
    )
    renamed = first.replace({form: name for name, forms in rules.first_words.items() for form in forms})
    words = words.select(
        pl.when(several).then(pl.concat_list(renamed, pl.col("words").list.slice(1))).otherwise(pl.col("words"))
    )
    kept = pl.col("words").list.filter(~pl.element().is_in(rules.particles))
    words = words.select(pl.when(kept.list.len() > 0).then(kept).otherwise(pl.col("words")).alias("words"))
    return words["words"]


def _letters(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(r"[^\p{L}]+", " ").str.strip_chars()


def _filled(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(text)


def _spelt(made: pl.DataFrame) -> pl.DataFrame:
    """Spell each word one way (`word`), say how it sounds (`heard`) and at which places telling words stand."""
    rules = name_rules()
    forms = {form: name for name, all_forms in rules.words.items() for form in all_forms}
    distinct = made.select(pl.col("word").explode(empty_as_null=True).unique().drop_nulls())
    spelt = pl.col("word").replace(forms)
    for rule in rules.spelling:
        spelt = spelt.str.replace_all(rule.pattern, rule.to)
    spelt = _single(_single(spelt))
    heard = pl.col("spelt")
    for rule in rules.sound:
        heard = heard.str.replace_all(rule.pattern, rule.to)
    # A word of vowels alone still sounds like something.
    heard = _single(heard.str.to_lowercase())
    distinct = distinct.with_columns(spelt=spelt).with_columns(heard=pl.coalesce(_filled(heard), pl.col("spelt")))
    rows = made.with_row_index("row").explode("word", empty_as_null=True)
    rows = rows.join(distinct, on="word", how="left", maintain_order="left")
    common = pl.col("spelt").is_in(rules.common)
    place = pl.int_range(pl.len())
    return rows.group_by("row", "written", maintain_order=True).agg(
        word=pl.col("spelt").drop_nulls(),
        heard=pl.col("heard").drop_nulls(),
        telling=place.sort_by(common, maintain_order=True),
    )


def _single(text: pl.Expr) -> pl.Expr:
    return text.str.replace_many(_DOUBLED, list(string.ascii_lowercase))
