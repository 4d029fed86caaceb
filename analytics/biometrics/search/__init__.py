"""Search: who is near whom among many templates, all pairs or new ones against all."""
