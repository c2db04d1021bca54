"""Loading the starter content: each file as a whole or not at all, again and again without harm."""

from collections.abc import Iterator
from pathlib import Path

from lmh_portal.starter.context import Loading
from lmh_portal.starter.loader import Loader
from lmh_portal.starter.loaders import LOADERS
from lmh_portal.vocabulary.models import Topic
from lmh_portal.vocabulary.services import flatten_hierarchies

DATA = Path(__file__).parent / "data"


def is_empty() -> bool:
    return not Topic.objects.exists()


def load_starter(
    *, directory: Path = DATA, app: str = "", overwrite: bool = False
) -> Iterator[tuple[Loader, str]]:
    """Load every file that is there, of one app or all; give each loader, and why it did not run if so."""
    loading = Loading(directory, overwrite)
    refused: dict[type, str] = {}
    for make_loader in LOADERS:
        if app and make_loader.model._meta.app_label != app:
            continue
        loader = make_loader(loading)
        blocked_by = [refused[model] for model in loader.needs() if model in refused]
        if not loader.path.exists():
            yield loader, "is not there"
        elif blocked_by:
            refused.setdefault(loader.model, loader.file)
            yield loader, f"waits for {', '.join(sorted(set(blocked_by)))}"
        else:
            loader.load()
            if loader.problems:
                refused.setdefault(loader.model, loader.file)
            yield loader, ""
    flatten_hierarchies()
