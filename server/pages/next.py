"""Where to go after signing in: only a path of our own."""

from urllib.parse import urlsplit

HOME = "/meetings"
_LONGEST = 500
_NOWHERE = ("/", "/sign-out", "/language")


def local(path: str, signing_in: bool = False) -> str:
    """`path` if it is a path of this house, else the list of meetings; the sign-in page itself only if asked for.

    A browser reads "//host", "/\\host" and "/<tab>/host" as another host (WHATWG URL, 4.4), so none of these passes.
    """
    plain = path.isascii() and path.isprintable() and "\\" not in path and " " not in path
    if not plain or len(path) > _LONGEST or not path.startswith("/") or path.startswith("//"):
        return HOME
    try:
        parts = urlsplit(path)
    except ValueError:
        return HOME
    ours = not parts.scheme and not parts.netloc and parts.path not in _NOWHERE
    return path if ours and (signing_in or parts.path != "/sign-in") else HOME
