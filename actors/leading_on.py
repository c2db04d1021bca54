"""Old addresses of organisations and services lead on to their pages."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404
from django.shortcuts import redirect

from actors.models.entry import Entry


def leads_on(model: type[Entry]) -> Callable:
    """For views of one row: only where there is no page the old addresses are asked, so pages cost nothing more."""

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def page(request, slug):
            try:
                return view(request, slug)
            except Http404:
                entry = model.objects.visible_to(request.user).filter(former_addresses__slug=slug).first()
                if entry is None:
                    raise
                return redirect(entry, permanent=True)

        return page

    return decorate
