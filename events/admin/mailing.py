"""Letters to participants on the desk: texts of one's own, and letters to many that are looked at before they go."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from events import emails, mail_texts, mailings
from events.models import Event, Mailing, MailText
from events.models.mailing import Kind
from lmh_portal.core.admin import Todo, TranslatedAdmin, language_name, list_address
from lmh_portal.core.languages import LANGUAGES, SOURCE_LANGUAGE
from lmh_portal.core.markdown import to_html
from lmh_portal.core.translated import columns, sort_key
from lmh_portal.letters.models import Letter

State = Mailing.State
SHOWN_AT_MOST = 50  # letters that were given up
HELP = _("Markdown: an empty line between paragraphs. You can use {name}, {event}, {when}, {where} and {link}.")


class TextForm(forms.ModelForm):
    """Shows the text that would go out where none of one's own is written; what is left as it is follows that."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        event, kind = self._named("event"), self._named("kind")
        self.usual = {}
        if event and kind in Kind.values:
            self.usual = {code: emails.usual_text(event, kind, code) for code in LANGUAGES}
        for code, (subject, text) in self.usual.items():
            for name, words in {f"subject_{code}": subject, f"body_{code}": text}.items():
                if name in self.fields and not getattr(self.instance, name):
                    self.initial[name] = words

    def _named(self, field: str):
        """Of the row, or as a new one is being written for."""
        if self.instance.pk:
            return getattr(self.instance, field)
        value = (self.data if self.is_bound else self.initial).get(field)
        if field == "kind":
            return value
        return Event.objects.filter(pk=value).first() if value and is_number(value) else None

    def clean(self):
        cleaned = super().clean()
        kind = cleaned.get("kind") or self.instance.kind or Kind.MESSAGE
        for code in LANGUAGES:
            subject, text = (cleaned.get(f"{part}_{code}") or "" for part in ["subject", "body"])
            try:
                mail_texts.check(kind, subject, text)
            except ValidationError as refusal:
                self.add_error(f"body_{code}", refusal)
            for name, words, usual in zip(
                [f"subject_{code}", f"body_{code}"], [subject, text], self.usual.get(code, ("", "")), strict=True
            ):
                cleaned[name] = "" if _same(words, usual) else words
        return cleaned


def is_number(value: str) -> bool:
    return value.isascii() and value.isdecimal() and len(value) < 19


def _same(words: str, others: str) -> bool:
    return words.split() == others.split()


class MailingForm(TextForm):
    def clean(self):
        cleaned = super().clean()
        if (self.instance.kind or Kind.MESSAGE) == Kind.MESSAGE and not self.errors:
            self._check_is_whole(cleaned)
        return cleaned

    def _check_is_whole(self, cleaned: dict) -> None:
        """A message has nothing but what somebody writes."""
        if not cleaned.get(f"body_{SOURCE_LANGUAGE}"):
            self.add_error(f"body_{SOURCE_LANGUAGE}", gettext("Write what the letter says, at least in Swedish."))


class TextAdmin(TranslatedAdmin):
    translated_fields = ["subject", "body"]
    autocomplete_fields = ["event"]
    list_select_related = ["event"]
    search_fields = columns("event__name")
    help_texts = {"body": HELP}

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("event")

    def get_readonly_fields(self, request, obj=None):
        return ["event", "kind"] if obj else []

    def get_changeform_initial_data(self, request):
        """An event's page leads here with its number."""
        initial = super().get_changeform_initial_data(request)
        return initial if is_number(initial.get("event", "")) else {}

    @admin.display(description=_("event"), ordering=sort_key("event__name", SOURCE_LANGUAGE))
    def event_name(self, row):
        return str(row.event)


@admin.register(MailText)
class MailTextAdmin(TextAdmin):
    """The texts of an event's letters, where they differ from the portal's."""

    form = TextForm
    list_display = ["event_name", "kind", "translations"]
    list_filter = ["kind"]
    ordering = ["-event__starts_at", "kind"]
    fieldsets = [(None, {"fields": ["event", "kind"]})]

    def get_form(self, request, obj=None, **kwargs):
        form = super().get_form(request, obj, **kwargs)
        if field := form.base_fields.get("kind"):
            field.choices = [choice for choice in field.choices if choice[0] != Kind.MESSAGE]
        return form


@admin.register(Mailing)
class MailingAdmin(TextAdmin):
    """A draft is written and looked at; sent or put away it stays as it is."""

    form = MailingForm
    change_form_template = "admin/events/mailing/change_form.html"
    list_display = ["event_name", "kind", "state_badge", "audience", "recipients", "created_at", "sent_at"]
    list_filter = ["state", "kind"]
    ordering = ["-created_at", "-pk"]
    fieldsets = [(None, {"fields": ["event", "audience"]})]

    def get_readonly_fields(self, request, obj=None):
        return ["event"] if obj else []

    def has_change_permission(self, request, obj=None):
        return (obj is None or obj.state == State.DRAFT) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        if not change:
            obj.kind, obj.created_by = Kind.MESSAGE, request.user
        super().save_model(request, obj, form, change)

    def response_add(self, request, obj, post_url_continue=None):
        messages.info(request, gettext("This is how the letter will look. Send it when all is well."))
        return HttpResponseRedirect(_address("change", obj))

    def response_change(self, request, obj):
        messages.info(request, gettext("This is how the letter will look. Send it when all is well."))
        return HttpResponseRedirect(_address("change", obj))

    def todo(self):
        drafts = Mailing.objects.filter(state=State.DRAFT).count()
        label = gettext("Letters to participants that wait for review")
        yield Todo(label, drafts, list_address(Mailing, state__exact=State.DRAFT))

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, mailing):
        return format_html('<span class="badge badge--{}">{}</span>', mailing.state, mailing.get_state_display())

    # --- looked at, sent, put away

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/send/", view(require_POST(self.send)), name="events_mailing_send"),
            path("<int:pk>/discard/", view(require_POST(self.discard)), name="events_mailing_discard"),
            *super().get_urls(),
        ]

    def render_change_form(self, request, context, **kwargs):
        mailing = kwargs.get("obj")
        if mailing:
            context |= self._review(request, mailing)
        return super().render_change_form(request, context, **kwargs)

    def _review(self, request, mailing: Mailing) -> dict:
        is_draft = mailing.state == State.DRAFT
        readers = mailings.recipients_by_language(mailing) if is_draft else {}
        return {
            "mailing": mailing,
            "is_draft": is_draft,
            "previews": [self._preview(mailing, code, readers.get(code, 0)) for code in LANGUAGES],
            "readers": sum(readers.values()),
            "may_send": is_draft and self.has_change_permission(request, mailing),
            "states": self._states(mailing),
            "given_up": list(mailings.given_up(mailing.event)[:SHOWN_AT_MOST]),
            "may_open_letters": request.user.has_perm("letters.view_letter"),
        }

    def _preview(self, mailing: Mailing, language: str, readers: int) -> dict:
        letter = emails.written(emails.example(mailing.event, language), mailing.kind, mailing=mailing)
        return {
            "language": LANGUAGES[letter.language],
            "heading": language_name(language),
            "other": "" if letter.language == language else language_name(letter.language),
            "readers": readers,
            "subject": letter.subject,
            "html": SafeString(to_html(letter.markdown)),
        }

    def _states(self, mailing: Mailing) -> list[tuple[str, int]]:
        counts = mailings.on_their_way(mailing)
        return [(state.label, counts[state]) for state in Letter.State if counts[state]]

    def send(self, request, pk):
        mailing = self._draft(request, pk)
        count = mailings.send(mailing)
        if count is None:
            messages.warning(request, gettext("Somebody was quicker: this letter has been sent or discarded already."))
        else:
            text = ngettext("%(count)d letter is on its way.", "%(count)d letters are on their way.", count)
            self.log_change(request, mailing, text % {"count": count})
            messages.success(request, text % {"count": count})
        return HttpResponseRedirect(_address("change", mailing))

    def discard(self, request, pk):
        mailing = self._draft(request, pk)
        if mailings.discard(mailing):
            self.log_change(request, mailing, gettext("Discarded"))
            messages.success(request, gettext("The letter was discarded. Nobody gets it."))
        return HttpResponseRedirect(_address("change", mailing))

    def _draft(self, request, pk: int) -> Mailing:
        """One that this person may send, though somebody else may just have done so."""
        mailing = get_object_or_404(self.get_queryset(request), pk=pk)
        if not super().has_change_permission(request, mailing):
            raise PermissionDenied
        return mailing


def _address(page: str, mailing: Mailing) -> str:
    return reverse(f"admin:events_mailing_{page}", args=[mailing.pk])
