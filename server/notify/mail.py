"""One message of the outbox as mail (RFC 5322), and the server that takes it (RFC 5321)."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Literal

import aiosmtplib

TIMEOUT = 20.0  # seconds for each step of the conversation


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed over, and as whom."""

    host: str
    port: int
    sender: str  # the address it comes from
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password: str = field(default="", repr=False)

    def client(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            username=self.username or None,
            password=self.password or None,
            use_tls=self.security == "tls",
            start_tls=self.security == "starttls",
            timeout=TIMEOUT,
        )


@dataclass(frozen=True, slots=True)
class Letter:
    key: str  # makes the Message-ID: sent twice, a mail program shows it once
    to: tuple[str, str]  # name, address
    subject: str
    text: str
    at: datetime
    calendar: str | None = None


class BadAddress(Exception):
    """No mail can ever go there."""


def composed(letter: Letter, server: Server) -> EmailMessage:
    """Raises BadAddress."""
    host = server.sender.rpartition("@")[2]
    mail = EmailMessage()
    try:
        mail["To"] = Address(letter.to[0], addr_spec=letter.to[1])
    except (MessageError, ValueError, IndexError):
        raise BadAddress from None
    mail["From"] = Address("Chibo", addr_spec=server.sender)
    mail["Subject"] = " ".join(letter.subject.split())
    mail["Date"] = format_datetime(letter.at)
    mail["Message-ID"] = f"<{hashlib.sha256(letter.key.encode()).hexdigest()[:32]}@{host}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notice comes back
    mail.set_content(letter.text)
    if letter.calendar:
        method = "CANCEL" if "\nMETHOD:CANCEL" in letter.calendar.replace("\r", "") else "REQUEST"
        mail.add_alternative(letter.calendar, subtype="calendar", params={"method": method})
    return mail


def permanent(error: aiosmtplib.SMTPException) -> bool:
    """Whether the server said that this will never work (5yz, RFC 5321 section 4.2.1)."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return all(500 <= each.code < 600 for each in error.recipients)
    return isinstance(error, aiosmtplib.SMTPResponseException) and 500 <= error.code < 600


def said(error: Exception) -> str:
    """The code of the answer or the kind of the error; never its text, which may name people."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return ", ".join(str(each.code) for each in error.recipients)
    code = getattr(error, "code", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__
