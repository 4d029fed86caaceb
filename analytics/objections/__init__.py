"""Usul and sanggah: how they flow, how long they wait, and what their outcomes say of rules and data sources.

Who objects chooses to: nothing here is a rate of mistargeting, and nothing here decides a case.
"""
