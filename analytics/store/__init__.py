"""The warehouse: immutable snapshots, published atomically, read through Ibis.

This package is the only one that knows where published data lie and which engine reads them. `Store.publish` makes a
staged snapshot the one that readers see, in a single step; `Store.open` gives a `Warehouse`, one snapshot opened for
reading.
"""

from analytics.store.manifest import Dataset, Manifest, SourceFile, TableFacts
from analytics.store.snapshots import NothingPublishedError, Staging, Store, StoreBusyError, open_store
from analytics.store.warehouse import Warehouse

__all__ = [
    "Dataset",
    "Manifest",
    "NothingPublishedError",
    "SourceFile",
    "Staging",
    "Store",
    "StoreBusyError",
    "TableFacts",
    "Warehouse",
    "open_store",
]
