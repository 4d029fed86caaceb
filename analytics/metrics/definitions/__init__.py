"""The registry's entries, one module a subject."""
