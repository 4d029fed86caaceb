"""Benchmarks: what the product promises about speed and memory, measured on the reader's machine."""
