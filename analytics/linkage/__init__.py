"""Duplicates: evidence of the record (Splink), fused with that of the face, and clusters of pairs."""
