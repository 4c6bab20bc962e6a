"""The second factor: codes of an app, and what the house's key seals and marks.  Pure.

TOTP as RFC 6238 has it, with the parameters that every such app knows: SHA-1, six digits, steps of 30 s.  The house's
key stands outside the database: who reads the tables can neither make a code nor find one that was printed.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

STEP = 30  # seconds
DIGITS = 6
DRIFT = 1  # steps that a clock may be early or late (RFC 6238, 5.2)
SECRET_BYTES = 20  # RFC 4226, 4: 160 bits


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def written(secret: bytes) -> str:
    """The secret to type into an app: base32 in groups of four."""
    plain = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(plain[at : at + 4] for at in range(0, len(plain), 4))


def address(secret: bytes, username: str) -> str:
    """What the QR code of an app holds: otpauth://totp/…"""
    return _codes(secret).get_provisioning_uri(username, "Chibo")


def code_at(secret: bytes, at: datetime) -> str:
    return _codes(secret).generate(int(at.timestamp())).decode()


def step_of(secret: bytes, code: str, at: datetime, after: int) -> int | None:
    """The step whose code this is, if it is later than step `after`: a code is taken once (RFC 6238, 5.2)."""
    now, found = int(at.timestamp()) // STEP, None
    for step in range(now - DRIFT, now + DRIFT + 1):
        if hmac.compare_digest(_codes(secret).generate(step * STEP), code.encode()) and step > after:
            found = step
    return found


def _codes(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), STEP)  # noqa: S303  HMAC-SHA-1 is what the apps know


# -- The house's key -------------------------------------------------------------------------------------------------


def sealed(key: bytes, plain: bytes) -> str:
    return _box(key).encrypt(plain).decode()


def unsealed(key: bytes, box: str, seconds: int | None = None) -> bytes | None:
    """What was sealed with this key, not longer ago than `seconds`; else None."""
    try:
        return _box(key).decrypt(box.encode(), ttl=seconds)
    except InvalidToken:
        return None


def marked(key: bytes, code: str) -> str:
    """The mark under which a code is kept (HMAC-SHA-256, hex)."""
    return hmac.new(_derived(key, "slip"), code.encode(), hashlib.sha256).hexdigest()


def _box(key: bytes) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_derived(key, "seal")))


def _derived(key: bytes, purpose: str) -> bytes:
    return hmac.new(key, f"chibo {purpose}".encode(), hashlib.sha256).digest()
