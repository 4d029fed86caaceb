"""Automatic screening of usul and sanggah: accepted for a check, to be visited, or rejected with its reasons.

Only deterministic rules reject (`rejecting`), by facts alone. Patterns are named and told, and no score is in this
package: `analytics.objections.visit_order` may order the visits by one. The portal decides; nothing is written here.
"""

from analytics.objections.screening.errors import ScreeningError
from analytics.objections.screening.screen import RESULTS, Result, Screened, screen, screen_tables
from analytics.objections.screening.thresholds import Thresholds

__all__ = ["RESULTS", "Result", "Screened", "ScreeningError", "Thresholds", "screen", "screen_tables"]
