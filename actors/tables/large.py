"""Files too large for a page to wait for: two jobs look through one and take it in, and tell how far they are."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from actors.models import TableImport
from actors.tables.files import Line, read_all
from actors.tables.importing import Report, import_tables
from actors.tables.sheets import permitted
from lmh_portal.accounts.models import User
from lmh_portal.core.archives import Refusal
from lmh_portal.core.jobs import enqueue

KEPT_DAYS = 7
State = TableImport.State


@transaction.atomic
def take_in(editor: User, name: str, content: bytes) -> TableImport:
    """Have a file looked through."""
    upload = TableImport.objects.create(
        editor=editor, name=name[:200], content=content, language=get_language()
    )  # fmt: skip
    enqueue("actors.jobs.check_tables", import_id=upload.pk)
    return upload


@transaction.atomic
def agree(upload: TableImport) -> bool:
    """Have it imported as its report says; False where there is nothing to agree to."""
    waiting = TableImport.objects.filter(pk=upload.pk, state=State.CHECKED).exclude(content=b"")
    if not waiting.update(state=State.IMPORTING, rows_read=0, sheet="", reason=""):
        return False
    enqueue("actors.jobs.import_tables", import_id=upload.pk)
    return True


def check(import_id: int) -> None:
    """The dry run."""
    with _at_work(import_id, State.CHECKING) as upload:
        if upload:
            _note(upload, rows=sum(1 for sheet in read_all(upload.content, upload.name) for _line in sheet.lines))
            _note_checked(upload, _run(upload, dry_run=True))


def carry_out(import_id: int) -> None:
    """The import, if it still does what the editor has agreed to."""
    with _at_work(import_id, State.IMPORTING) as upload:
        if not upload:
            return
        with transaction.atomic():
            report = _run(upload, dry_run=False)
            is_as_agreed = report.mark == Report.of_json(upload.report).mark
            if is_as_agreed:
                _note(upload, state=State.DONE, report=report.as_json(), content=b"")
            else:
                transaction.set_rollback(True)
        if not is_as_agreed:
            _note_checked(upload, report, reason=_("Somebody has changed something meanwhile. Look at it again."))


def forget_old() -> int:
    last = timezone.now() - dt.timedelta(days=KEPT_DAYS)
    return TableImport.objects.filter(created_at__lt=last).delete()[0]


@contextmanager
def _at_work(import_id: int, state: str) -> Iterator[TableImport | None]:
    """The import, in its editor's language; nothing if it is gone or done. Why it is given up, its page says."""
    upload = TableImport.objects.select_related("editor").filter(pk=import_id, state=state).first()
    with override(upload.language if upload else None):
        try:
            yield upload
        except Refusal as refusal:
            _note(upload, state=State.REFUSED, reason=str(refusal), content=b"")
        except OperationalError:
            raise  # the job is tried again
        except Exception:
            _note(upload, state=State.FAILED, content=b"")
            raise


def _run(upload: TableImport, *, dry_run: bool) -> Report:
    read = 0

    def counted(lines: Iterator[Line]) -> Iterator[Line]:
        nonlocal read
        for line in lines:
            read += 1
            yield line

    with _progress_of(upload) as note:
        sheets = [sheet._replace(lines=counted(sheet.lines)) for sheet in read_all(upload.content, upload.name)]
        return import_tables(
            sheets, permitted=permitted(upload.editor, "import"), dry_run=dry_run, user=upload.editor,
            progress=lambda sheet, _number: note(sheet, read),
        )  # fmt: skip


@contextmanager
def _progress_of(upload: TableImport) -> Iterator[Callable[[str, int], None]]:
    """Notes how far it is by a connection of its own: nobody sees what the import writes until it is committed."""
    own = connection.copy()

    def note(sheet: str, rows: int) -> None:
        with own.cursor() as cursor:
            table = own.ops.quote_name(TableImport._meta.db_table)
            sql = f"UPDATE {table} SET sheet = %s, rows_read = %s WHERE id = %s"  # noqa: S608
            cursor.execute(sql, [sheet, rows, upload.pk])

    try:
        yield note
    finally:
        own.close()


def _note_checked(upload: TableImport, report: Report, reason: str = "") -> None:
    """What an editor cannot say yes to needs no file any more."""
    content = upload.content if report.is_news and not report.problems else b""
    state = State.REFUSED if report.problems else State.CHECKED
    _note(upload, state=state, report=report.as_json(), reason=reason, content=content)


def _note(upload: TableImport, **values) -> None:
    """Without asking whether the editor has thrown it away meanwhile."""
    TableImport.objects.filter(pk=upload.pk).update(**values)
