"""How few are too few, stated once for screens, downloads and reports."""

from typing import Final

SMALLEST: Final = 10
"""Fewest families, persons, visits or pairs of a cell that is shown; 0 is shown. The rule of
thumb of Brandt et al. 2010, Guidelines for the checking of output based on microdata research (ESSnet SDC)."""
LEAST_DENOMINATOR: Final = 30
"""Fewest rows under a rate that is shown: below, an interval at 95 % is wider than ± 18 points at one half."""
PROTECTION: Final = SMALLEST - 2
"""Least width of what can be concluded about a hidden count: as wide as 1 to 9, the counts that the rule hides.
A sliding protection level as in Fischetti & Salazar 2001, Management Science 47:1008, equal for all cells so that it
tells nothing about any."""
