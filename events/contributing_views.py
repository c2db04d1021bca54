"""The note-taker's page at a table: works on a phone, without script, on the day alone."""

from urllib.parse import urlencode

from django import forms
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from events import contributing
from events.models import WorkshopInput
from lmh_portal.core.plain_input import without_controls
from lmh_portal.visitors.views import secret_page
from lmh_portal.vocabulary.terms import by_code, terms

FIELDS = WorkshopInput._meta


class NoteForm(forms.Form):
    topic = forms.ChoiceField(label=_("Topic"), required=False)
    table = forms.CharField(
        label=_("Table"), required=False, max_length=FIELDS.get_field("table").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    text = forms.CharField(
        label=_("What was said"),
        max_length=FIELDS.get_field("text").max_length,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        help_text=_("One thought at a time. Never write who said it, nor about patients or other individuals."),
    )

    def __init__(self, topics: list[int], data=None, initial=None):
        super().__init__(data, auto_id="%s", initial=initial)
        known = terms("topic")
        offered = [(known[pk].code, str(known[pk])) for pk in topics if pk in known]
        self.fields["topic"].choices = [("", _("Another topic")), *offered]

    @property
    def chosen_topic(self) -> int | None:
        code = self.cleaned_data["topic"]
        return by_code("topic")[code].pk if code else None


@secret_page
def note(request, token):
    event = contributing.event_of_note(token)
    if event is None:
        return render(request, "events/link_gone.html", status=404)
    if not contributing.is_day_of(event):
        return render(request, "events/note.html", {"event": event, "form": None}, status=410)
    topics = list(event.topic_items.values_list("tag", flat=True))
    if request.method == "POST":
        form = NoteForm(topics, without_controls(request.POST))
        if form.is_valid():
            return _noted(request, event, form)
    else:
        kept = {name: request.GET.get(name, "")[:40] for name in ["table", "topic"]}
        form = NoteForm(topics, initial=kept)
    inputs = contributing.newest_inputs(event)
    context = {"event": event, "form": form, "inputs": inputs, "is_noted": "table" in request.GET}
    return render(request, "events/note.html", context)


def _noted(request, event, form) -> HttpResponseRedirect:
    sent = form.cleaned_data
    contributing.note(event, text=sent["text"], table=sent["table"], topic=form.chosen_topic, language=get_language())
    return HttpResponseRedirect(f"{request.path}?{urlencode({'table': sent['table'], 'topic': sent['topic']})}")
