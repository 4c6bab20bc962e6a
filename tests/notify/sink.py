"""A real mail server on a real port, that keeps what it gets."""

import asyncio
import socket
from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class Post:
    """What the mail server got, and what it answers to whom."""

    got: list[tuple[str, EmailMessage]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    _first: dict[tuple[str, str], Future[EmailMessage]] = field(default_factory=lambda: defaultdict(Future))

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        mail = message_from_bytes(envelope.content, policy=policy.default)
        for to in envelope.rcpt_tos:
            self.got.append((to, mail))
            first = self._first[to, str(mail["Subject"])]
            if not first.done():
                first.set_result(mail)
        return "250 OK"

    async def first(self, address: str, subject: str) -> EmailMessage:
        """Until there is one."""
        return await asyncio.wrap_future(self._first[address, subject])


@contextmanager
def sink(answers: Mapping[str, str] | None = None) -> Iterator[tuple[Post, int]]:
    """The server while the block lasts, and its port."""
    handler = Post(answers=dict(answers or {}))
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield handler, controller.port
    finally:
        controller.stop()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port
