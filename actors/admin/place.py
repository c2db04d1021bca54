"""Places on the editors' desk. Who may not see protected places meets none, whatever the door."""

import json

from django.contrib import admin
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext_lazy as _

from actors.admin.exporting import Exportable
from actors.admin.links import links
from actors.models import Address, Location, Service, ServiceAtLocation
from actors.models.place import Visibility, known_to, may_see_protected
from lmh_portal.core.admin import PartOfPage, TranslatedAdmin, TranslationFilter
from lmh_portal.core.translated import columns, sort_key, translated


def label_of_place(place: Location) -> str:
    """Its name, for those who may see it at all; `str()` tells nothing of a hidden one."""
    name = translated(place, "name").value
    return name if place.visibility == Visibility.PUBLIC else f"{name} ({place.get_visibility_display()})"


class KnownRows(PartOfPage):
    """Rows of a model of places, those that this person may read: saving leaves the others as they are."""

    def get_queryset(self, request):
        return known_to(request.user, self.model)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.related_model is Location:
            kwargs["queryset"] = known_to(request.user, Location)
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.related_model is Location:
            field.label_from_instance = label_of_place
        return field


class PlaceOfServiceInline(KnownRows, admin.TabularInline):
    model = ServiceAtLocation
    autocomplete_fields = ["location"]


class ServiceAtPlaceInline(KnownRows, admin.TabularInline):
    model = ServiceAtLocation
    autocomplete_fields = ["service"]
    verbose_name, verbose_name_plural = _("service at this place"), _("services at this place")


class AddressInline(KnownRows, admin.StackedInline):
    model = Address
    fields = ["attention", "address_1", ("postal_code", "city"), ("latitude", "longitude")]
    max_num = 1


@admin.register(Location)
class LocationAdmin(Exportable, TranslatedAdmin):
    translated_fields = ["name", "transportation", "accessibility"]
    list_display = ["heading", "organization", "municipality", "location_type", "visibility_badge", "translations"]
    list_filter = [
        "visibility", "location_type", TranslationFilter, ("municipality", admin.RelatedOnlyFieldListFilter),
    ]  # fmt: skip
    list_select_related = ["organization", "municipality"]
    search_fields = columns("name", "organization__name")
    autocomplete_fields = ["organization", "municipality"]
    readonly_fields = ["used_in"]
    inlines = [AddressInline, ServiceAtPlaceInline]
    fieldsets = [
        (_("The place"), {"fields": ["organization", "location_type", "visibility", "municipality", "url"]}),
        (_("Where it is used"), {"fields": ["used_in"]}),
    ]
    help_texts = {
        "name": _("What visitors may read unless the place is hidden; not the address."),
        "transportation": _("For example “Tram 11 to Komettorget”. Nothing that gives a protected address away."),
        "accessibility": _("For example steps, lift, hearing loop, toilet."),
        "visibility": _(
            "“Municipality only” shows no address; “Hidden” shows nothing at all. Without the right to see protected"
            " places you will not see it any more yourself."
        ),
    }  # fmt: skip
    label_of = staticmethod(label_of_place)

    def get_queryset(self, request):
        return known_to(request.user, Location).annotate(sort_title=sort_key("name")).order_by("sort_title", "pk")

    def get_inlines(self, request, obj):
        """The address of a place that is not public stays out of the form of those without the right, and as it is."""
        if obj and obj.visibility != Visibility.PUBLIC and not may_see_protected(request.user):
            return [ServiceAtPlaceInline]
        return self.inlines

    def get_form(self, request, obj=None, change=False, **kwargs):
        """Without the right a place can be protected more, never less: that would show its address."""
        form = super().get_form(request, obj, change=change, **kwargs)
        if obj and "visibility" in form.base_fields and not may_see_protected(request.user):
            offered = list(Visibility)[list(Visibility).index(obj.visibility) :]
            form.base_fields["visibility"].choices = [(one.value, one.label) for one in offered]
        return form

    @admin.display(description=_("visibility"), ordering="visibility")
    def visibility_badge(self, place):
        return place.get_visibility_display()

    @admin.display(description=_("where it is used"))
    def used_in(self, place):
        if not place.pk:
            return "–"
        services = Service.objects.filter(service_at_locations__location=place)
        return links([place.organization, *services.by_name()])

    # --- the history names no place: it may be hidden, or become so

    def construct_change_message(self, request, form, formsets, add=False):
        message = super().construct_change_message(request, form, formsets, add)
        for deed in message:
            for what in deed.values():
                if "object" in what:
                    what["object"] = "–"
        return message

    def log_addition(self, request, obj, message):
        return self._log(request, [obj], ADDITION, message)

    def log_change(self, request, obj, message):
        return self._log(request, [obj], CHANGE, message)

    def log_deletions(self, request, queryset):
        return self._log(request, queryset, DELETION, "")

    def _log(self, request, places, deed: int, message):
        kind = ContentType.objects.get_for_model(Location)
        text = json.dumps(message) if isinstance(message, list) else message
        return LogEntry.objects.bulk_create(
            LogEntry(
                user_id=request.user.pk, content_type=kind, object_id=place.pk, action_flag=deed, change_message=text,
                object_repr=f"{self.opts.verbose_name} {place.pk}",
            )
            for place in places
        )  # fmt: skip
