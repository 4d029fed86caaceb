"""What the documents say is so: links lead somewhere, commands exist, reference pages are the code's own."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from analytics.cli.app import app
from analytics.ingest import Mapping
from scripts import reference
from tests.conftest import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FOLDERS = (
    ".ci", ".streamlit", "analytics", "dashboard", "docs", "examples", "notebooks", "pages", "requirements", "scripts",
    "tests", "validation",
)  # fmt: skip
TEXTS = {".csv", ".in", ".ipynb", ".md", ".py", ".sh", ".toml", ".txt", ""}
# The folders of one machine; put together here, so that this file does not name them itself.
MACHINE = re.compile("|".join(rf"(?<![\w.*:)\]])/{name}/" for name in ("home", "work", "root", "tmp", "Users", "opt")))


def names(path: Path) -> str:
    return str(path.relative_to(ROOT))


def code(page: Path) -> Iterator[str]:
    """What stands in code fences, line by line, and between backticks."""
    text = page.read_text(encoding="utf-8")
    for block in re.findall(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        yield from block.splitlines()
    yield from re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE))


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_every_relative_link_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        goal = (page.parent / path).resolve() if path else page
        assert goal.exists(), f"{names(page)} points to {target}"
        assert not anchor or anchor in anchors(goal), f"{names(page)} points to {target}"


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_every_command_exists(page):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for line in code(page):
        words = line.split()
        if words[:1] == ["make"] and len(words) > 1:
            assert words[1] in targets, line
        elif words[:1] == ["tepat"]:
            check_tepat(words[1:], line)


def check_tepat(words: list[str], line: str) -> None:
    command = typer.main.get_command(app)
    while words and words[0].islower() and not words[0].startswith("-") and hasattr(command, "commands"):
        assert words[0] in command.commands, line
        command, words = command.commands[words[0]], words[1:]
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    assert {word for word in words if word.startswith("--")} <= known, line


def test_the_reference_pages_are_what_the_code_says(capsys):
    assert reference.main(["--check"]) == 0, capsys.readouterr().err


def test_a_page_that_differs_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(reference, "DOCS", tmp_path)
    assert reference.main(["--check"]) == 1
    assert "docs/contract.md is not what the code says" in capsys.readouterr().err
    assert reference.main([]) == 0
    assert reference.main(["--check"]) == 0


def test_the_example_of_a_mapping_is_one():
    assert Mapping.model_validate(tomllib.loads(reference.EXAMPLE)).dataset.name == "my-survey"


def test_no_file_names_a_folder_of_one_machine():
    files = [path for path in ROOT.iterdir() if path.is_file() and path.name != ".git"]
    files += [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()]
    found = [
        names(path)
        for path in files
        if path.suffix in TEXTS and "__pycache__" not in path.parts and MACHINE.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []
