"""Backup and restore: the register, the warehouse, faces and models, and the keys apart from them.

A folder of backups holds `objects/` (contents by their SHA-256, each once), `backups/ID.json` (what a backup consists
of, written last) and `keys/ID.json` (keys, encrypted with a passphrase). A backup is whole or it is not there.
"""

from analytics.backup.create import create
from analytics.backup.errors import BackupError
from analytics.backup.manifest import Backup
from analytics.backup.restore import restore
from analytics.backup.verify import verify

__all__ = ["Backup", "BackupError", "create", "restore", "verify"]
