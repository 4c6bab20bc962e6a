"""One cell of a spreadsheet, made harmless on the way out and plain again on the way in.  Pure."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # OWASP, CSV injection


def harmless(cell: str) -> str:
    """A cell that a spreadsheet would take for a formula gets an apostrophe before it."""
    return "'" + cell if cell.startswith(FORMULA) else cell


def plain(cell: str) -> str:
    """What `harmless` made of a cell, undone."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell
