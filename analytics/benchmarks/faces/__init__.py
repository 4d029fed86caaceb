"""Benchmarks of faces."""
