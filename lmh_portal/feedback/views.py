from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language

from lmh_portal.core.plain_input import without_controls
from lmh_portal.feedback import services
from lmh_portal.feedback.forms import (
    CommentForm,
    ContactForm,
    HelpfulForm,
    Vote,
    comment_stamp,
    question_stamp,
    vote_of,
)
from lmh_portal.feedback.pages import asking_page, subject_of
from lmh_portal.visitors.services import visitor
from lmh_portal.visitors.views import takes_visitors_forms


@takes_visitors_forms
def contact(request):
    if request.method == "POST":
        form = ContactForm(without_controls(request.POST))
        if form.is_valid():
            try:
                services.receive_message(language=get_language(), **_fields(form))
                return redirect("feedback:contact_sent")
            except ValidationError as refusal:
                form.add_error(None, refusal)
        form.renew(ContactForm.new_stamp())
    else:
        asked = {"kind": request.GET.get("kind"), "page": request.GET.get("page", "")[:500]}
        form = ContactForm(initial=asked | {"stamp": ContactForm.new_stamp()})
    return render(request, "feedback/contact.html", {"form": form})


def contact_sent(request):
    return render(request, "feedback/contact_sent.html")


@takes_visitors_forms
def helpful(request, kind, slug):
    """Count an answer to “Did this help you?”; where none can be counted, ask on a page of its own."""
    page = asking_page(kind, slug)
    subject = subject_of(kind, page)
    if request.method == "POST":
        form = HelpfulForm(subject, without_controls(request.POST))
        if form.is_valid():
            try:
                return _counted(request, form)
            except ValidationError as refusal:
                form.add_error(None, refusal)
        form.renew(question_stamp(subject))
    else:
        form = HelpfulForm(subject, initial={"stamp": question_stamp(subject)})
    return render(request, "feedback/helpful.html", {"page": page, "form": form, "kind": kind})


def _counted(request, form):
    answer = form.cleaned_data["answer"]
    given = {"subject": form.read, "answer": answer, "language": get_language()}
    is_counted = services.count_answer(**given, visitor=visitor(request))
    query = {"vote": comment_stamp(Vote(form.read, answer))} | ({} if is_counted else {"again": 1})
    address = reverse("feedback:helpful_comment", args=[form.read.kind, form.read.slug])
    return HttpResponseRedirect(f"{address}?{urlencode(query)}")


@takes_visitors_forms
def helpful_comment(request, kind, slug):
    """Thank for an answer, and take a comment on it; who has not answered is asked first."""
    page = asking_page(kind, slug)
    subject = subject_of(kind, page)
    if request.method == "POST":
        form = CommentForm(subject, without_controls(request.POST))
        vote = _vote(form.data.get("stamp", ""), subject) or Vote(subject, "")
        if form.is_valid():
            try:
                _receive_comment(request, form, vote, page)
                return redirect("feedback:helpful_sent", kind=kind, slug=slug)
            except ValidationError as refusal:
                form.add_error(None, refusal)
        form.renew(comment_stamp(vote))
    elif vote := _vote(request.GET.get("vote", ""), subject):
        form = CommentForm(subject, initial={"stamp": request.GET["vote"]})
    else:
        return helpful(request, kind, slug)
    context = {"page": page, "form": form, "vote": vote, "is_repeated": "again" in request.GET}
    return render(request, "feedback/helpful_comment.html", context)


def _receive_comment(request, form, vote, page):
    services.receive_comment(
        visitor=visitor(request),
        stamp=form.cleaned_data["stamp"],
        text=form.cleaned_data["text"],
        answer=vote.answer,
        version=vote.subject.version or None,
        page=page.get_absolute_url(),
        language=get_language(),
    )


def _vote(stamp, subject) -> Vote | None:
    """The vote that the stamp says was given on the page."""
    vote = vote_of(stamp.strip())
    return vote if vote and vote.subject[:2] == subject[:2] else None


def helpful_sent(request, kind, slug):
    return render(request, "feedback/helpful_sent.html", {"page": asking_page(kind, slug)})


def _fields(form):
    return {name: form.cleaned_data[name] for name in ["kind", "text", "page", "email"]}
