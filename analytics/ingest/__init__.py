"""From the portal's exports to a published snapshot: mapping, reading, shaping, gate, marts, publication."""

from analytics.ingest.mapping import Mapping, load_mapping
from analytics.ingest.pipeline import Ingested, ingest

__all__ = ["Ingested", "Mapping", "ingest", "load_mapping"]
