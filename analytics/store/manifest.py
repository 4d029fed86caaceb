"""What a snapshot says of itself: the data set, where its rows came from, and the code that made it."""

from datetime import UTC, date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from validation.text import Text

Sensitivity = Literal["simulated", "public", "personal"]


class Frozen(BaseModel):
    """A value that is written once and read as it was written."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Dataset(Frozen):
    """A data set as its mapping declares it."""

    name: str
    title: Text
    source: Text
    sensitivity: Sensitivity
    timezone: str
    final: bool = False
    next_update_days: int | None = None
    context: str = ""
    """Key of the declared figures that may stand beside the measured ones; empty = none."""


class SourceFile(Frozen):
    """A file that rows came from."""

    table: str
    file: str
    sha256: str
    rows: int
    batch: str = ""
    """Snapshot with which they came in."""


class TableFacts(Frozen):
    """What the gate let into a table."""

    rows: int
    rejected: int


class Manifest(Frozen):
    """A snapshot's own description, written beside its tables."""

    snapshot: str
    dataset: Dataset
    published_at: datetime
    data_until: datetime
    """The newest moment in the data, naive UTC."""
    fingerprint: str
    """Hash of the mapping and the source files: the same export twice has the same."""
    added: tuple[str, ...] = ()
    """Fingerprints of what was added since the whole export, oldest first."""
    code_version: str
    rules_version: str = ""
    """Version of the programmes' rules that the families were judged by."""
    sources: tuple[SourceFile, ...]
    tables: dict[str, TableFacts]
    settling_days: int
    """Days after which 95 % of registrations have reached the portal; younger days are still filling up."""

    @property
    def day(self) -> date:
        """The local day of `data_until`."""
        return self.data_until.replace(tzinfo=UTC).astimezone(ZoneInfo(self.dataset.timezone)).date()

    def limited(self) -> "Manifest":
        """Return it without what counts the whole data set: for those who may see a part of it."""
        return self.model_copy(update={"tables": {}, "sources": ()})


class Attempt(Frozen):
    """How the last try to publish ended."""

    at: datetime
    dataset: str
    published: bool
    message: str
    snapshot: str = ""

    def limited(self) -> "Attempt":
        """Return it without what it counted: for those who may see a part of the data set."""
        return self.model_copy(update={"message": ""})


class Catalogue(Frozen):
    """The published snapshots of each data set, oldest first; readers see the last of `current` by default."""

    current: str
    datasets: dict[str, tuple[str, ...]]
