"""Passwords: what may be one, and how they are kept."""

import asyncio
import secrets
import unicodedata
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from . import names

# Argon2id, 46 MiB, one pass, one lane: the first of the OWASP Password Storage Cheat Sheet's equal choices.  One lane,
# so that a sign-in never takes a second core from a meeting; two at a time, so that a crowd takes 92 MiB and no more.
HASHER = PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1, hash_len=32, salt_len=16)
HASHING = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")

LONGEST = 256  # characters; more is not hashed: it would only cost us time
UNUSABLE = ""  # kept in place of a hash where no password opens the account


class Unfit(Exception):
    """A new password is refused.  `why` is the English key of the sentence, `facts` fill its {placeholders}."""

    def __init__(self, why: str, **facts: str | int) -> None:
        super().__init__(why.format(**facts))
        self.why, self.facts = why, facts


def fold(username: str) -> str:
    """The one spelling under which a username is kept."""
    return unicodedata.normalize("NFKC", username).strip().casefold()


def spellings(username: str) -> tuple[str, str]:
    """As it was typed, and without marks and spaces: a phone may put marks where nobody wanted them."""
    typed = fold(username)
    return typed, names.fold(typed).replace(" ", "")


def fit(username: str, password: str, least: int) -> None:
    """Raises Unfit unless the password may be set; `least` characters it has at least."""
    if len(password) < least:
        raise Unfit("A password has at least {least} characters.", least=least)
    if len(password) > LONGEST:
        raise Unfit("A password has at most {most} characters.", most=LONGEST)
    if fold(username) in password.casefold():
        raise Unfit("A password must not contain the username.")
    if len(set(password)) < 5:
        raise Unfit("A password needs more different characters.")


class Passwords:
    """Hashes and verifies, in threads of its own."""

    def __init__(self, hasher: PasswordHasher = HASHER) -> None:
        self._hasher = hasher
        self.nobodys = hasher.hash(secrets.token_urlsafe())  # verified against where there is no account

    async def hashed(self, password: str) -> str:
        return await asyncio.get_running_loop().run_in_executor(HASHING, self._hasher.hash, password)

    async def right(self, hashed: str, password: str) -> bool:
        """Whether the hash is of this password; the same work whatever is asked."""
        if len(password) > LONGEST:
            hashed, password = self.nobodys, ""
        return await asyncio.get_running_loop().run_in_executor(HASHING, self._matches, hashed, password)

    def outworn(self, hashed: str) -> bool:
        """Whether it was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(hashed)

    def _matches(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (Argon2Error, InvalidHashError, UnicodeEncodeError):
            return False
