"""Hostile and honest uploads: what a file is, its content says, and what it may not be is refused with a sentence."""

import io
import random
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import uploads
from knowledge.uploads import CONTENT_TYPES, Format, download_name, format_of
from lmh_portal.core import archives
from tests.make import PDF

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
CHARTS = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


def packed(parts: dict[str, bytes | str], compression=zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def office(main: str = WORD, **parts: bytes | str) -> bytes:
    """A small Office document; a part's name has __ for / and _ for a dot."""
    named = {name.replace("__", "/").replace("_", "."): content for name, content in parts.items()}
    types = f'<?xml version="1.0"?><Types><Override PartName="/main.xml" ContentType="{main}"/></Types>'
    return packed({"[Content_Types].xml": types, "main.xml": "<document/>"} | named)


def open_document(mimetype: str, **parts: bytes | str) -> bytes:
    named = {name.replace("__", "/"): content for name, content in parts.items()}
    return packed({"mimetype": mimetype, "content.xml": "<office/>"} | named)


HONEST = {
    "pdf": PDF,
    "docx": office(),
    "pptx": office(CHARTS, ppt__embeddings__chart_xlsx=office(SHEET)),
    "xlsx": office(SHEET),
    "odt": open_document("application/vnd.oasis.opendocument.text"),
    "odp": open_document("application/vnd.oasis.opendocument.presentation"),
    "ods": open_document("application/vnd.oasis.opendocument.spreadsheet"),
    "epub": packed({"mimetype": "application/epub+zip", "META-INF/container.xml": "<container/>"}),
    "mp4": b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41" + b"\0" * 300,
    "webm": bytes.fromhex("1a45dfa39f4286810142f7810142f2810442f381084282847765626d4287810442858102") + b"\0" * 99,
    "mp3": b"ID3\x04\0\0\0\0\0\x23TSSE" + b"\0" * 300,
    "ogg": b"OggS\0\2" + b"\0" * 20 + b"\x01\x1e\x01vorbis" + b"\0" * 300,
    "png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 300,
    "jpg": b"\xff\xd8\xff\xe0\0\x10JFIF\0" + b"\0" * 300,
    "webp": b"RIFF\x24\0\0\0WEBPVP8 " + b"\0" * 300,
    "txt": "Först frågar du, sedan lyssnar du.\n1 < 2 och 3 > 2.".encode(),
    "vtt": "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Anna><i>Hej</i>, ትግርኛ\n".encode(),
    "srt": b"\xef\xbb\xbf1\r\n00:00:01,000 --> 00:00:02,000\r\n<font color=red>Hej</font>\r\n",
    "csv": b"namn;antal\r\nTolk;3\r\n",
}  # fmt: skip


def look_at(content: bytes, name: str = "fil.pdf") -> Format:
    return format_of(SimpleUploadedFile(name, content), name)


def refusal(content: bytes, name: str = "fil.pdf") -> str:
    with pytest.raises(ValidationError) as refused, override("en"):
        look_at(content, name)
    return refused.value.messages[0]


@pytest.mark.parametrize("kind", HONEST)
@pytest.mark.parametrize("name", ["fil.pdf", "setup.exe", "ingen-ändelse"])
def test_format_is_what_the_content_shows_whatever_the_name(kind, name):
    assert look_at(HONEST[kind], name) == kind


def test_every_format_but_web_pages_is_tried_here_and_has_a_content_type():
    assert set(HONEST) == {kind.value for kind in CONTENT_TYPES} == set(Format.values) - {"web"}
    assert not [kind for kind in CONTENT_TYPES.values() if "html" in kind or "svg" in kind or "javascript" in kind]


def bomb() -> bytes:
    return office(word__document_xml=b"\0" * 30_000_000)


def lying_bomb() -> bytes:
    """A part says in both of its headers that it is small."""
    content = office(word__document_xml=b"a" * 5_000_000)
    return content.replace((5_000_000).to_bytes(4, "little"), (50).to_bytes(4, "little"))


def overlapping() -> bytes:
    """All entries of the table of contents point at the same bytes, stored as random noise."""
    content = office(noise_bin=random.Random(1).randbytes(50_000))
    end = content.rfind(b"PK\x05\x06")
    start = int.from_bytes(content[end + 16 : end + 20], "little")
    entry = content[content.rfind(b"PK\x01\x02", 0, end) : end]
    entries = content[start:end] + entry * 50
    record = content[end : end + 8] + (53).to_bytes(2, "little") * 2 + len(entries).to_bytes(4, "little")
    return content[:start] + entries + record + start.to_bytes(4, "little") + b"\0\0"


def encrypted() -> bytes:
    content = bytearray(office())
    for signature, offset in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)]:
        at = content.find(signature)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(signature, at + 4)
    return bytes(content)


HTML = b"<!doctype html><html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HOSTILE = {
    "empty": (b"", "it is empty."),
    "Windows program": (b"MZ\x90\0" + b"\0" * 300, "it is a program."),
    "Linux program": (b"\x7fELF\x02\x01\x01" + b"\0" * 300, "it is a program."),
    "HTML": (HTML, "markup"),
    "HTML after text": (b"Hej!\n" * 5000 + b"<IFRAME src=x>", "markup"),
    "HTML after a byte order mark": (b"\xef\xbb\xbf" + HTML, "markup"),
    "HTML in UTF-16": (HTML.decode().encode("utf-16"), "none of the accepted formats"),
    "handler": (b"Hej <b onmouseover=alert(1)>du</b>", "markup"),
    "SVG": (SVG, "markup"),
    "SVG with a prolog": (b'<?xml version="1.0"?>\n' + SVG, "markup"),
    "subtitles with a script": (b"WEBVTT\n\n00:01.000 --> 00:02.000\n<script>1</script>", "markup"),
    "HTML that begins like a PDF": (b"%PDF-1.7\n" + HTML, "begins like a PDF"),
    "HTML in a PDF": (b"%PDF-1.7\n" + HTML + b"\n" + PDF, "begins like a PDF"),
    "PDF after HTML": (HTML + PDF, "markup"),
    "PDF without an end": (PDF[:40], "begins like a PDF"),
    "text that begins like MP3": (b"ID3" + HTML, "none of the accepted formats"),
    "text that begins like Ogg": (b"OggS" + HTML, "none of the accepted formats"),
    "Latin-1": ("Hälsa".encode("latin-1"), "Texts must be in UTF-8"),
    "noise": (random.Random(2).randbytes(5000), "none of the accepted formats"),
    "GIF": (b"GIF89a" + b"\0" * 100, "“gif”, which is not accepted"),
    "archive": (packed({"a.txt": "a"}), "it is an archive"),
    "archive of many small files": (packed({f"{n}.txt": "" for n in range(6000)}), "more parts"),
    "archive in an archive": (packed({"a.zip": packed({"a.txt": "a"})}), "it is an archive"),
    "gzip": (b"\x1f\x8b\x08" + b"\0" * 100, "it is an archive"),
    "RAR": (b"Rar!\x1a\x07\x00" + b"\0" * 100, "it is an archive"),
    "7z": (b"7z\xbc\xaf\x27\x1c" + b"\0" * 100, "it is an archive"),
    "Java archive": (packed({"META-INF/MANIFEST.MF": "Main-Class: A"}), "it is an archive"),
    "picture with an archive behind": (HONEST["jpg"] + packed({"a.html": HTML}), "an archive is hidden"),
    "PDF with an archive behind": (PDF + packed({"a.html": HTML}), "an archive is hidden"),
    "old Word": (OLE, "old Office format"),
    "macros by part": (office(word__vbaProject_bin=OLE), "it holds macros"),
    "macros by type": (office(WORD.replace("document.main", "document.macroEnabled.main")), "it holds macros"),
    "macros of LibreOffice": (
        open_document("application/vnd.oasis.opendocument.text", Basic__script="x"), "it holds macros",
    ),
    "template": (office("application/x-unknown.main+xml"), "it is an archive"),
    "program in a document": (office(word__media__image_png=b"MZ\x90\0" + b"\0" * 99), "word/media/image.png"),
    "object in a document": (office(word__embeddings__object_bin=OLE), "embedded object"),
    "archive in a document": (office(word__a_zip=packed({"a.txt": "a"})), "it is an archive"),
    "documents within documents": (
        office(word__a_docx=office(word__b_docx=office())), "holds a program, an archive",
    ),
    "bomb": (bomb(), "it may be a trap"),
    "bomb within": (office(CHARTS, ppt__a_xlsx=bomb()), "it may be a trap"),
    "bomb that lies": (lying_bomb(), "damaged"),
    "parts that share their bytes": (overlapping(), "damaged"),
    "with a password": (encrypted(), "password"),
    "way out of the folder": (office(**{"..__..__etc__passwd": "x"}), "damaged"),
    "cut off": (office()[:-30], "damaged"),
    "other compression": (packed({"[Content_Types].xml": WORD}, zipfile.ZIP_BZIP2), "damaged"),
    "zip64": (
        office()[:-22] + b"PK\x06\x07" + b"\0" * 16 + office()[-22:], "damaged",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_upload_is_refused_with_its_name_and_a_reason(kind):
    content, reason = HOSTILE[kind]

    message = refusal(content, "Folder med råd.pdf")

    assert message.startswith("The file “Folder med råd.pdf” was refused: ")
    assert reason in message


def test_bombs_are_small():
    assert len(bomb()) < 40_000


def test_size_and_number_have_limits(monkeypatch):
    monkeypatch.setattr(uploads, "SIZE_AT_MOST", 1000)
    monkeypatch.setattr(uploads, "MEGABYTE", 1000)

    assert "it is larger than 1 MB." in refusal(PDF + b"%" * 1000)


def test_table_of_contents_is_not_read_when_it_is_far_too_long(monkeypatch):
    monkeypatch.setattr(archives, "DIRECTORY_AT_MOST", 100)
    monkeypatch.setattr(zipfile, "ZipFile", lambda *arguments: pytest.fail("was read"))

    assert "more parts" in refusal(HONEST["docx"])


def outcome(content: bytes) -> bool:
    """Whether the content has a format that is taken, or is refused with a sentence."""
    try:
        return look_at(content) in CONTENT_TYPES
    except ValidationError as refused:
        return len(refused.messages) == 1


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    kind=st.sampled_from(sorted(HONEST)),
    changes=st.lists(st.tuples(st.integers(0, 5000), st.binary(max_size=8)), min_size=1, max_size=6),
)
def test_damage_of_any_kind_is_refused_or_harmless(kind, changes):
    content = bytearray(HONEST[kind])
    for place, new in changes:
        at = place % len(content)
        content[at : at + len(new)] = new
    assert outcome(bytes(content))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(content=st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_refused_or_of_a_known_format(content):
    assert outcome(content)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Checklista åäö.pdf", "Checklista-åäö.pdf"),
        ("قائمة.docx", "قائمة.pdf"),
        ("setup.exe", "setup.pdf"),
        ("faktura.pdf.exe", "faktura-pdf.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("..\\..\\windows\\win.ini", "win.pdf"),
        ("C:\\fakepath\\film.mp4", "film.pdf"),
        ("\u202efdp.exe", "fdp.pdf"),
        ("a\r\nSet-Cookie: x=y.pdf", "a-Set-Cookie-x-y.pdf"),
        ('"; filename="x.html', "filename-x.pdf"),
        ("\x00", "file.pdf"),
        ("", "file.pdf"),
        (".", "file.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("a" * 5000 + ".pdf", "a" * 80 + ".pdf"),
        ("<script>.pdf", "script.pdf"),
    ],
)
def test_name_for_download_keeps_letters_and_tells_the_content(name, expected):
    assert download_name(name, Format.PDF) == expected


def test_names_cannot_turn_a_refusal_around():
    message = refusal(b"", "\u202egnp.exe\r\n<b>" + "x" * 500)

    assert "\u202e" not in message
    assert "\r" not in message
    assert len(message) < 200
