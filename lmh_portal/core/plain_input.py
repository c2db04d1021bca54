"""What visitors send is read as UTF-8 text without control characters, whatever they claim or try."""

import re

from django.http import QueryDict

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")  # all but tab and line ends

CHARSET = re.compile(r";\s*charset\*?[^;]*", re.IGNORECASE)


def without_controls(data: QueryDict) -> QueryDict:
    """The data with spaces for control characters, which neither HTML nor PostgreSQL takes."""
    if not any(CONTROLS.search(value) for _, values in data.lists() for value in values):
        return data
    plain = QueryDict(mutable=True)
    for name, values in data.lists():
        plain.setlist(CONTROLS.sub(" ", name), [CONTROLS.sub(" ", value) for value in values])
    return plain


def without_charset(application):
    """A WSGI application that no visitor can tell to read with a codec of their own: Django fails on some."""

    def answer(environ, start_response):
        environ["CONTENT_TYPE"] = CHARSET.sub("", environ.get("CONTENT_TYPE", ""))
        return application(environ, start_response)

    return answer


class PlainInputMiddleware:
    """Reads every address and form as UTF-8, and addresses without control characters."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.encoding = "utf-8"
        if request.META.get("QUERY_STRING"):
            request.GET = without_controls(request.GET)
        return self.get_response(request)
