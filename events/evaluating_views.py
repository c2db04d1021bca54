"""The questions after an event, behind a link that serves nothing else."""

from django import forms
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events import evaluating
from events.models import EvaluationComment
from lmh_portal.core.plain_input import without_controls
from lmh_portal.visitors.views import secret_page


class EvaluationForm(forms.Form):
    comment = forms.CharField(
        label=_("Anything else?"),
        required=False,
        max_length=EvaluationComment._meta.get_field("text").max_length,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Do not write about persons. An editor reads it before anybody else can."),
    )

    def __init__(self, moment: str, data=None):
        super().__init__(data, auto_id="%s")
        self.questions = evaluating.QUESTIONS[moment]
        for question in self.questions:
            self.fields[question.name] = _field(question)

    @property
    def asked(self) -> list[forms.BoundField]:
        return [self[question.name] for question in self.questions]

    @property
    def answers(self) -> dict[str, list[int]]:
        return {question.name: _values(self.cleaned_data[question.name]) for question in self.questions}


def _field(question: evaluating.Question) -> forms.Field:
    choices = [(value, question.label(value)) for value in question.values]
    missing = {"required": _("Please choose an answer."), "invalid_choice": _("Please choose an answer.")}
    if question.takes_several:
        return forms.TypedMultipleChoiceField(
            label=question.text, choices=choices, coerce=int, required=False, widget=forms.CheckboxSelectMultiple
        )
    return forms.TypedChoiceField(
        label=question.text, choices=choices, coerce=int, widget=forms.RadioSelect, error_messages=missing
    )


def _values(given: int | list[int]) -> list[int]:
    return sorted(set(given)) if isinstance(given, list) else [given]


@secret_page
def evaluate(request, token):
    asked = evaluating.asked_by(token)
    if asked is None:
        return render(request, "events/link_gone.html", status=404)
    event = asked.registration.event
    is_open = (event.finishes_at or event.ends_at) <= timezone.now() and not asked.has_answered
    form = EvaluationForm(asked.moment, without_controls(request.POST) if request.method == "POST" else None)
    if is_open and form.is_bound and form.is_valid():
        evaluating.receive(asked, form.answers, form.cleaned_data["comment"])
        return redirect("events:evaluate", token=token)
    context = {"asked": asked, "event": event, "form": form, "is_open": is_open}
    return render(request, "events/evaluate.html", context)
