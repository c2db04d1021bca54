"""QR codes as paths of an SVG, which templates draw without any style."""

from itertools import groupby

import segno

QUIET = 4  # modules of light around the code


def qr_path(text: str) -> tuple[str, int]:
    """The dark modules as horizontal lines, and the length of the square that they need."""
    rows = list(segno.make(text, error="l", micro=False).matrix_iter(border=QUIET))
    return "".join(_row(y, row) for y, row in enumerate(rows)), len(rows)


def _row(y: int, modules) -> str:
    path, x = [], 0
    for is_dark, run in groupby(modules):
        length = len(list(run))
        path += [f"M{x} {y}.5h{length}"] if is_dark else []
        x += length
    return "".join(path)
