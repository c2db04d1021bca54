"""Sign-up: who may come, who comes, who waits. Nothing of it is on a public page but whether places are left."""

import secrets

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from actors.models import Organization
from events.models.event import Event
from lmh_portal.core.encrypted import EncryptedTextField
from lmh_portal.core.languages import SOURCE_LANGUAGE, text_order
from lmh_portal.core.translated import Text, page_language, translated
from lmh_portal.vocabulary.models import Area, StaffGroup

Mode = Event.AttendanceMode


class RegistrationForm(models.Model):
    """How one signs up to an event here. Whoever counts, gives or frees its seats holds this row's lock."""

    event = models.OneToOneField(
        Event, models.CASCADE, related_name="registration_form", primary_key=True, verbose_name=_("event")
    )
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True, help_text=_("Empty: when it is published."))
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True, help_text=_("Empty: when the event starts."))
    maximum_physical_attendee_capacity = models.PositiveIntegerField(
        _("places on site"), null=True, blank=True, help_text=_("Empty: no limit.")
    )
    maximum_virtual_attendee_capacity = models.PositiveIntegerField(
        _("places online"), null=True, blank=True, help_text=_("Empty: no limit.")
    )
    waiting_list_maximum = models.PositiveIntegerField(
        _("longest waiting list"), null=True, blank=True, help_text=_("0: no waiting list. Empty: no limit.")
    )
    needs_approval = models.BooleanField(_("you approve each sign-up"), default=False)
    is_by_invitation = models.BooleanField(_("only for those invited"), default=False)
    confirm_within_hours = models.PositiveSmallIntegerField(
        _("hours to confirm the e-mail address"),
        default=24,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 14)],
        help_text=_("The seat is held meanwhile."),
    )
    offer_within_days = models.PositiveSmallIntegerField(
        _("days before the start in which a freed seat is offered"),
        default=7,
        help_text=_("Earlier than that, the first in line gets the seat at once and may decline it."),
    )
    offer_hours = models.PositiveSmallIntegerField(
        _("hours to accept an offered seat"), default=24, validators=[MinValueValidator(1), MaxValueValidator(24 * 14)]
    )
    asks_diet = models.BooleanField(_("ask about diet"), default=False)
    asks_access_needs = models.BooleanField(_("ask what people need to take part"), default=True)
    protected_kept_days = models.PositiveSmallIntegerField(
        _("days after the event until diet and access needs are erased"),
        default=7,
        validators=[MaxValueValidator(90)],
    )
    persons_kept_days = models.PositiveSmallIntegerField(
        _("days after the event until names and addresses are erased"),
        default=180,
        validators=[MinValueValidator(1), MaxValueValidator(730)],
        help_text=_("Certificates can be fetched until then; the question after three months needs 100 days."),
    )
    join_url = models.URLField(
        _("link to join online"), max_length=500, blank=True, help_text=_("Told only to those who have a seat.")
    )
    certificate_percent = models.PositiveSmallIntegerField(
        _("attendance for a certificate, in percent"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Of the meetings, for example 80. Empty: no certificates."),
    )
    certificate_hours = models.DecimalField(
        _("hours in the certificate"),
        max_digits=5,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Empty: the length of the meetings together."),
    )
    asks_evaluation = models.BooleanField(
        _("ask for an evaluation after the event and three months later"), default=True
    )
    has_free_places = models.BooleanField(_("places are free"), default=True, editable=False)  # kept by registering.py

    class Meta:
        verbose_name = _("sign-up")
        verbose_name_plural = _("sign-up")
        indexes = [models.Index(fields=["has_free_places"], name="events_form_by_free_places")]
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(closes_at=None) | Q(closes_at__gt=F("opens_at")),
                name="registration_closes_after_it_opens",
                violation_error_message=_("Sign-up must close after it opens."),
            ),
            models.CheckConstraint(
                condition=Q(persons_kept_days__gte=F("protected_kept_days")),
                name="registration_erases_protected_data_first",
                violation_error_message=_("Diet and access needs are erased before names and addresses."),
            ),
        ]

    def __str__(self):
        return str(self.event_id)

    def capacity(self, mode: str) -> int | None:
        """Seats in a form of attendance; none if there is no limit."""
        if mode == Mode.ONLINE:
            return self.maximum_virtual_attendee_capacity
        return self.maximum_physical_attendee_capacity


class Quota(models.Model):
    """At most so many seats for an organisation or staff group; with neither, for all whom no other quota counts."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="quotas", verbose_name=_("event"))
    organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("organisation")
    )
    staff_group = models.ForeignKey(
        StaffGroup, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("staff group")
    )
    places = models.PositiveIntegerField(_("places"))

    class Meta:
        verbose_name = _("quota")
        verbose_name_plural = _("quotas")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "organization", "staff_group"],
                name="quota_is_set_once",
                nulls_distinct=False,
                violation_error_message=_("There is already a quota for these."),
            ),
            models.CheckConstraint(
                condition=Q(organization=None) | Q(staff_group=None),
                name="quota_is_of_one_kind",
                violation_error_message=_("A quota is for an organisation or for a staff group."),
            ),
        ]

    def __str__(self):
        return f"{self.event_id}:{self.pk}"


class Question(models.Model):
    """What an event asks besides, with the reason and the time after which answers are erased."""

    class Kind(models.TextChoices):
        TEXT = "text", pgettext_lazy("kind of question", "Short text")
        YES_NO = "yes_no", pgettext_lazy("kind of question", "Yes or no")
        CHOICE = "choice", pgettext_lazy("kind of question", "One of several")

    event = models.ForeignKey(Event, models.CASCADE, related_name="questions", verbose_name=_("event"))
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    kind = models.CharField(_("kind"), max_length=6, choices=Kind, default=Kind.TEXT)
    text = models.CharField(_("question"), max_length=300)
    choices = models.TextField(_("choices"), blank=True, help_text=_("One on each line."))
    is_required = models.BooleanField(_("must be answered"), default=False)
    purpose = models.CharField(
        _("purpose"), max_length=300, help_text=_("Why you need to know: those who sign up read it.")
    )
    kept_days = models.PositiveSmallIntegerField(
        _("days after the event until answers are erased"), default=30, validators=[MaxValueValidator(365)]
    )

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["position", "pk"]

    def __str__(self):
        return translated(self, "text").value

    @property
    def options(self) -> dict[str, Text]:
        """What one may answer: the text that is kept, whatever the page's language, and how the page says it."""
        if self.kind == self.Kind.YES_NO:
            return {"yes": Text(str(_("Yes")), page_language()), "no": Text(str(_("No")), page_language())}
        source = next((code for code in text_order(SOURCE_LANGUAGE) if self._choices(code)), SOURCE_LANGUAGE)
        kept, shown = self._choices(source), translated(self, "choices").language
        if len(self._choices(shown)) != len(kept):
            shown = source  # a translation that is not whole cannot be told apart by its place
        return {one: Text(word, shown) for one, word in zip(kept, self._choices(shown), strict=True)}

    def _choices(self, language: str) -> list[str]:
        lines = (getattr(self, f"choices_{language}") or "").splitlines()
        longest = Answer._meta.get_field("text").max_length
        return [line.strip()[:longest] for line in lines if line.strip()]


def new_key() -> str:
    return secrets.token_urlsafe(9)


class RegistrationQuerySet(models.QuerySet):
    def active(self):
        return self.filter(state__in=Registration.ACTIVE)

    def seated(self):
        return self.filter(holds_seat=True)

    def in_line(self):
        """Those who wait with a confirmed address, the first in line first."""
        return self.filter(state=Registration.State.WAITING).order_by("queue_number")


class Registration(models.Model):
    """One person's sign-up to one event; what is left of it after anonymising are counts."""

    is_content = False

    class State(models.TextChoices):
        UNCONFIRMED = "unconfirmed", pgettext_lazy("state of a sign-up", "E-mail not confirmed")
        APPLIED = "applied", pgettext_lazy("state of a sign-up", "Awaits approval")
        WAITING = "waiting", pgettext_lazy("state of a sign-up", "On the waiting list")
        OFFERED = "offered", pgettext_lazy("state of a sign-up", "Seat offered")
        CONFIRMED = "confirmed", pgettext_lazy("state of a sign-up", "Has a seat")
        CANCELLED = "cancelled", pgettext_lazy("state of a sign-up", "Cancelled")
        REFUSED = "refused", pgettext_lazy("state of a sign-up", "Not approved")
        EXPIRED = "expired", pgettext_lazy("state of a sign-up", "Expired")

    ACTIVE = [State.UNCONFIRMED, State.APPLIED, State.WAITING, State.OFFERED, State.CONFIRMED]

    event = models.ForeignKey(Event, models.PROTECT, related_name="registrations", verbose_name=_("event"))
    state = models.CharField(_("state"), max_length=11, choices=State, default=State.UNCONFIRMED)
    holds_seat = models.BooleanField(_("holds a seat"), default=False)
    queue_number = models.PositiveIntegerField(_("number in the queue"), null=True, blank=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language of letters"), max_length=10, choices=settings.LANGUAGES)
    organization_name = models.CharField(_("organisation"), max_length=150, blank=True)
    organization = models.ForeignKey(
        Organization, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("in the register")
    )
    staff_group = models.ForeignKey(
        StaffGroup, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("staff group")
    )
    municipality = models.ForeignKey(
        Area,
        models.PROTECT,
        null=True,
        blank=True,
        limit_choices_to={"kind": Area.Kind.MUNICIPALITY},
        related_name="+",
        verbose_name=_("municipality"),
    )
    attendance_mode = models.CharField(
        _("form"), max_length=7, choices=[(mode.value, mode.label) for mode in [Mode.OFFLINE, Mode.ONLINE]]
    )
    consent_version = models.CharField(_("version of the privacy notice"), max_length=20, blank=True)
    key = models.CharField(_("key of the personal link"), max_length=12, default=new_key, editable=False)
    expires_at = models.DateTimeField(_("held until"), null=True, blank=True)
    created_at = models.DateTimeField(_("signed up"), auto_now_add=True)
    confirmed_at = models.DateTimeField(_("got the seat"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    evaluated = ArrayField(models.CharField(max_length=5), default=list, blank=True, editable=False)
    anonymized_at = models.DateTimeField(_("anonymised"), null=True, blank=True)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        permissions = [
            ("export_registration", "Can export participants"),
            ("erase_registration", "Can give out and erase a person's data"),
        ]
        indexes = [
            models.Index(
                fields=["event", "attendance_mode"], condition=Q(holds_seat=True), name="registrations_seated"
            ),
            models.Index(fields=["event", "queue_number"], condition=Q(state="waiting"), name="registrations_in_line"),
            models.Index(fields=["expires_at"], condition=Q(expires_at__isnull=False), name="registrations_expiring"),
            models.Index(Lower("email"), condition=~Q(email=""), name="registrations_by_email"),
        ]
        constraints = [
            models.UniqueConstraint(
                F("event"),
                Lower("email"),
                condition=Q(state__in=["unconfirmed", "applied", "waiting", "offered", "confirmed"]) & ~Q(email=""),
                name="registration_is_one_per_address",
                violation_error_message=_("This e-mail address is already signed up for the event."),
            ),
            models.UniqueConstraint(
                fields=["event", "queue_number"],
                name="registration_has_its_place_in_line",
                violation_error_message=_("Two cannot have the same number in the queue."),
            ),
            models.CheckConstraint(
                condition=Q(state="unconfirmed")
                | Q(state__in=["offered", "confirmed"], holds_seat=True)
                | Q(state__in=["applied", "waiting", "cancelled", "refused", "expired"], holds_seat=False),
                name="registration_holds_a_seat_by_its_state",
            ),
            models.CheckConstraint(
                condition=~Q(state="waiting") | Q(queue_number__isnull=False),
                name="registration_waits_with_a_number",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["unconfirmed", "offered"], expires_at__isnull=False)
                | (~Q(state__in=["unconfirmed", "offered"]) & Q(expires_at__isnull=True)),
                name="registration_is_held_until_a_time",
            ),
            models.CheckConstraint(
                condition=Q(anonymized_at=None) | Q(name="", email="", organization_name=""),
                name="registration_anonymised_names_nobody",
            ),
        ]

    def __str__(self):
        return str(self.pk)  # never a person

    @property
    def is_active(self) -> bool:
        return self.state in self.ACTIVE


class ProtectedData(models.Model):
    """Diet and access needs: encrypted, read by the event's coordinators alone, erased first."""

    is_content = False

    registration = models.OneToOneField(
        Registration, models.CASCADE, primary_key=True, related_name="protected_data", verbose_name=_("participant")
    )
    diet = EncryptedTextField(_("diet"), blank=True)
    access_needs = EncryptedTextField(_("what is needed to take part"), blank=True)

    class Meta:
        verbose_name = _("protected data")
        verbose_name_plural = _("protected data")
        default_permissions = ["view"]

    def __str__(self):
        return str(self.pk)


class Answer(models.Model):
    """An answer to one of the event's own questions."""

    is_content = False

    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="answers", verbose_name=_("participant")
    )
    question = models.ForeignKey(Question, models.CASCADE, related_name="answers", verbose_name=_("question"))
    text = models.CharField(_("answer"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [models.UniqueConstraint(fields=["registration", "question"], name="question_is_answered_once")]

    def __str__(self):
        return str(self.pk)

    @property
    def words(self) -> Text:
        """The answer as the page says it; what somebody wrote is in no known language."""
        return self.question.options.get(self.text, Text(self.text, page_language()))


class Invitation(models.Model):
    """Somebody asked to come; reminded until there is an answer."""

    is_content = False

    event = models.ForeignKey(Event, models.CASCADE, related_name="invitations", verbose_name=_("event"))
    email = models.EmailField(_("e-mail"), blank=True)
    organization_name = models.CharField(_("organisation"), max_length=150, blank=True)
    language = models.CharField(_("language of letters"), max_length=10, choices=settings.LANGUAGES)
    key = models.CharField(_("key of the link"), max_length=12, default=new_key, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True, editable=False)
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True, editable=False)
    declined_at = models.DateTimeField(_("declined"), null=True, blank=True, editable=False)
    registration = models.OneToOneField(
        Registration,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="invitation",
        verbose_name=_("participant"),
    )

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                F("event"),
                Lower("email"),
                condition=~Q(email=""),
                name="invitation_is_one_per_address",
                violation_error_message=_("This e-mail address is already invited."),
            ),
        ]

    def __str__(self):
        return str(self.pk)
