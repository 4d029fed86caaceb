"""Usul and sanggah as evidence: how they flow, what is screened, and what they say of rules and records."""
