"""The vault: who the people in pairs are, and their photos; of nobody else, encrypted, and each look is kept."""

from analytics.vault.errors import VaultError
from analytics.vault.identity import Identity, Person, masked
from analytics.vault.rights import may_see_photos
from analytics.vault.vault import Purged, Receipt, Vault, open_vault

__all__ = [
    "Identity",
    "Person",
    "Purged",
    "Receipt",
    "Vault",
    "VaultError",
    "masked",
    "may_see_photos",
    "open_vault",
]
