"""Packages are those that are pinned, and each says a licence that is allowed."""

import importlib.metadata

import pytest

from scripts.audit import ALLOWED, ROOT, faults, pins


def test_what_is_installed_is_what_is_pinned_and_may_be_used():
    assert faults(pins(ROOT / "requirements.txt") | pins(ROOT / "requirements-dev.txt")) == []


def test_another_version_and_a_missing_package_are_named():
    found = faults({"numpy": "0.0.1", "no-such-package-of-tepat": "1.0"})
    assert found == [
        "no-such-package-of-tepat is pinned and not installed.",
        f"numpy is {importlib.metadata.version('numpy')}; 0.0.1 is pinned.",
    ]


@pytest.mark.parametrize("line", ["numpy", "numpy>=2", "numpy==2.*,!=2.1", "numpy @ https://evil.example/numpy.whl"])
def test_what_is_no_exact_pin_is_refused(line, tmp_path):
    (tmp_path / "r.txt").write_text(f"# pins\n-e .\n{line}\n")
    with pytest.raises(ValueError, match="no exact pin"):
        pins(tmp_path / "r.txt")


@pytest.mark.parametrize("licence", ["AGPL-3.0", "GPL-2.0-only", "Proprietary", "SSPL-1.0", "BUSL-1.1", ""])
def test_a_licence_that_is_not_on_the_list_is_not_allowed(licence):
    assert not ALLOWED.search(licence)
