from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
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
