"""Loading the starter content: each file as a whole or not at all, again and again without harm."""

from pathlib import Path

from django.db import connection

from lmh_portal.core.version import content_tables
from lmh_portal.index.models import Document, Word
from lmh_portal.starter.context import Loading
from lmh_portal.starter.loader import Loader
from lmh_portal.starter.loaders import LOADERS
from lmh_portal.vocabulary.models import Topic
from lmh_portal.vocabulary.services import flatten_hierarchies

DATA = Path(__file__).parent / "data"


def is_empty() -> bool:
    return not Topic.objects.exists()


def load_starter(*, directory: Path = DATA, app: str = "", overwrite: bool = False, language: str = "") -> list[Loader]:
    """Load the files, of one app or all, and return their loaders, which know what became of them."""
    loading = Loading(directory, overwrite, language)
    loaders = [make(loading) for make in LOADERS if app in {"", make.model._meta.app_label}]
    refused: dict[type, str] = {}
    for loader in loaders:
        missing = [refused[model] for model in loader.needs() if model in refused]
        if not loader.path.exists():
            loader.hindrance = "is not there"
        elif missing:
            loader.hindrance = f"not loaded, it needs {', '.join(sorted(set(missing)))}"
        else:
            loader.load()
        if missing or loader.problems:
            refused.setdefault(loader.model, loader.file)
    flatten_hierarchies()
    _count_rows()
    return loaders


def _count_rows() -> None:
    """Tell the planner how much there is now; what it knows of empty tables makes facets take minutes."""
    with connection.cursor() as cursor:
        tables = sorted(content_tables() | {Document._meta.db_table, Word._meta.db_table})
        cursor.execute(f"ANALYZE {', '.join(map(connection.ops.quote_name, tables))}")
