"""What no text in the register may hold."""

import re

PERSON_NUMBER = re.compile(r"(?<!\d)(?:\d[ .-]?){15}\d(?!\d)")
"""16 digits, with or without gaps: a NIK or KK number."""
