"""QR codes (ISO/IEC 18004) as SVG."""

import io

import segno

QUIET = 4  # modules of margin, as the standard has it


def drawn(words: str) -> str:
    """For a page: dark on light in both looks, sized by its class "qr"."""
    return segno.make(words, error="m", micro=False).svg_inline(
        border=QUIET, svgclass="qr", lineclass=None, dark="#000", light="#fff", omitsize=True
    )


def file(words: str) -> str:
    """For a paper: an SVG file."""
    out = io.BytesIO()
    segno.make(words, error="m", micro=False).save(out, kind="svg", border=QUIET, light="#fff")
    return out.getvalue().decode()
