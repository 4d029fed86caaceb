"""Templates on disk: encrypted parts of a gallery, outside the warehouse; nothing else of a photo is kept.

`home/faces/GALLERY/parts/*.part`, each the ciphertext of an Arrow file, written in one step: whatever kills the
process, a part is whole or absent. A photo is in a gallery once for each model.
"""

import fcntl
import io
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import polars as pl
from cryptography.fernet import InvalidToken

from analytics.biometrics.gallery import Gallery, Vectors
from analytics.biometrics.template_rows import SCHEMA, TemplatesError, complete_rows, demand_one_length, lengths
from analytics.files import drop_drafts, write_whole
from analytics.keys import cipher, key_file
from analytics.settings import Settings

PART_ROWS = 20_000
"""Rows of a part at most: about 15 MB, so that reading a gallery takes little more memory than the gallery."""
KEY = "templates"
RESERVED = ("models", "calibrations")
"""Folders beside the galleries."""


class Templates:
    """The templates of one gallery.

    Args:
        home: The home folder.
        gallery: Name of the gallery.
    """

    def __init__(self, home: Path, gallery: str) -> None:
        self.name = gallery
        self._root = home / "faces" / gallery
        self._parts = self._root / "parts"
        if any(self._parts.glob("*.part")) and not key_file(home, KEY).exists():
            raise TemplatesError(
                f"The key of the gallery {gallery} is missing.",
                cause=f"{key_file(home, KEY)} is not there, and no other key opens the templates.",
                next_step="Restore it from the backup.",
            )
        self._home = home
        cipher(home, KEY)
        self._known: dict[str, pl.DataFrame] = {}
        self._locked = False

    @classmethod
    def open(cls, settings: Settings, gallery: str = "default") -> "Templates":
        """Open a gallery; one that is not there yet is empty.

        Raises:
            TemplatesError: its name cannot be used, or its key is missing.
        """
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", gallery) or gallery in RESERVED:
            raise TemplatesError(
                f"A gallery cannot be called “{gallery}”.",
                next_step="Use at most 40 of a–z, 0–9, - and _; not models or calibrations.",
            )
        return cls(settings.home, gallery)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the gallery's lock, which the system frees however the process ends.

        Raises:
            TemplatesError: another process holds it.
        """
        if self._locked:
            yield
            return
        self._parts.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self._root / "writer.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise TemplatesError(
                    f"Another process is writing to the gallery {self.name}.",
                    next_step="Wait until it has ended, try again.",
                ) from error
            drop_drafts(self._parts)
            self._locked = True
            try:
                yield
            finally:
                self._locked = False

    def add(self, rows: pl.DataFrame) -> int:
        """Store rows that are not there yet, and return how many these were.

        Args:
            rows: Columns photo, person, model, vector, and those of SCHEMA that are known; status is `ok` where it is
                not given. A photo that the gallery holds for this model is left as it is.

        Raises:
            TemplatesError: another process writes, a part cannot be read, or a row cannot be stored.
        """
        complete = complete_rows(rows)
        with self.writing():
            fresh = complete.unique(["photo", "model"], keep="first", maintain_order=True)
            held = self._seen()
            fresh = fresh.join(held, on=["photo", "model"], how="anti", maintain_order="left")
            demand_one_length(pl.concat([held.select("model", "length"), lengths(fresh).select("model", "length")]))
            for part in fresh.iter_slices(PART_ROWS):
                self._write(self._parts / f"{time.time_ns():020d}-{secrets.token_hex(4)}.part", part)
        return fresh.height

    def done(self, model: str) -> set[str]:
        """Return the pseudonyms of the photos that a model has seen, whatever came of them."""
        return set(self.statuses().filter(pl.col("model") == model)["photo"])

    def statuses(self) -> pl.DataFrame:
        """Return one row a photo and model, the columns of SCHEMA, without templates.

        Raises:
            TemplatesError: a part cannot be read.
        """
        return self._seen().drop("length")

    def gallery(self, model: str | None = None) -> Gallery:
        """Return the templates of the photos that are `ok`.

        Args:
            model: The model that made them; None = the only one.

        Raises:
            TemplatesError: there are none, or of several models, or a part cannot be read.
        """
        frames = [
            self._read(path).filter(pl.col("status") == "ok").select("photo", "person", "quality", "model", "vector")
            for path in sorted(self._parts.glob("*.part"))
        ]
        models = sorted({name for frame in frames for name in frame["model"].unique()})
        if model is None and len(models) > 1:
            raise TemplatesError(
                f"The gallery {self.name} holds templates of several models.",
                cause=", ".join(models) + ".",
                next_step="Say which one is meant.",
            )
        wanted = model or (models[0] if models else "")
        rows = pl.concat([frame.filter(pl.col("model") == wanted) for frame in frames]) if wanted in models else None
        if rows is None:
            raise TemplatesError(
                f"The gallery {self.name} holds no templates{f' of the model {model}' if model else ''}.",
                next_step="Enrol photos with `tepat faces enrol`.",
            )
        return Gallery(
            photo=rows["photo"].to_numpy().astype(np.str_),
            person=rows["person"].to_numpy().astype(np.str_),
            vectors=_matrix(rows["vector"]),
            quality=rows["quality"].cast(pl.Float64).fill_null(float("nan")).to_numpy(),
            model=wanted,
        )

    def photos_of(self, person: str) -> int:
        """Return how many photos of a person are stored, whatever came of them.

        Raises:
            TemplatesError: a part cannot be read.
        """
        return self._seen().filter(pl.col("person") == person).height

    def erase(self, person: str) -> int:
        """Remove all that is stored of a person, and return how many photos that were.

        Each part is rewritten in one step: after a crash in the middle, erase again.

        Raises:
            TemplatesError: another process writes, or a part cannot be read.
        """
        erased = 0
        with self.writing():
            for path in sorted(self._parts.glob("*.part")):
                rows = self._read(path)
                kept = rows.filter(pl.col("person") != person)
                if kept.height == rows.height:
                    continue
                self._known.pop(path.name, None)
                erased += rows.height - kept.height
                if kept.is_empty():
                    path.unlink()
                else:
                    self._write(path, kept)
        return erased

    def _seen(self) -> pl.DataFrame:
        """Return the columns of SCHEMA and the `length` of each template; parts that were read before are not again."""
        now = {path.name: path for path in sorted(self._parts.glob("*.part"))}
        self._known = {name: frame for name, frame in self._known.items() if name in now}
        for name, path in now.items():
            if name not in self._known:
                self._known[name] = lengths(self._read(path))
        return pl.concat([pl.DataFrame(schema=SCHEMA | {"length": pl.UInt32()}), *self._known.values()])

    def _write(self, path: Path, rows: pl.DataFrame) -> None:
        content = io.BytesIO()
        rows.write_ipc(content)
        write_whole(path, cipher(self._home, KEY).encrypt(content.getvalue()))

    def _read(self, path: Path) -> pl.DataFrame:
        try:
            token = path.read_bytes()
            return pl.read_ipc(io.BytesIO(cipher(self._home, KEY).decrypt(token)))
        except (InvalidToken, OSError, pl.exceptions.PolarsError) as error:
            raise TemplatesError(
                f"The part {path.name} of the gallery {self.name} cannot be read.",
                cause="It was damaged, or encrypted with another key.",
                next_step="Nothing was changed. Restore the part or keys/templates.key from the backup.",
            ) from error


def _matrix(vectors: pl.Series) -> Vectors:
    """Return lists of one length as float32 (n, d)."""
    made: Vectors = vectors.explode().to_numpy().reshape(len(vectors), -1)
    return made
