"""Files that editors upload: what a file is, its content says; its name says nothing."""

import csv
import io
import re
import unicodedata
import zipfile
from pathlib import PurePath

import filetype
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from lmh_portal.core.archives import BROKEN_ARCHIVE, MEGABYTE, Refusal, refuse_bomb

SIZE_AT_MOST = 100 * MEGABYTE
TEXT_AT_MOST = 10 * MEGABYTE
NAME_AT_MOST = 80  # characters of a name, without its ending

# Of the ZIP archives that documents are.
UNPACKED_AT_MOST = 300 * MEGABYTE
INNER_AT_MOST = 20 * MEGABYTE  # a workbook behind a chart


class Format(models.TextChoices):
    """What a resource's file is; the value is the ending of its name."""

    WEB = "web", pgettext_lazy("format of a file", "Web page")
    PDF = "pdf", "PDF"
    DOCX = "docx", "Word"
    PPTX = "pptx", "PowerPoint"
    XLSX = "xlsx", "Excel"
    ODT = "odt", gettext_lazy("OpenDocument text")
    ODP = "odp", gettext_lazy("OpenDocument presentation")
    ODS = "ods", gettext_lazy("OpenDocument spreadsheet")
    EPUB = "epub", "EPUB"
    MP4 = "mp4", gettext_lazy("Film (MP4)")
    WEBM = "webm", gettext_lazy("Film (WebM)")
    MP3 = "mp3", gettext_lazy("Sound (MP3)")
    OGG = "ogg", gettext_lazy("Sound (Ogg)")
    PNG = "png", gettext_lazy("Picture (PNG)")
    JPG = "jpg", gettext_lazy("Picture (JPEG)")
    WEBP = "webp", gettext_lazy("Picture (WebP)")
    TXT = "txt", gettext_lazy("Plain text")
    VTT = "vtt", gettext_lazy("Subtitles (WebVTT)")
    SRT = "srt", gettext_lazy("Subtitles (SubRip)")
    CSV = "csv", gettext_lazy("Table (CSV)")


OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
OFFICE = "application/vnd.openxmlformats-officedocument."
CONTENT_TYPES = {  # with which each format is sent; a format that is not here is not taken
    Format.PDF: "application/pdf",
    Format.DOCX: f"{OFFICE}wordprocessingml.document",
    Format.PPTX: f"{OFFICE}presentationml.presentation",
    Format.XLSX: f"{OFFICE}spreadsheetml.sheet",
    Format.ODT: f"{OPEN_DOCUMENT}text",
    Format.ODP: f"{OPEN_DOCUMENT}presentation",
    Format.ODS: f"{OPEN_DOCUMENT}spreadsheet",
    Format.EPUB: "application/epub+zip",
    Format.MP4: "video/mp4",
    Format.WEBM: "video/webm",
    Format.MP3: "audio/mpeg",
    Format.OGG: "application/ogg",
    Format.PNG: "image/png",
    Format.JPG: "image/jpeg",
    Format.WEBP: "image/webp",
    Format.TXT: "text/plain; charset=utf-8",
    Format.VTT: "text/vtt; charset=utf-8",
    Format.SRT: "application/x-subrip; charset=utf-8",
    Format.CSV: "text/csv; charset=utf-8",
}
BY_SIGNATURE = {
    Format.PDF, Format.MP4, Format.WEBM, Format.MP3, Format.OGG, Format.PNG, Format.JPG, Format.WEBP
}  # fmt: skip
MAIN_PARTS = {f"{CONTENT_TYPES[one]}.main+xml".encode(): one for one in [Format.DOCX, Format.PPTX, Format.XLSX]}
MIMETYPES = {
    CONTENT_TYPES[one].encode(): one for one in [Format.ODT, Format.ODP, Format.ODS, Format.EPUB]
}  # the first part of such an archive

HEAD = 8192  # bytes that a signature lies within
ZIP, OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
PROGRAMS, ARCHIVES = {"exe", "elf", "swf"}, {"zip", "rar", "7z", "gz", "tar", "bz2", "xz", "zst"}
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
MARKUP = re.compile(  # what a browser might run; subtitles may have <i>, <b>, <v name> and the like
    r"<(?:!doctype|!--|\?xml|/?(?:html|head|body|title|meta|base|link|style|script|template|xml|svg|math|iframe|frame"
    r"|object|embed|applet|img|image|picture|video|audio|form|input|button|table|div|p|a|br|h1|plaintext)\b"
    r"|[^<>]*\bon\w+\s*=)",
    re.IGNORECASE,
)
SUBRIP = re.compile(r"\s*\d+\s*\n\d\d:\d\d:\d\d[,.]\d{3} --> \d\d:\d\d:\d\d")


def format_of(file: File, name: str) -> Format:
    """The format that the content has; a refusal names the file and says why."""
    try:
        return _format(file)
    except Refusal as refusal:
        message = _("The file “%(name)s” was refused: %(reason)s")
        raise ValidationError(message % {"name": _shown(name), "reason": refusal}, code="upload") from refusal


def download_name(name: str, kind: Format) -> str:
    """The visitor's name for a file without anything that a disk or a reader could stumble over."""
    stem = unicodedata.normalize("NFC", PurePath(name.replace("\\", "/")).stem)
    letters = "".join(one if unicodedata.category(one)[0] in "LMN" else "-" for one in stem)
    return f"{re.sub('-+', '-', letters)[:NAME_AT_MOST].strip('-') or 'file'}.{kind}"


def _shown(name: str) -> str:
    """The end of a name, without characters that could turn a sentence around."""
    return "".join(one for one in name if one.isprintable())[-NAME_AT_MOST:]


def _format(file: File) -> Format:
    if not file.size:
        raise Refusal(_("it is empty."))
    if file.size > SIZE_AT_MOST:
        raise Refusal(_("it is larger than %(megabytes)d MB.") % {"megabytes": SIZE_AT_MOST // MEGABYTE})
    head = _start(file, HEAD)
    if head.startswith(ZIP):
        return _packed_format(file, file.size)
    if zipfile.is_zipfile(file):
        raise Refusal(_("an archive is hidden in it."))
    found = filetype.guess_extension(head)
    if found in BY_SIGNATURE:
        return _format_by_signature(file, head, Format(found))
    if found or head.startswith(OLD_OFFICE):
        raise Refusal(_reason(found, head))
    return _text_format(file)


def _start(file, size: int) -> bytes:
    file.seek(0)
    return file.read(size)


def _reason(found: str | None, head: bytes) -> str:
    """What is wrong with content that is known, but not taken."""
    if head.startswith(OLD_OFFICE):
        return _("it is in an old Office format, which can hold macros. Save it as docx, pptx, xlsx or PDF.")
    if found in PROGRAMS:
        return _("it is a program.")
    if found in ARCHIVES:
        return _("it is an archive. Upload the files that are in it one by one.")
    return _("its content is of the type “%(type)s”, which is not accepted.") % {"type": found}


def _none_of_ours() -> Refusal:
    return Refusal(_("its content is in none of the accepted formats. Texts must be in UTF-8."))


def _format_by_signature(file: File, head: bytes, kind: Format) -> Format:
    """Only the beginning was looked at: refuse what merely begins like the format."""
    if kind == Format.PDF:
        file.seek(max(0, file.size - 2048))
        if not re.search(rb"startxref\s+\d+\s+%%EOF", file.read()) or MARKUP.search(head[:1024].decode("latin-1")):
            raise Refusal(_("it begins like a PDF, but is none or is damaged."))
    elif not CONTROLS.search(head.decode("latin-1")):
        raise _none_of_ours()
    return kind


def _text_format(file: File) -> Format:
    if file.size > TEXT_AT_MOST:
        raise _none_of_ours()
    try:
        text = _start(file, TEXT_AT_MOST).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _none_of_ours() from error
    if CONTROLS.search(text):
        raise _none_of_ours()
    if MARKUP.search(text):
        raise Refusal(_("it holds HTML, SVG or other markup, which could run in a browser."))
    if text.startswith("WEBVTT"):
        return Format.VTT
    if SUBRIP.match(text):
        return Format.SRT
    return Format.CSV if any(_is_table(text, delimiter) for delimiter in ";,\t") else Format.TXT


def _is_table(text: str, delimiter: str) -> bool:
    """Whether the first lines have the same number of cells, and more than one."""
    lines = text.splitlines()[:20]
    try:
        widths = {len(row) for row in csv.reader(lines, delimiter=delimiter)}
    except csv.Error:
        return False
    return len(lines) > 1 and len(widths) == 1 and widths.pop() > 1


# --- documents that are ZIP archives


def _packed_format(file, size: int, *, is_inner: bool = False) -> Format:
    """Look at every part; none is written anywhere."""
    try:
        refuse_bomb(file, size, UNPACKED_AT_MOST)
        with zipfile.ZipFile(file) as archive:
            kind = _document_format(archive)
            if archive.testzip():
                raise zipfile.BadZipFile
            for part in archive.infolist():
                _refuse_danger(archive, part, is_inner=is_inner)
    except BROKEN_ARCHIVE as error:
        raise Refusal(_("it is damaged or protected by a password.")) from error
    return kind


def _document_format(archive: zipfile.ZipFile) -> Format:
    """The kind of document that the archive says it is."""
    names = set(archive.namelist())
    if "[Content_Types].xml" in names:
        types = _read(archive, "[Content_Types].xml")
        if re.search(rb"macroenabled|vbaproject", types, re.IGNORECASE):
            raise Refusal(_("it holds macros. Save it without them."))
        found = next((kind for main, kind in MAIN_PARTS.items() if main in types), None)
    else:
        found = MIMETYPES.get(_read(archive, "mimetype").strip()) if "mimetype" in names else None
    if found is None:
        raise Refusal(_("it is an archive. Upload the files that are in it one by one."))
    return found


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(MEGABYTE)


def _refuse_danger(archive: zipfile.ZipFile, part: zipfile.ZipInfo, *, is_inner: bool) -> None:
    """Macros, programs, and archives other than the workbook behind a chart."""
    name = part.filename.lower()
    if "vbaproject" in name or name.startswith(("basic/", "scripts/")):
        raise Refusal(_("it holds macros. Save it without them."))
    if name.startswith("/") or ".." in PurePath(name.replace("\\", "/")).parts:
        raise zipfile.BadZipFile
    with archive.open(part) as opened:
        start = opened.read(512)
    if start.startswith(ZIP) and not is_inner and part.file_size <= INNER_AT_MOST:
        _packed_format(io.BytesIO(archive.read(part)), part.file_size, is_inner=True)
    elif start.startswith(OLD_OFFICE) or filetype.guess_extension(start) in PROGRAMS | ARCHIVES:
        raise Refusal(_("it holds a program, an archive or an embedded object: “%(part)s”.") % {"part": _shown(name)})
