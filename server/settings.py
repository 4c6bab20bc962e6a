"""Settings: the environment (and `.env` beside it) becomes one frozen object, at start and never later.

Every variable is `CHIBO_` and the name of a field in capitals.  A wrong value ends the program with code 2 and one line
per variable; a value is never printed, because some are secret.
"""

import hashlib
import ipaddress
import re
import socket
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, SecretStr, ValidationError, ValidationInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from .org.security import shipped

PREFIX = "CHIBO_"
SOCKET_PATH_BYTES = 107  # sun_path is 108 bytes with its final zero (unix(7))
LOOPBACK = "127.0.0.1"
DATABASES = ("sqlite+aiosqlite", "postgresql+asyncpg")


def _url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be http:// or https:// and a host")
    if parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        raise ValueError("must end after the host and the port")
    return f"{parts.scheme}://{parts.netloc}"


def _sender(value: str, known: ValidationInfo) -> str:
    if known.data.get("smtp_host") and "@" not in value:
        raise ValueError("must be the mail address that notices come from, because CHIBO_SMTP_HOST is set")
    return value


def _database(value: str) -> str:
    if value.split(":", 1)[0] not in DATABASES:
        raise ValueError("must begin with one of: " + ", ".join(f"{name}://" for name in DATABASES))
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("must be the name of a time zone, as Asia/Ho_Chi_Minh") from None
    return value


def _address(value: str) -> str:
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        raise ValueError("must be an IP address") from None


def _addresses(value: str) -> str:
    return ",".join(_address(each.strip()) for each in value.split(","))


def _networks(value: str) -> str:
    try:
        return ",".join(str(ipaddress.ip_network(each.strip())) for each in value.split(","))
    except ValueError:
        raise ValueError("must be networks, as 127.0.0.0/8,172.17.0.0/16") from None


def _relays(value: str) -> str:
    urls = [each.strip() for each in value.split(",")] if value else []
    if any(not re.fullmatch(r"turns?:[^\s?]+(\?transport=(udp|tcp))?", url) for url in urls):
        raise ValueError("must be turn: or turns: and a host, as turns:relay.example.vn:443?transport=tcp")
    return ",".join(urls)


def _shared(value: SecretStr, known: ValidationInfo) -> SecretStr:
    if known.data.get("turn_urls") and not value.get_secret_value():
        raise ValueError("must be set where CHIBO_TURN_URLS is")
    return value


def _own_addresses() -> str:
    """Where this machine is found by itself and by its neighbours.  Connecting UDP sends nothing: it asks the routes.

    A browser that runs here too needs the second: browsers leave loopback out of their own candidates.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as route:
        try:
            route.connect(("192.0.2.1", 9))  # RFC 5737: nobody's address
        except OSError:
            return LOOPBACK
        return ",".join(dict.fromkeys((LOOPBACK, route.getsockname()[0])))


Port = Annotated[int, Field(ge=1, le=65535)]
Address = Annotated[str, AfterValidator(_address)]


class Settings(BaseSettings):
    """Frozen.  Minutes, hours and bytes as the names say."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
    )

    host: str = "127.0.0.1"  # where HTTP listens
    port: Port = 8080
    data_dir: Path = Path("var")
    proxies: Annotated[str, AfterValidator(_networks)] = "127.0.0.0/8,::1/128"  # whose word on addresses is believed
    public_url: Annotated[str, AfterValidator(_url)] = Field(
        default_factory=lambda known: f"http://127.0.0.1:{known.get('port', 8080)}"
    )
    database: Annotated[str, AfterValidator(_database)] = Field(
        default_factory=lambda known: f"sqlite+aiosqlite:///{known.get('data_dir', 'var')}/chibo.sqlite"
    )

    doors_minutes: Annotated[int, Field(ge=0)] = 60  # before the planned time; the roster is fixed when one enters

    media_address: Annotated[str, AfterValidator(_addresses)] = Field(
        default_factory=_own_addresses
    )  # told to browsers
    media_bind: Address = "0.0.0.0"  # noqa: S104  media comes from everywhere; DTLS proves who it is
    media_port: Port = 8081  # UDP

    turn_urls: Annotated[str, AfterValidator(_relays)] = ""  # for who has neither UDP nor TCP; separated by commas
    turn_secret: Annotated[SecretStr, AfterValidator(_shared), Field(validate_default=True)] = SecretStr("")  # coturn's
    turn_minutes: Annotated[int, Field(ge=1)] = 60  # within which a connection by the relay must begin

    language: Literal["vi", "en"] = "vi"  # for whoever asks for neither
    timezone: Annotated[str, AfterValidator(_zone)] = "Asia/Ho_Chi_Minh"
    development: bool = False  # shows /design

    session_idle_minutes: Annotated[int, Field(ge=5)] = (
        12 * 60
    )  # a meeting of three hours on a sleeping phone must survive
    session_days: Annotated[int, Field(ge=1)] = 7
    # The rulebook's numbers (QCVN 12:2026/BCA), unless an installation is stricter.
    lock_after: Annotated[int, Field(ge=1, le=5)] = Field(default_factory=partial(shipped, "lock_after"))  # wrong tries
    lock_hours: Annotated[int, Field(ge=0)] = Field(
        default_factory=partial(shipped, "lock_hours")
    )  # 0 = until an administrator unlocks
    password_length: Annotated[int, Field(ge=8)] = Field(
        default_factory=partial(shipped, "password_length")
    )  # without a second factor
    document_megabytes: Annotated[int, Field(ge=1, le=500)] = 25  # of one file that is laid before a meeting
    smtp_host: str = ""  # "" = no mail: notices are shown in the program only
    smtp_port: Port = 587
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_sender: Annotated[str, AfterValidator(_sender)] = Field(default="", validate_default=True)  # address

    metrics_token: SecretStr = SecretStr("")  # "" = /metrics answers the machine itself only

    @property
    def secure_cookies(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def documents(self) -> Path:
        """Where the documents of meetings are kept, named by their hash."""
        return self.data_dir / "documents"

    @property
    def head_key(self) -> Path:
        """The private key that signs the heads of closed meetings."""
        return self.data_dir / "head.key"

    @property
    def accounts_key(self) -> Path:
        """The key of second factors and of codes on paper; outside the database."""
        return self.data_dir / "accounts.key"

    @property
    def witness(self) -> Path:
        """Every signed head once more, outside the database."""
        return self.data_dir / "heads.jsonl"

    @property
    def media_socket(self) -> Path:
        """The unix socket of the media worker; under the temporary folder where the data folder's path is too long."""
        wanted = self.data_dir.resolve() / "media.sock"
        if len(bytes(wanted)) <= SOCKET_PATH_BYTES:
            return wanted
        name = hashlib.sha256(bytes(wanted)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"chibo-{name}.sock"


def complaints(wrong: ValidationError) -> list[str]:
    """One line per variable: its full name and what is wrong with it."""
    lines: dict[str, str] = {}
    for error in wrong.errors(include_url=False, include_context=False, include_input=False):
        name = PREFIX + "_".join(str(part) for part in error["loc"][:1]).upper()
        lines.setdefault(name, error["msg"].removeprefix("Value error, "))
    return [f"{name}: {what}" for name, what in lines.items()]


def load(**given: Any) -> Settings:
    """The settings of this process; `given` wins over the environment.  Exits with code 2 on wrong values."""
    try:
        return Settings(**given)
    except ValidationError as wrong:
        print(*complaints(wrong), sep="\n", file=sys.stderr)
        raise SystemExit(2) from None
