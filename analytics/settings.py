"""The one place that reads the environment: `TEPAT_…` variables and `tepat.toml`."""

from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource
from pydantic_settings.exceptions import SettingsError as UnreadableError

from validation.errors import TepatError
from validation.limits import Limits
from validation.rules import Severity

SECRETS: Final = ("smtp_password", "webhook_secret")
"""Settings that are read from the environment alone: a file is copied, shown and kept in versions."""


class SettingsError(TepatError):
    """A setting that cannot be used."""


class _File(TomlConfigSettingsSource):
    """`tepat.toml`, which may hold no secret."""

    def __call__(self) -> dict[str, Any]:
        found = super().__call__()
        if held := [name for name in SECRETS if name in found]:
            raise SettingsError(
                f"The setting {held[0]} stands in tepat.toml.",
                cause="It is a secret, and secrets are read from the environment alone.",
                next_step=f"Take it out of the file, change it, and set TEPAT_{held[0].upper()}.",
            )
        return found


class Settings(BaseSettings):
    """Everything that can be set, with its default; an environment variable beats `tepat.toml`."""

    model_config = SettingsConfigDict(
        env_prefix="TEPAT_", env_ignore_empty=True, toml_file="tepat.toml", extra="forbid", frozen=True
    )

    home: Path = Field(Path("var"), description="Folder of all data: warehouse, simulated exports, keys")
    warehouse: str = Field(
        "",
        repr=False,
        description="Warehouse URL (postgres://…, pyspark://…); empty = Parquet snapshots under the home folder",
    )
    register_url: str = Field(
        "",
        repr=False,
        description="URL of the register of field checks and cases (postgresql://…, sqlite:///…); empty = "
        "register.sqlite under the home folder",
    )
    dataset: str = Field("", description="Data set to show; empty = the one published last")
    language: Literal["id", "en"] = Field("id", description="Language that the dashboard opens in")
    quarantine_limit: float = Field(0.05, ge=0, le=1, description="Share of bad rows above which nothing is published")
    volume_limit: float = Field(0.5, ge=0, le=1, description="Least rows of a table, as a share of the usual of late")
    rise_limit: float = Field(3.0, ge=1, description="Most rows of a table, as a multiple of the usual of late")
    age_limit_days: int = Field(7, ge=1, description="Days after which the newest row counts as old")
    drift_limit: float = Field(0.25, gt=0, description="Highest stability index (PSI) of a column of categories")
    gap_limit: float = Field(
        0.25, gt=0, le=1, description="Most by which a district's share of filled values may lie under all districts'"
    )
    severities: dict[str, Severity] = Field(
        {}, description="What follows where a rule is broken, by its id: block, quarantine or warn"
    )
    data_docs: bool = Field(
        default=True,
        description="Run every batch through Great Expectations as well and keep its Data Docs; nothing is published "
        "where both disagree",
    )
    gate_memory: str = Field("1GB", pattern=r"^\d+(\.\d+)?[MG]B$", description="Memory of the gate before it uses disk")
    scores: bool = Field(
        default=True,
        description="Train, use and show the scores of suspected mistargeting; false turns them off everywhere",
    )
    agents_level: float = Field(
        0.05,
        gt=0,
        lt=0.5,
        description="Highest expected share of innocent agents among those proposed to be looked at again",
    )
    photo_viewers: tuple[str, ...] = Field(
        (), description="Codes of the officers who may see photos of people in pairs, as a JSON list; empty = nobody"
    )
    vault_days: int = Field(
        180, ge=1, description="Days after its decision that identity and photo of the people in a pair are kept"
    )
    looks_days: int = Field(1825, ge=1, description="Days that it is kept who looked at whom in the vault (assumed)")
    exports_days: int = Field(
        90, ge=1, description="Days that exports under the home folder are kept, from when the newest file was written"
    )
    refused_days: int = Field(90, ge=1, description="Days that the findings of a refused export are kept")
    lists_folder: Path | None = Field(
        None,
        description="Folder that visit lists and rows to be mended are written to; `tepat retention run` removes its "
        "old XLSX and CSV files",
    )
    lists_days: int = Field(60, ge=1, description="Days that the files of that folder are kept")
    face_model: Path | None = Field(
        None,
        description="TOML file that describes an ONNX face model to use instead of dlib's: file, hash, input, output",
    )
    face_mirror: bool = Field(
        default=True,
        description="Average each face template with that of the mirrored face: fewer people are not recognised, for "
        "some three milliseconds more a photo",
    )
    face_fmr: float = Field(
        1e-3, gt=0, lt=1, description="Verification by face: share of other people who may falsely match"
    )
    face_review_share: float = Field(
        0.35,
        ge=0,
        lt=1,
        description="Verification by face: most genuine people, as a share, whose check is left to a person because it "
        "is too close to call",
    )
    file_limit_mb: int = Field(8192, ge=1, description="Largest file of an export, in MiB")
    unpacked_limit_mb: int = Field(
        32_768, ge=1, description="Most that a workbook or Parquet file of an export may unpack to, in MiB"
    )
    rows_limit: int = Field(500_000_000, ge=1, description="Most rows of a file of an export")
    objection_days: int = Field(
        30, ge=1, description="Days within which a proposal or objection should end: the objection window of one month"
    )
    sign_in: bool = Field(
        default=False,
        description="Ask everybody to sign in, also where data are simulated or public; personal data always do",
    )
    roles_from: Literal["register", "claims"] = Field(
        "register", description="What says who has which role: grants in the register, or claims of the ID token"
    )
    claim_subject: str = Field("sub", min_length=1, description="Claim of the ID token that holds the staff code")
    claim_role: str = Field("tepat_role", min_length=1, description="Claim of the ID token that holds the role")
    claim_area: str = Field(
        "tepat_area", min_length=1, description="Claim of the ID token that holds the area; empty text = everywhere"
    )
    log_page_views: bool = Field(
        default=False,
        description="Keep in the access log which pages, cases and pairs visitors look at, who see simulated or public "
        "data without signing in; of those who signed in that is always kept",
    )
    session_hours: float = Field(8.0, gt=0, description="Hours after which one has to sign in again")
    release_epsilon: float = Field(
        1.0,
        gt=0,
        le=10,
        description="Privacy (ε) that all noisy tables of a data set may cost together, ever; raising it weakens what "
        "was promised for those released before",
    )
    alerts: bool = Field(
        default=True, description="Evaluate the alerts at each publication and send what is new; false does neither"
    )
    alert_thresholds: dict[str, float] = Field(
        {}, description="Threshold of an alert, by its code, in place of the catalogue's: `tepat alerts catalogue`"
    )
    smtp_host: str = Field("", description="Server that alerts are sent through by e-mail; empty = none are")
    smtp_port: int = Field(587, ge=1, le=65535, description="Its port")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the way to it is encrypted; none is accepted on this machine alone"
    )
    smtp_user: str = Field("", description="Login at the mail server; empty = without login")
    smtp_password: SecretStr = Field(SecretStr(""), description="Password of that login; from the environment alone")
    smtp_ca: Path | None = Field(
        None, description="PEM file of who signed the mail server's certificate; default: those that the system trusts"
    )
    mail_from: str = Field("", description="Address that alerts are sent from")
    mail_to: tuple[str, ...] = Field((), description="Addresses that alerts are sent to, as a JSON list")
    webhook_url: str = Field(
        "",
        repr=False,
        description="URL that alerts are posted to as JSON, https://…; http:// is accepted on this machine alone; "
        "empty = none",
    )
    webhook_secret: SecretStr = Field(
        SecretStr(""), description="Key that what is posted is signed with (HMAC-SHA-256); from the environment alone"
    )
    keep_snapshots: int = Field(10, ge=1, description="Snapshots kept of each data set")
    boundaries: Path | None = Field(None, description="GeoJSON of region boundaries, property `kode`, for the map")
    address: str = Field("localhost", description="Address that the dashboard listens on")
    port: int = Field(8501, ge=1, le=65535, description="Port that the dashboard listens on")

    @property
    def limits(self) -> Limits:
        """The thresholds of the gate."""
        return Limits(
            quarantine=self.quarantine_limit,
            fall=self.volume_limit,
            rise=self.rise_limit,
            age_days=self.age_limit_days,
            drift=self.drift_limit,
            gap=self.gap_limit,
            severities=self.severities,
        )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then the file."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, _File(settings_cls)


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Read the settings once; `settings.cache_clear()` reads them anew.

    Raises:
        SettingsError: a value is out of its range or a key of `tepat.toml` is unknown.
    """
    try:
        return Settings()
    except UnreadableError as error:  # its text may hold the value, which may be a secret
        raise SettingsError(
            "A setting that is a list or a table cannot be read.",
            cause=f"{str(error).partition(' from source')[0]}.",
            next_step="Write it as JSON in the environment or in tepat.toml.",
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(
            f"The setting TEPAT_{name.upper()} cannot be used.",
            cause=f"{first['msg']}.",
            next_step="Correct it in the environment or in tepat.toml.",
        ) from error
