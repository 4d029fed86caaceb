"""Write the reference pages from the code that they describe: docs/contract.md, docs/mapping.md, docs/settings.md,
docs/rules.md.

python scripts/reference.py [--check]      --check writes nothing and exits 1 when a page is not what the code says
"""

import argparse
import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from analytics.eligibility import Rule, rulebook
from analytics.ingest.mapping import DatasetMapping, Format, IdentityList, Mapping, Recipe, TableMapping, VisitList
from analytics.settings import Settings
from analytics.store.manifest import Dataset
from validation.contract import CONTRACT, Column, Table
from validation.programmes import programmes
from validation.rules import OWNERS, SEVERITIES
from validation.suites import SUITES
from validation.text import Text

DOCS = Path(__file__).parents[1] / "docs"
MADE = "<!-- Made by scripts/reference.py from the code; edit the code, then run it. -->"

KINDS = {
    "text": "text",
    "whole": "whole number",
    "number": "number",
    "flag": "true or false",
    "time": "moment, UTC",
    "day": "day",
}

TYPES: dict[Any, str] = {
    str: "text",
    SecretStr: "text",
    int: "whole number",
    float: "number",
    bool: "`true` or `false`",
    date: "day",
    Path: "path",
    Text: "`{ id, en }`",
}


class Keys(NamedTuple):
    """A section of the mapping's page: its model, and what keys without a docstring are looked up by."""

    heading: str
    model: type[BaseModel]
    introduction: str
    prefix: str = ""


KEYS = (
    Keys("The file", Mapping, "The keys of the whole file."),
    Keys("[dataset]", DatasetMapping, "What the data set is; every page and download says so.", "dataset."),
    Keys("[[table]]", TableMapping, "One for each table of the [contract](contract.md); `families` is always needed."),
    Keys("format", Format, "How a CSV or XLSX file is written; nothing of it is guessed.", "format."),
    Keys(
        "[table.columns]",
        Recipe,
        "One recipe a column of the contract: `COLUMN = { … }`. Exactly one of `from`, `value`, `template`, `one_of` "
        "says what it is made of; the other keys change it.",
    ),
    Keys(
        "[visit_list]",
        VisitList,
        "Lets `tepat audit sheet` print names and addresses on the lists of field checks. They are read from the "
        "export when a list is written, and stored nowhere.",
        "visit_list.",
    ),
    Keys(
        "[identities]",
        IdentityList,
        "Lets the search for duplicates compare names, birth dates and numbers. They are read from the export while "
        "the search lasts, and stored nowhere; the NIK is read from what `person_id` is made of.",
        "identities.",
    ),
)

SAID_HERE = {
    "dataset": "The data set, see below",
    "region_names": "Names of region codes, where `regions` is `derived`",
    "table": "The tables, see below",
    "dataset.name": "Short name, which commands and settings use",
    "dataset.title": "Title in both languages",
    "dataset.source": "Where the data come from, in both languages; stands in the stamp of every figure",
    "dataset.sensitivity": "`simulated` data say so on every screen; the dashboard opens `simulated` and `public` data "
    "only",
    "dataset.timezone": "Zone of times in the files that name none",
    "dataset.final": "The data will not change any more; they never count as old",
    "dataset.next_update_days": "Days until the next export is due",
    "name": "Name of a table of the contract",
    "file": "File inside the folder given with `--source`: CSV, TXT, XLSX or Parquet",
    "format": "How a CSV or XLSX file is written, see below",
    "columns": "Column of the contract to its recipe, see below",
    "visit_list.file": "File inside the folder given with `--source`",
    "visit_list.format": "How a CSV or XLSX file is written, as `format` of a table",
    "identities.file": "File inside the folder given with `--source`, one row a person",
    "identities.format": "How a CSV or XLSX file is written, as `format` of a table",
    "format.encoding": "Encoding, a Python codec such as `cp1252`",
    "format.separator": "Mark between fields",
    "format.decimal": "Decimal mark",
    "format.sheet": "Sheet of a workbook; the first one when not given",
}
"""Meaning of the keys whose name is all that the code says of them."""

EXAMPLE = """\
[dataset]
name = "my-survey"
title = { id = "Survei kami", en = "Our survey" }
source = { id = "Dinas Sosial, 2026", en = "Social office, 2026" }
sensitivity = "public"

[[table]]
name = "families"
file = "keluarga.csv"
format = { separator = ";", decimal = "," }

[table.columns]
family_id = { from = "id_keluarga" }
village = { from = "kode_desa" } # Kemendagri code with dots: 35.10.16.1014
size = { from = "anggota" }
head_sex = { from = "jk", recode = { L = "male", P = "female" } }
"""


CONTRACT_SAYS = """\
What each table of the warehouse says, column by column, and the rules that every row must satisfy. A row that breaks
a rule goes to quarantine with the rule's id. An empty value means unknown, never “no”. Moments are stored in UTC, money
in whole rupiah, regions as dotted Kemendagri codes. A column marked *pseudonym* is made from the identifier by a keyed
hash at ingestion; the identifier itself is not stored.

A [mapping](mapping.md) makes these tables from files; `regions` is made from the villages' codes."""

MAPPING_SAYS = """\
Two whole ones: [the simulated pilot](../examples/banyuwangi.toml) and
[the experiment of 2008](../examples/alatas2012.toml). `tepat ingest MAPPING --source FOLDER` brings the data in. A key
that is not listed here is refused."""

SETTINGS_SAYS = """\
Set them as environment variables, or in a file `tepat.toml` of the project's folder under their names in small letters
without `TEPAT_`: `language = "en"`. The environment beats the file. A value out of its range and an unknown key of the
file are refused."""


RULES_SAY = """\
Version {version}. One rule that refuses is enough. A family is entitled by the rules only where every rule is known to
pass; where a record is missing the answer is “unknown”, never “no”. A rule is in force from its day until a later entry
of the same name and programme. *assumed* means that no source was found: the ministry sets it in
`analytics/eligibility/rules.toml` and `validation/programmes.toml`. The rules answer; they decide nothing, and
`tepat report what-if` shows what another threshold would do."""


PKH_PAYS = """\
PKH pays one component a living member, the dearest, for at most {members} members of whom at most {children} children;
early childhood is up to the year of the {early_childhood_until}th birthday, elderly from that of the {elderly_from}th
({status})."""


def contract_page() -> str:
    """Return the page of the tables, their columns and their rules."""
    tables = "Tables: " + " · ".join(f"[{name}](#{name})" for name in CONTRACT)
    return _page(["# Contract", MADE, CONTRACT_SAYS, tables, *(_table_section(table) for table in CONTRACT.values())])


def mapping_page() -> str:
    """Return the page of every key of a mapping file."""
    opening = (
        "A mapping is a TOML file that says which columns of your files make which columns of the "
        "[contract](contract.md).\nIt is enough to bring a foreign data set in without code. A small one:"
    )
    example = f"```toml\n{EXAMPLE}```"
    return _page(["# Mapping", MADE, opening, example, MAPPING_SAYS, *(_keys_section(keys) for keys in KEYS)])


def settings_page() -> str:
    """Return the page of the settings."""
    rows = [
        (f"`TEPAT_{name.upper()}`", _type_of(field), _default(field), field.description or "")
        for name, field in Settings.model_fields.items()
    ]
    return _page(["# Settings", MADE, SETTINGS_SAYS, _grid(("Variable", "Value", "Default", "Meaning"), rows)])


def rules_page() -> str:
    """Return the page of the programmes' rules and amounts."""
    book = rulebook()
    rules = [
        (f"`{rule.id}`", ", ".join(rule.programmes), rule.since.isoformat(), _refusal(rule), rule.status, rule.source,
         rule.correct.en)
        for rule in book.rule
    ]  # fmt: skip
    amounts = [
        (entry.programme, entry.component, f"{entry.a_year:,}", entry.since.isoformat(), entry.status)
        for entry in programmes().amount
    ]
    limits = book.limits
    return _page(
        [
            "# Rules of the programmes",
            MADE,
            RULES_SAY.format(version=book.version),
            "## Who is refused",
            _grid(("Rule", "Programmes", "From", "Refuses where", "How sure", "Source", "Record to correct"), rules),
            "## What is paid",
            PKH_PAYS.format(**limits.model_dump()),
            _grid(("Programme", "Component", "Rupiah a year and member", "From", "How sure"), amounts),
        ]
    )


def _refusal(rule: Rule) -> str:
    value = f"{rule.value:,} {rule.unit}".strip()
    return rule.refuses.en.format(value=value)


PAGES: dict[str, Callable[[], str]] = {
    "contract.md": contract_page,
    "mapping.md": mapping_page,
    "settings.md": settings_page,
    "rules.md": rules_page,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages, or say which are not what the code says; return the exit status."""
    parser = argparse.ArgumentParser(description="Write the reference pages from the code.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a page differs")
    check = parser.parse_args(arguments).check
    differing = [name for name, make in PAGES.items() if _text_of(DOCS / name) != make()]
    for name in differing:
        if check:
            sys.stderr.write(f"docs/{name} is not what the code says; run python scripts/reference.py\n")
        else:
            (DOCS / name).write_text(PAGES[name](), encoding="utf-8")
            sys.stdout.write(f"docs/{name} written\n")
    return 1 if check and differing else 0


def _table_section(table: Table) -> str:
    columns = [
        (f"`{c.name}`", KINDS[c.kind], "yes" if c.optional else "", _allowed(c), _meaning(c)) for c in table.columns
    ]
    rules = [
        (f"`{rule.id}`", rule.says.en, SEVERITIES[rule.severity].en, OWNERS[rule.owner].en)
        for rule in SUITES[table.name].rules
    ]
    key = " + ".join(f"`{name}`" for name in table.key)
    return "\n\n".join(
        [
            f"## {table.name}",
            f"A row is {table.row}. Key: {key}.",
            _grid(("Column", "Kind", "May be empty", "Values", "Meaning"), columns),
            _grid(("Rule", "Says", "Where broken", "Who mends it"), rules),
        ]
    )


def _allowed(column: Column) -> str:
    parts = [f"`{value}`" for value in column.domain]
    if column.minimum is not None or column.maximum is not None:
        low = "" if column.minimum is None else f"{column.minimum:g} ≤ "
        high = "" if column.maximum is None else f" ≤ {column.maximum:g}"
        parts.append(f"{low}x{high}")
    if column.refers_to:
        parts.append(f"in `{column.refers_to}`")
    return ", ".join(parts)


def _meaning(column: Column) -> str:
    return column.meaning + (f" [{column.unit}]" if column.unit else "") + (", *pseudonym*" if column.pseudonym else "")


def _keys_section(keys: Keys) -> str:
    said = _docstrings(keys.model) | (_docstrings(Dataset) if keys.model is DatasetMapping else {})
    rows = []
    for name, field in keys.model.model_fields.items():
        key = field.alias or name
        meaning = said.get(name) or SAID_HERE.get(f"{keys.prefix}{key}")
        if meaning is None:
            raise LookupError(f"The mapping's key {key} has no meaning: give its field a docstring.")
        rows.append((f"`{key}`", _type_of(field), _default(field), meaning.removesuffix(".")))
    return "\n\n".join([f"## {keys.heading}", keys.introduction, _grid(("Key", "Value", "Default", "Meaning"), rows)])


def _docstrings(model: type[BaseModel]) -> dict[str, str]:
    """Return the text that stands under each field of a model in its source."""
    (node,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    body = node.body if isinstance(node, ast.ClassDef) else []
    return {
        field.target.id: " ".join(str(below.value.value).split())
        for field, below in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(below, ast.Expr)
        and isinstance(below.value, ast.Constant)
    }


def _type_of(field: FieldInfo) -> str:
    """Return a field's type and bounds in words."""
    return "; ".join([_words(field.annotation), *_bounds(field)])


def _words(kind: Any) -> str:
    origin, inner = get_origin(kind), [part for part in get_args(kind) if part not in (NoneType, ...)]
    if kind in TYPES:
        return TYPES[kind]
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in inner)
    if origin in (Union, UnionType):
        return _words(inner[0]) if len(inner) == 1 else "a value"
    if origin is dict:
        return f"table of {_words(inner[1])}"
    if origin is tuple:
        return f"list of {_words(inner[0])}s"
    return "table"


def _bounds(field: FieldInfo) -> list[str]:
    signs = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤", "min_length": "length ≥", "max_length": "length ≤"}
    found = [f"{sign} {getattr(x, name)}" for x in field.metadata for name, sign in signs.items() if hasattr(x, name)]
    patterns = [part.pattern for part in field.metadata if getattr(part, "pattern", None)]
    return found + [f"like `{pattern}`" for pattern in patterns]


def _default(field: FieldInfo) -> str:
    value: Any = field.default
    if value is PydanticUndefined:
        return "**needed**"
    if isinstance(value, BaseModel):
        return "see below"
    empty = value is None or value in ("", {}, ())
    shown = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    if isinstance(value, bool):
        shown = shown.lower()
    return "" if empty else f"`{shown}`" if shown else "empty text"


def _grid(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _page(parts: Sequence[str]) -> str:
    return "\n\n".join(parts) + "\n"


def _text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
