"""The picture of a simulated member: a card with his name, a running clock and a bar that moves."""

import asyncio
import fractions
import unicodedata
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path

import av
from aiortc.codecs.vpx import Vp8Encoder
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame
from PIL import Image, ImageDraw, ImageFont

from .ears import Encoded, Source

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

WIDTH, HEIGHT = 320, 180
ZONE = timezone(timedelta(hours=7))  # Vietnam has no summer time
CLOCK = 90_000  # Hz, the RTP clock of VP8 (RFC 7741 section 4.1)
BITRATE = 90_000
KEY_APART = 0.5  # seconds: asked more often, a key frame is sent no oftener

PAPER = (246, 241, 231)
GROUNDS = ((122, 31, 29), (40, 72, 86), (66, 84, 50), (92, 64, 40), (74, 52, 92), (38, 88, 78))

FONTS = Path(__file__).parents[2] / "web/node_modules/@fontsource/be-vietnam-pro/files"
SYSTEM = ("DejaVuSans-Bold.ttf", "NotoSans-Bold.ttf", "LiberationSans-Bold.ttf")


@cache
def fonts(size: int) -> tuple[Font, Font]:
    """For Latin-1 and for everything beyond it.

    The web part's typeface comes as one file per alphabet; without it a font of the system; without any, Pillow's own,
    which has no Vietnamese: then `spelt` leaves the marks out.
    """
    for latin, beyond in [
        [FONTS / f"be-vietnam-pro-{subset}-600-normal.woff" for subset in ("latin", "vietnamese")],
        *[(name, name) for name in SYSTEM],
    ]:
        try:
            return ImageFont.truetype(str(latin), size), ImageFont.truetype(str(beyond), size)
        except OSError:
            continue
    plain = ImageFont.load_default(size)
    return plain, plain


def spelt(text: str, marks: bool) -> str:
    """`text` in composed letters; without `marks`, in the letters of English: Đặng Thị -> Dang Thi."""
    if marks:
        return unicodedata.normalize("NFC", text)
    bare = unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def _is_of_the_system(font: Font) -> bool:
    return isinstance(font, ImageFont.FreeTypeFont) and isinstance(font.path, str)


def write(draw: ImageDraw.ImageDraw, left: int, top: int, text: str, size: int, fill: tuple[int, int, int]) -> int:
    """Draws one line, each letter in the font that has it; returns where it ends, in pixels."""
    latin, beyond = fonts(size)
    at = float(left)
    for letter in spelt(text, marks=latin is not beyond or _is_of_the_system(latin)):
        font = latin if ord(letter) < 0x100 else beyond
        draw.text((round(at), top + size), letter, font=font, fill=fill, anchor="ls")
        at += font.getlength(letter)
    return round(at)


def card(name: str, colour: int) -> Image.Image:
    """The part that never changes."""
    image = Image.new("RGB", (WIDTH, HEIGHT), GROUNDS[colour % len(GROUNDS)])
    draw = ImageDraw.Draw(image)
    size = 26 if len(name) <= 18 else 20
    write(draw, 20, 22, name, size, PAPER)
    draw.line((20, 66, 300, 66), fill=PAPER, width=1)
    return image


def yuv(image: Image.Image) -> VideoFrame:
    frame: VideoFrame = VideoFrame.from_image(image)  # type: ignore[no-untyped-call]
    return frame.reformat(format="yuv420p")


class Painter:
    """Frames of the card at any time; what changes once a second is drawn once a second."""

    def __init__(self, name: str, colour: int) -> None:
        self._card = card(name, colour)
        self._second = ""
        self._image = self._card

    def frame(self, at: datetime) -> VideoFrame:
        clock = at.strftime("%H:%M:%S")
        if clock != self._second:
            self._second, self._image = clock, self._card.copy()
            write(ImageDraw.Draw(self._image), 20, 84, clock, 44, PAPER)
        image = self._image.copy()
        right = 20 + round(280 * at.microsecond / 1_000_000)
        ImageDraw.Draw(image).rectangle((20, 152, max(21, right), 158), fill=PAPER)
        return yuv(image)


def encoder() -> VideoCodecContext:
    """VP8 for one card: real time, one thread, key frames only when asked (RFC 7741 section 5.1)."""
    codec = av.CodecContext.create("libvpx", "w")
    assert isinstance(codec, VideoCodecContext)
    codec.width, codec.height, codec.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    codec.bit_rate, codec.gop_size, codec.thread_count = BITRATE, 3000, 1
    codec.time_base = fractions.Fraction(1, CLOCK)
    codec.options = {"deadline": "realtime", "cpu-used": "-8", "lag-in-frames": "0", "static-thresh": "100"}
    return codec


class Card(Source):
    """The camera of one member.  `rate` is frames a second.  A key frame is sent first and whenever one is asked."""

    kind = "video"

    def __init__(self, name: str, colour: int, rate: int) -> None:
        super().__init__()
        self._painter, self._codec, self._packer = Painter(name, colour), encoder(), Vp8Encoder()
        self._every = 1 / rate
        self._began: float | None = None
        self._due = 0.0
        self._key_asked, self._key_at = True, -KEY_APART
        self._on = asyncio.Event()
        self._on.set()

    def show(self, on: bool) -> None:
        """Switches the camera on or off."""
        if on and not self._on.is_set():
            self._key_asked = True
            self._on.set()
        elif not on:
            self._on.clear()

    def want_key(self) -> None:
        self._key_asked = True

    async def next(self) -> Encoded:
        await self._on.wait()
        elapsed = await self._pace()
        frame = self._painter.frame(datetime.now(ZONE))
        frame.pts, frame.time_base = int(elapsed * CLOCK), fractions.Fraction(1, CLOCK)
        if self._key_asked and elapsed >= self._key_at + KEY_APART:
            self._key_asked, self._key_at = False, elapsed
            frame.pict_type = PictureType.I
        packet = self._codec.encode(frame)[0]  # without lag each frame gives one packet at once
        picture = bytes(packet)
        sealed = Packet(self.seal.close("delta" if picture[0] & 1 else "key", picture))  # RFC 6386 section 9.1
        sealed.pts, sealed.time_base = packet.pts, packet.time_base
        payloads, timestamp = self._packer.pack(sealed)
        return Encoded(payloads if sealed.size else [], timestamp & 0xFFFFFFFF, None)

    async def _pace(self) -> float:
        """Waits for the next frame's time; returns seconds since the first."""
        now = asyncio.get_running_loop().time()
        if self._began is None:
            self._began = self._due = now
        self._due = max(self._due + self._every, now)
        await asyncio.sleep(self._due - now)
        return self._due - self._began
