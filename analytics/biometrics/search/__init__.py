"""Search: who is near whom among many templates, all pairs or the new ones against all."""

from analytics.biometrics.search.join import near_new, near_pairs
from analytics.biometrics.search.pairs import NearPairs, without

__all__ = ["NearPairs", "near_new", "near_pairs", "without"]
