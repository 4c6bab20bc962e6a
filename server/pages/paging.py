"""Long lists in pages: which one is asked for, and how many there are."""

from aiohttp import web


def asked_page(request: web.Request, name: str = "page") -> int:
    """?page=, from 1; 1 if none is given or it is none."""
    asked = request.query.get(name, "1")
    return min(int(asked), 10_000) if asked.isascii() and asked.isdigit() and len(asked) < 10 and int(asked) else 1


def page_count(count: int, each: int) -> int:
    """Pages of `each` lines for so many; an empty list has one."""
    return max(1, -(-count // each))
