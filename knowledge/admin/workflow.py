"""What happens to an overview on the desk beside writing: its next version, review, publication, archive."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from knowledge import services
from knowledge.editions import content_of, differing_parts, named_facts, named_texts
from knowledge.models import Overview
from knowledge.translating import may_translate
from lmh_portal.core.languages import LANGUAGES, SOURCE_LANGUAGE

Status = Overview.Status


class ReviewForm(forms.Form):
    comment = forms.CharField(
        label=gettext_lazy("Comment to the authors"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("Kept with the review. Needed when you send the text back."),
    )


class Workflow:
    """Mixed into the overviews' model admin."""

    change_form_template = "admin/knowledge/overview/change_form.html"

    def get_urls(self):
        def address(name, view):
            return path(
                f"<int:pk>/{name}/",
                self.admin_site.admin_view(view),
                name=f"knowledge_overview_{name.replace('-', '_')}",
            )

        return [
            address("revise", require_POST(self.revise)),
            address("send", require_POST(self.send)),
            address("take-back", require_POST(self.take_back)),
            address("review", self.review),
            address("confirm", require_POST(self.confirm)),
            address("archive", require_POST(self.archive)),
            address("restore", require_POST(self.restore)),
            *super().get_urls(),
        ]

    def workflow_context(self, request, overview) -> dict:
        """What the change form offers; nothing for a text that does not exist yet."""
        if overview is None:
            return {}
        return {
            "overview": overview,
            "may_write": self.has_change_permission(request, overview),
            "may_review": request.user.has_perm("knowledge.review_overview"),
            "may_confirm": services.may_confirm(overview, request.user),
            "hindrances": services.hindrances(overview) if overview.status == Status.DRAFT else [],
            "revision": Overview.objects.filter(revises=overview).first(),
            "reviews": overview.reviews.select_related("reviewer")[:5],
            "translations_of": [
                (one, may_translate(request.user, one.language))
                for one in overview.translations.select_related("overview")
            ],
        }

    # --- writing

    def revise(self, request, pk):
        """Open the next version of a published overview."""
        overview = self._asked(request, pk, "change")
        try:
            revision = services.start_revision(overview)
        except ValidationError as refusal:
            return self._refused(request, overview, refusal)
        return HttpResponseRedirect(self._address(revision))

    def send(self, request, pk):
        return self._do(request, pk, "change", services.send_for_review, _("The text was sent for review."))

    def take_back(self, request, pk):
        return self._do(request, pk, "change", services.take_back, _("The text is a draft again."))

    def confirm(self, request, pk):
        def confirm(overview):
            services.confirm(overview=overview, reviewer=request.user)

        return self._do(request, pk, "review", confirm, _("Noted: the text was reviewed and still holds."))

    def archive(self, request, pk):
        return self._do(request, pk, "review", services.archive, _("The overview was archived."))

    def restore(self, request, pk):
        return self._do(request, pk, "review", services.restore, _("The overview is public again."))

    def _do(self, request, pk, permission, deed, done):
        overview = self._asked(request, pk, permission)
        try:
            deed(overview)
        except ValidationError as refusal:
            return self._refused(request, overview, refusal)
        self.log_change(request, overview, done)
        messages.success(request, done)
        return HttpResponseRedirect(self._address(overview))

    def _asked(self, request, pk, permission) -> Overview:
        if not request.user.has_perm(f"knowledge.{permission}_overview"):
            raise PermissionDenied
        return get_object_or_404(Overview, pk=pk)

    def _refused(self, request, overview, refusal: ValidationError):
        for sentence in refusal.messages:
            messages.error(request, sentence)
        return HttpResponseRedirect(self._address(overview))

    def _address(self, overview) -> str:
        return reverse("admin:knowledge_overview_change", args=[overview.pk])

    # --- review

    def review(self, request, pk):
        """The text beside what is public now, and the reviewer's answer to it."""
        overview = self._asked(request, pk, "review")
        form = ReviewForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                return self._answer(request, overview, form.cleaned_data["comment"])
            except ValidationError as refusal:
                form.add_error(None, refusal)
        if overview.status != Status.IN_REVIEW:
            messages.warning(request, _("This text is not in review any more: look at it again."))
            return HttpResponseRedirect(self._address(overview))
        context = self.admin_site.each_context(request) | {
            "title": _("Review: %(title)s") % {"title": overview},
            "opts": self.opts,
            "overview": overview,
            "form": form,
            "may_approve": services.may_approve(overview, request.user),
            "hindrances": services.hindrances(overview),
            "languages": changes(overview),
            "page": self.view_on_site(overview),
        }
        return TemplateResponse(request, "admin/knowledge/overview/review.html", context)

    def _answer(self, request, overview, comment):
        if "approve" in request.POST:
            version = services.approve(overview=overview, reviewer=request.user, comment=comment)
            done = _("Version %(number)d was approved and published.") % {"number": version.number}
            overview = version.overview
        else:
            services.send_back(overview=overview, reviewer=request.user, comment=comment)
            done = _("The text was sent back to its authors.")
        self.log_change(request, overview, done)
        messages.success(request, done)
        return HttpResponseRedirect(self._address(overview))


def changes(overview: Overview) -> list[tuple]:
    """For each language, (label, pieces) of what the text changes in what is public; of a first version all of it."""
    after = content_of(overview)
    last = overview.revises.versions.first() if overview.revises_id else None
    found = []
    for code, language in LANGUAGES.items():
        old, new = _everything(last.content, code) if last else {}, _everything(after, code)
        found.append((language, differing_parts(old, new)))
    return found


def _everything(content: dict, code: str) -> dict:
    """The texts of one language; with those of the source language also what has no words of its own."""
    return named_texts(content, code) | (named_facts(content) if code == SOURCE_LANGUAGE else {})
