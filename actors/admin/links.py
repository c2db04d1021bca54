"""Ways from one row on the desk to others."""

from collections.abc import Callable, Iterable

from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html, format_html_join


def change_address(row: Model) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def links(rows: Iterable[Model], label: Callable = str, note: Callable = lambda row: "") -> str:
    """A list of links to the rows' pages, each with a note in parentheses."""
    items = [(change_address(row), label(row), f" ({text})" if (text := note(row)) else "") for row in rows]
    if not items:
        return "–"
    return format_html('<ul class="row-links">{}</ul>', format_html_join("", '<li><a href="{}">{}</a>{}</li>', items))


def add_link(model: type[Model], text: str, **initial) -> str:
    """A link to the form for a new row, with what is known of it already."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add", query=initial)
    return format_html('<a href="{}" class="addlink">{}</a>', address, text)
