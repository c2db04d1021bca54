from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt


def takes_visitors_forms(view: Callable) -> Callable:
    """Let a view take forms without a cookie: the Origin header and the stamp of a StampedForm take its place."""

    @csrf_exempt
    @wraps(view)
    def guarded(request, *args, **kwargs):
        if request.method == "POST":
            _refuse_other_sites(request)
        return view(request, *args, **kwargs)

    return guarded


def _refuse_other_sites(request) -> None:
    origin = request.headers.get("Origin")
    if origin is not None and origin.partition("://")[2] != request.get_host():
        raise PermissionDenied


def secret_page(view: Callable) -> Callable:
    """A view whose address is a key: kept nowhere, told to nobody, and with the key in the place of a cookie.

    Its forms come with the Origin “null”: browsers say no more on pages that are told to nobody.
    """

    @csrf_exempt
    @never_cache
    @wraps(view)
    def guarded(request, *args, **kwargs) -> HttpResponse:
        if request.method == "POST" and request.headers.get("Origin") != "null":
            _refuse_other_sites(request)
        response = view(request, *args, **kwargs)
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return guarded
