"""The whole search for duplicates: candidates by faces and records, fused evidence, clusters, named cases, findings."""
