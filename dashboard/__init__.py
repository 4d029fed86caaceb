"""The dashboard: what pages are made of. Pages stand in `pages/`, one file each; the entrypoint is `app.py`."""
