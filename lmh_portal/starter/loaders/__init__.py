"""Which file becomes which rows; the order is that in which they refer to each other."""

from lmh_portal.starter.loader import Loader
from lmh_portal.starter.loaders import actors, events, knowledge, vocabulary

LOADERS: list[type[Loader]] = [*vocabulary.LOADERS, *actors.LOADERS, *knowledge.LOADERS, *events.LOADERS]
APPS = ["vocabulary", "actors", "knowledge", "events"]
