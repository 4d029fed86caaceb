"""Encrypting what the vault keeps, bound to whose it is: a value that is moved to another person's row is found."""

import json
from pathlib import Path

from cryptography.fernet import InvalidToken, MultiFernet

from analytics.keys import cipher
from analytics.vault.errors import VaultError
from analytics.vault.identity import Identity, from_dict, to_dict

KEY = "vault"
"""Name of the key under the home folder."""
END = b"\0"


class Seal:
    """Encrypts and decrypts for people of one data set, with the key of a home folder."""

    def __init__(self, home: Path, dataset: str) -> None:
        self._home = home
        self._dataset = dataset
        self._cipher()

    def identity(self, person_id: str, identity: Identity) -> bytes:
        """Return an identity, encrypted."""
        return self._closed(person_id, "identity", json.dumps(to_dict(identity), ensure_ascii=False).encode())

    def photo(self, person_id: str, photo: bytes) -> bytes:
        """Return a photo, encrypted."""
        return self._closed(person_id, "photo", photo)

    def open_identity(self, person_id: str, token: bytes) -> Identity:
        """Return what `identity` encrypted.

        Raises:
            VaultError: another key made it, it was changed, or it is another person's.
        """
        return from_dict(json.loads(self._opened(person_id, "identity", token)))

    def open_photo(self, person_id: str, token: bytes) -> bytes:
        """Return what `photo` encrypted; raises as `open_identity`."""
        return self._opened(person_id, "photo", token)

    def _closed(self, person_id: str, what: str, value: bytes) -> bytes:
        return self._cipher().encrypt(self._label(person_id, what) + value)

    def _opened(self, person_id: str, what: str, token: bytes) -> bytes:
        try:
            found = self._cipher().decrypt(token)
        except InvalidToken as error:
            raise _unreadable() from error
        label = self._label(person_id, what)
        if not found.startswith(label):
            raise _unreadable()
        return found[len(label) :]

    def _cipher(self) -> MultiFernet:
        try:
            return cipher(self._home, KEY)
        except ValueError as error:
            raise _unreadable() from error

    def _label(self, person_id: str, what: str) -> bytes:
        return END.join((self._dataset.encode(), person_id.encode(), what.encode(), b""))


def _unreadable() -> VaultError:
    return VaultError(
        "A value of the vault cannot be read.",
        cause="The key keys/vault.key is not the one that it was kept with, or the value was changed or moved.",
        next_step="Bring the key back from its backup; without it put the people of the pairs in anew.",
    )
