"""Overview files as editors send and get them: one by one, or in a ZIP archive."""

import io
import zipfile
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from lmh_portal.core.archives import BROKEN_ARCHIVE

BYTES_AT_MOST = 5_000_000  # of all files together, packed and unpacked
FILES_AT_MOST = 50
LEAVINGS = "__MACOSX/"  # what some computers put into every archive
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


def packed(files: dict[str, str]) -> bytes:
    """A ZIP archive; of the same files always the same."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text.encode(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def unpacked(uploads: Iterable[UploadedFile]) -> dict[str, bytes]:
    """The files by name, those of archives among them; refused if there is too much or anything odd."""
    uploads = list(uploads)
    if sum(upload.size for upload in uploads) > BYTES_AT_MOST:
        raise _too_large()
    found: dict[str, bytes] = {}
    for upload in uploads:
        files = _of_archive(upload) if upload.name.lower().endswith(".zip") else {upload.name: upload.read()}
        if twice := found.keys() & files.keys():
            raise ValidationError(_("%(name)s is there twice.") % {"name": min(twice)})
        found |= files
        if len(found) > FILES_AT_MOST:
            raise _too_many()
    if sum(map(len, found.values())) > BYTES_AT_MOST:
        raise _too_large()
    return found


def _of_archive(upload: UploadedFile) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(upload) as archive:
            return _entries(archive)
    except BROKEN_ARCHIVE as error:
        raise ValidationError(_("%(name)s is not a ZIP archive that can be read.") % {"name": upload.name}) from error


def _entries(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = [one for one in archive.infolist() if not one.is_dir() and not one.filename.startswith(LEAVINGS)]
    if len(entries) > FILES_AT_MOST:
        raise _too_many()
    if sum(one.file_size for one in entries) > BYTES_AT_MOST:
        raise _too_large()
    found: dict[str, bytes] = {}
    for entry in entries:
        name = _plain_name(entry.filename)
        if name in found:
            raise ValidationError(_("%(name)s is there twice.") % {"name": name})
        if entry.compress_type not in METHODS or entry.flag_bits & 1:
            raise ValidationError(_("%(name)s is packed in a way that is not read here.") % {"name": name})
        with archive.open(entry) as file:
            found[name] = file.read(BYTES_AT_MOST + 1)  # whatever size the archive has said
    return found


def _plain_name(path: str) -> str:
    """The name without the folders of the archive, which may not lead out of it."""
    folders = path.split("/")
    if ".." in folders or path.startswith("/") or "\\" in path or ":" in path or "\0" in path:
        raise ValidationError(_("%(name)s is not a name of a file in an archive.") % {"name": path})
    return folders[-1]


def _too_large() -> ValidationError:
    return ValidationError(_("Together the files are larger than %(megabytes)d MB.") % {"megabytes": 5})


def _too_many() -> ValidationError:
    return ValidationError(_("There are more than %(count)d files.") % {"count": FILES_AT_MOST})
