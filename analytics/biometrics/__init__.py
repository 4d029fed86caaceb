"""Faces: photos to templates, calibrated evidence, 1:1 verification and the search for near duplicates.

Nothing but templates, qualities and statuses leaves a photo, and templates are stored encrypted outside the warehouse.
"""
