"""Who may see photos: the one place that says so."""

from analytics.settings import Settings


def may_see_photos(settings: Settings, viewer: str) -> bool:
    """Return whether an officer may see photos of people in pairs: TEPAT_PHOTO_VIEWERS names those who may."""
    return viewer in settings.photo_viewers
