"""The register: what people do and decide, kept beside the warehouse and never in it.

SQLite with a write-ahead log under the home folder, readable by its owner alone, or PostgreSQL by URL. Field
checks (`analytics.audits`) and cases (`analytics.cases`) keep their tables in it, by pseudonym. No snapshot is written.
"""

from analytics.register.database import Database, RegisterError, has_register, open_database
from analytics.register.tables import METADATA

__all__ = ["METADATA", "Database", "RegisterError", "has_register", "open_database"]
