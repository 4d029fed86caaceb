"""The steps from an empty register, or an older one, to today's tables."""
