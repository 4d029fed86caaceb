"""Agents' work measured: does the list keep its level, what does it find where the truth is known, how fast is it."""
