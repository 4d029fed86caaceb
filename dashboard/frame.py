"""What stands around every page: the data set's name, the simulation banner, the stamp, and the empty start."""

from datetime import UTC, datetime, timedelta

import streamlit as st

from analytics.store import Manifest
from dashboard.reader import Reader
from dashboard.words import Words


def banner(manifest: Manifest, words: Words) -> None:
    """Name the data set, and say so on every screen when its data are simulated."""
    title = manifest.dataset.title.to(words.language)
    if manifest.dataset.sensitivity == "simulated":
        st.markdown(f":orange-badge[:material/science: {words('app.simulated')}] {title}")
    else:
        st.markdown(f":blue-badge[{words('app.public')}] {title}")


def stamp_text(manifest: Manifest, words: Words) -> str:
    """Return the stamp of every figure: data until, source, status, next update."""
    dataset = manifest.dataset
    parts = [
        words("app.data_until", moment=words.moment(manifest.data_until, zone=dataset.timezone)),
        words("app.source", source=dataset.source.to(words.language)),
        words("app.final" if dataset.final else "app.preliminary"),
    ]
    if dataset.next_update_days:
        due = manifest.published_at + timedelta(days=dataset.next_update_days)
        parts.append(words("app.next_update", day=words.day(due.date())))
    if dataset.sensitivity == "simulated":
        parts.insert(0, words("app.simulated"))
    return " · ".join(parts)


def is_stale(manifest: Manifest, *, refresh_days: int) -> bool:
    """Say whether data are older than a metric promises; final data never are."""
    if manifest.dataset.final:
        return False
    return datetime.now(UTC).replace(tzinfo=None) - manifest.data_until > timedelta(days=refresh_days)


def close_unlogged_downloads() -> None:
    """Take away the grid's own way to a file: it has no stamp, asks for no right, and the access log hears nothing."""
    button = '[data-testid="stElementToolbarButton"]:has([aria-label^="Download as CSV"])'
    st.html(f"<style>{button} {{display: none}}</style>")


def stamp(reader: Reader) -> None:
    """Close the page with its stamp."""
    st.divider()
    st.caption(f"{stamp_text(reader.manifest, reader.words)} · {reader.snapshot}")


def welcome(words: Words) -> None:
    """Say what to do while nothing is published; no number is shown."""
    st.title(words("app.nothing_title"), anchor=False)
    st.markdown(words("app.nothing_text"))
    st.code("tepat simulate\ntepat ingest examples/alatas2012.toml --source FOLDER", language="bash")
