"""ZIP archives from outside, which documents and workbooks are too: looked at before anything is unpacked."""

import struct
import zipfile
import zlib

from django.utils.translation import gettext as _

MEGABYTE = 2**20
RATIO_AT_MOST = 100  # unpacked to packed
PARTS_AT_MOST = 5_000
DIRECTORY_AT_MOST = 2 * MEGABYTE  # read at once, before its parts can be counted
BROKEN_ARCHIVE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, RuntimeError)


class Refusal(Exception):
    """Why a file is not taken: what follows “The file … was refused:”."""


def refuse_bomb(file, size: int, unpacked_at_most: int) -> None:
    """By what the archive says of itself, before anything is unpacked; reading its parts to the end finds lies."""
    if _directory_size(file, size) > DIRECTORY_AT_MOST:
        raise Refusal(_("it has more parts than any document needs."))
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > PARTS_AT_MOST:
        raise Refusal(_("it has more parts than any document needs."))
    if unpacked > unpacked_at_most or (unpacked > MEGABYTE and unpacked > RATIO_AT_MOST * size):
        raise Refusal(_("unpacked it would be far larger than a document: it may be a trap."))
    if sum(part.compress_size for part in parts) > size:
        raise zipfile.BadZipFile  # parts that share their bytes
    if any(part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} for part in parts):
        raise zipfile.BadZipFile


def _directory_size(file, size: int) -> int:
    """The size of the archive's table of contents, by the record at its end; zip64 is for what is far too large."""
    file.seek(max(0, size - 65_557))  # the record and the longest comment
    tail = file.read()
    record = tail.rfind(b"PK\x05\x06")
    if record < 0 or len(tail) - record < 22 or tail[max(0, record - 20) :].startswith(b"PK\x06\x07"):
        raise zipfile.BadZipFile
    return int.from_bytes(tail[record + 12 : record + 16], "little")
