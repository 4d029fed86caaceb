"""From the portal's exports to a published snapshot: mapping, reading, shaping, gate, marts, publication."""

from analytics.ingest.mapping import Mapping, load_mapping
from analytics.ingest.pipeline import Ingested, check, ingest

__all__ = ["Ingested", "Mapping", "check", "ingest", "load_mapping"]
