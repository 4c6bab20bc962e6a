"""A whole Chibo in processes of its own, for tests that use it as people do."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import psutil

ROOT = Path(__file__).parents[2]


def free_port(kind: int) -> int:
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port


@dataclass
class House:
    """One server on its own data directory.  `start`, `kill` (-9) and `stop` as an administrator would."""

    data: Path
    extra: Mapping[str, str] = field(default_factory=dict)
    host: str = "127.0.0.1"
    process: asyncio.subprocess.Process | None = None

    def __post_init__(self) -> None:
        self.port, self.media_port = free_port(socket.SOCK_STREAM), free_port(socket.SOCK_DGRAM)
        self.url = f"http://{self.host}:{self.port}"
        self.database = f"sqlite+aiosqlite:///{self.data}/chibo.sqlite"

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "CHIBO_HOST": self.host,
            "CHIBO_PORT": str(self.port),
            "CHIBO_PUBLIC_URL": self.url,
            "CHIBO_MEDIA_ADDRESS": self.host,
            "CHIBO_MEDIA_BIND": self.host,
            "CHIBO_MEDIA_PORT": str(self.media_port),
            "CHIBO_DATA_DIR": str(self.data),
            "CHIBO_DATABASE": self.database,
            "CHIBO_DEVELOPMENT": "true",
            **self.extra,
        }

    async def chibo(self, *words: str, within: float = 120) -> tuple[int, str]:
        """Run one command to its end: exit code, and what it printed on both streams."""
        process = await self._launch(*words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
        out, _ = await asyncio.wait_for(process.communicate(), within)
        assert process.returncode is not None
        return process.returncode, out.decode()

    async def start(self, job: str = "run") -> None:
        with (self.data / "server.log").open("ab") as log:
            self.process = await self._launch(job, stdout=log, stderr=log)
        await asyncio.wait_for(self._healthy(), 180)

    async def kill(self) -> None:
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        await self._end(signal.SIGTERM)

    def media_worker(self) -> psutil.Process:
        """The process of this house that holds the media port."""
        sockets = psutil.net_connections("udp")
        return psutil.Process(next(each.pid for each in sockets if each.laddr.port == self.media_port and each.pid))

    def log(self) -> str:
        return (self.data / "server.log").read_text()

    async def _launch(self, *words: str, **streams: object) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "server", *words, cwd=ROOT, env=self.environment, **streams
        )

    async def _end(self, how: signal.Signals) -> None:
        if self.process and self.process.returncode is None:
            self.process.send_signal(how)
            await asyncio.wait_for(self.process.wait(), 20)

    async def _healthy(self) -> None:
        async with aiohttp.ClientSession() as http:
            while True:
                assert self.process and self.process.returncode is None, self.log()
                try:
                    async with http.get(f"{self.url}/healthz") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientConnectionError:
                    pass
                await asyncio.sleep(0.1)  # there is no event to wait for: the port opens when it opens


@asynccontextmanager
async def living(data: Path, host: str = "127.0.0.1", **extra: str) -> AsyncIterator[House]:
    """A started house with an empty register, stopped at the end."""
    house = House(data, extra, host)
    try:
        await house.start()
        yield house
    finally:
        await house.stop()
