"""What is missing or weak in Streamlit's secrets is named, and no value of them."""

from pathlib import Path

import pytest

from analytics.access.provider import problem

GOOD = {
    "redirect_uri": "https://tepat.example.go.id/oauth2callback", "cookie_secret": "k" * 32, "client_id": "tepat",
    "client_secret": "hush-hush", "server_metadata_url": "https://id.example.go.id/.well-known/openid-configuration",
}  # fmt: skip


def secrets(folder: Path, **changes: object) -> Path:
    path = folder / "secrets.toml"
    given = {name: value for name, value in (GOOD | changes).items() if value is not None}
    path.write_text("[auth]\n" + "\n".join(f"{name} = {value!r}" for name, value in given.items()))
    return path


def test_a_whole_section_will_do(tmp_path):
    assert problem([tmp_path / "none.toml", secrets(tmp_path)]) == ""
    local = {"redirect_uri": "http://localhost:8501/oauth2callback", "server_metadata_url": "http://127.0.0.1:9400/x"}
    assert problem([secrets(tmp_path, **local)]) == ""


@pytest.mark.parametrize(
    "changes",
    [
        *({name: None} for name in GOOD), *({name: " "} for name in GOOD), {"cookie_secret": "k" * 31},
        {"client_id": 7}, {"redirect_uri": "http://tepat.example.go.id/oauth2callback"},
        {"redirect_uri": "https://tepat.example.go.id/"}, {"server_metadata_url": "ftp://id.example.go.id/x"},
        {"server_metadata_url": "https://[id"}, {"server_metadata_url": "https:///x"},
    ],
)  # fmt: skip
def test_what_is_missing_or_weak_is_named_without_its_value(changes, tmp_path):
    said = problem([secrets(tmp_path, **changes)])
    assert next(iter(changes)) in said
    assert "hush" not in said
    assert "kkk" not in said


@pytest.mark.parametrize("text", ["", "[auth", "[other]\na = 1", "auth = 3", "[[auth]]\na = 1"])
def test_no_section_is_no_sign_in(text, tmp_path):
    (tmp_path / "secrets.toml").write_text(text)
    assert problem([tmp_path / "secrets.toml"])


def test_no_file_is_no_sign_in(tmp_path):
    assert "no section" in problem([tmp_path / "none.toml"])
