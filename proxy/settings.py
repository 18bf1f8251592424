"""Settings, from the environment: one table, all faults told at once, secrets never shown."""

import ipaddress
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import (
    AliasChoices,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from proxy.core.errors import ChaperoneError

_FILE_SUFFIX = "_FILE"
_PREFIXES = ("CHAPERONE_", "NIGHTSCOUT_")
_SECRETS = (
    "NIGHTSCOUT_TOKEN",
    "CHAPERONE_METRICS_TOKEN",
    "CHAPERONE_STORE",
    "CHAPERONE_OWNER_PASSPHRASE",
)
_SHORTEST_PASSPHRASE = 12


class SettingsError(ChaperoneError):
    """One or more settings are wrong; the message lists them all."""

    status = 400
    reason = "settings_invalid"


class Settings(BaseSettings):
    """What an installation is told by its environment. Names and defaults: README, Settings."""

    model_config = SettingsConfigDict(
        env_prefix="CHAPERONE_",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    nightscout_url: str = Field(default="", validation_alias="NIGHTSCOUT_URL")
    nightscout_token: SecretStr = Field(
        default=SecretStr(""), validation_alias="NIGHTSCOUT_TOKEN", validate_default=True
    )
    public_url: str = ""
    owner_url: str = ""
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535, validation_alias=AliasChoices("CHAPERONE_PORT", "PORT"))
    owner_host: str = "127.0.0.1"
    owner_port: int = Field(default=8081, ge=0, le=65535)
    trusted_proxies: str = ""
    data: Path = Path("data")
    store: SecretStr = SecretStr("sqlite")
    policies: Path | None = None
    timezone: str = ""
    allow_version: str = ""
    retention: int = Field(default=24, ge=1, le=120)
    workers: int = Field(default=1, ge=1, le=32)
    metrics_token: SecretStr = SecretStr("")
    owner_passphrase: SecretStr = SecretStr("")
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("nightscout_url", "public_url", "owner_url")
    @classmethod
    def _is_an_origin(cls, url: str) -> str:
        if not url:
            return url
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("give an address such as https://example.org")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("give the address alone, without user, password, token or question mark")
        return url.rstrip("/")

    @field_validator("public_url", "owner_url")
    @classmethod
    def _is_safe_to_sign_in_at(cls, url: str) -> str:
        if urlsplit(url).path:
            raise ValueError("give the address alone, without anything after the host name")
        if urlsplit(url).scheme == "http" and not is_loopback(url):
            raise ValueError("must begin with https:// unless it is this machine's own address")
        return url

    @field_validator("nightscout_token")
    @classmethod
    def _belongs_to_an_address(cls, token: SecretStr, info: ValidationInfo) -> SecretStr:
        url = info.data.get("nightscout_url")  # absent if it is faulty itself
        if url is not None and bool(url) != bool(token.get_secret_value()):
            raise ValueError(
                "NIGHTSCOUT_URL and NIGHTSCOUT_TOKEN go together: set both, or neither for the demo site"
            )
        return token

    @field_validator("store")
    @classmethod
    def _is_a_store(cls, store: SecretStr) -> SecretStr:
        # A slip of the pen must not give each node a store of its own, where an ending reaches only one of them.
        where = store.get_secret_value()
        if where != "sqlite" and not where.startswith(("redis://", "rediss://")):
            raise ValueError("write sqlite, or an address that begins with redis:// or rediss://")
        return store

    @field_validator("timezone")
    @classmethod
    def _is_a_zone(cls, zone: str) -> str:
        if zone and zone not in available_timezones():
            raise ValueError("give the name of a time zone such as Europe/Berlin")
        return zone

    @field_validator("allow_version")
    @classmethod
    def _is_a_version(cls, version: str) -> str:
        if version and re.fullmatch(r"[0-9]{1,4}(\.[0-9A-Za-z-]{1,32}){1,5}", version) is None:
            raise ValueError("give the one version of Nightscout that you allow, such as 15.1.0")
        return version

    @field_validator("trusted_proxies")
    @classmethod
    def _are_addresses(cls, text: str) -> str:
        try:
            for part in filter(None, (part.strip() for part in text.split(","))):
                ipaddress.ip_address(part)
        except ValueError as error:
            raise ValueError("give addresses such as 127.0.0.1, with commas between them") from error
        return text

    @field_validator("owner_passphrase")
    @classmethod
    def _is_hard_to_guess(cls, passphrase: SecretStr) -> SecretStr:
        if 0 < len(passphrase.get_secret_value()) < _SHORTEST_PASSPHRASE:
            raise ValueError("needs at least 12 letters, such as four or five words")
        return passphrase

    @model_validator(mode="after")
    def _sides_are_apart(self) -> Self:
        if self.owner_origin == self.public_origin:
            raise ValueError(
                "CHAPERONE_PUBLIC_URL and CHAPERONE_OWNER_URL must differ in their host name or port"
            )
        return self

    @property
    def on_one_port(self) -> bool:
        """Whether both sides listen at one place: then the host name decides."""
        return self.port != 0 and (self.host, self.port) == (self.owner_host, self.owner_port)

    @property
    def is_demo(self) -> bool:
        return not self.nightscout_url

    @property
    def public_origin(self) -> str:
        """Give the clinicians' origin; the default follows the port."""
        return self.public_url or f"http://127.0.0.1:{self.port}"

    @property
    def owner_origin(self) -> str:
        """Give the console's origin; the default follows the port."""
        return self.owner_url or f"http://localhost:{self.owner_port}"

    @property
    def trusted(self) -> tuple[str, ...]:
        return tuple(filter(None, (part.strip() for part in self.trusted_proxies.split(","))))


def is_loopback(url: str) -> bool:
    """Say whether an address can be opened from this machine only."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read_settings(environ: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Read the settings. Raises SettingsError with every fault, none of which quotes a secret."""
    faults = _read_files(os.environ if environ is None else environ, overrides)
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        faults += [_fault(dict(each)) for each in error.errors(include_url=False, include_input=False)]
    else:
        if not faults:
            return settings
    raise SettingsError("These settings need a change:\n" + "\n".join(f"  {fault}" for fault in faults))


def _read_files(environ: Mapping[str, str], overrides: dict[str, Any]) -> list[str]:
    """Each secret may lie in a file that a setting ending in _FILE names (Docker's and systemd's habit)."""
    faults = []
    for name in _SECRETS:
        path = environ.get(name + _FILE_SUFFIX)
        if not path:
            continue
        if environ.get(name):
            faults.append(f"{name} and {name}{_FILE_SUFFIX} are both set: keep one of them")
            continue
        try:
            secret = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            faults.append(f"{name}{_FILE_SUFFIX}: this file can't be read")
            continue
        field = "NIGHTSCOUT_TOKEN" if name == "NIGHTSCOUT_TOKEN" else name.removeprefix("CHAPERONE_").lower()
        overrides.setdefault(field, SecretStr(secret))
    return faults


def _fault(error: dict[str, Any]) -> str:
    where = ".".join(str(part) for part in error["loc"])
    name = where.upper() if where.upper().startswith(_PREFIXES) else f"CHAPERONE_{where.upper()}"
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"{name}: {message}" if where else message
