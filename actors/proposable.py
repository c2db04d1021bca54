"""What a partner may propose to change: each part of a record as plain JSON that is read, shown and written here.

Texts are those of one language, the proposal's. Places are no part: what is protected cannot be proposed by accident.
"""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, URLField
from django.utils.text import capfirst
from django.utils.translation import gettext, override, pgettext
from django.utils.translation import gettext_lazy as _

from actors.models import AccessFact, ChangeProposal, Contact, Organization, Service, ServiceLanguage, Verification
from actors.models.entry import Entry
from lmh_portal.core.translated import Text as Shown
from lmh_portal.core.translated import page_language, translated
from lmh_portal.vocabulary.models import Area, Language, OrganizationType
from lmh_portal.vocabulary.terms import by_code, terms

TEXT_AT_MOST = 5_000  # characters
LANGUAGES_AT_MOST = 60


class Part:
    """One thing about a record. `is_by_hand`: an editor carries it over; `is_related`: it lies in other rows."""

    empty: Any = ""
    is_by_hand = is_related = is_translated = False

    def __init__(self, name: str, label=None, help_text=""):
        self.name, self._label, self.help_text = name, label, help_text

    def label(self, model: type[Model]) -> str:
        return str(self._label or capfirst(model._meta.get_field(self.name).verbose_name))

    def of(self, record: Entry, language: str) -> Any:
        raise LookupError("Use a part that can be read.")

    def put(self, record: Entry, language: str, value: Any) -> None:
        raise LookupError("Use a part that can be written.")

    def words(self, value: Any) -> str:
        """A value as an editor reads it."""
        return "–" if value in (None, "", []) else str(value)

    def form_field(self, model: type[Model]) -> forms.Field:
        raise LookupError("Use a part that has a field.")


class Column(Part):
    """A column of the record."""

    def of(self, record, language):
        value = getattr(record, self.column(language))
        return tidy(value or "") if isinstance(self.empty, str) else value

    def put(self, record, language, value):
        setattr(record, self.column(language), value)

    def column(self, language: str) -> str:
        return self.name

    def form_field(self, model):
        field = model._meta.get_field(self.name)
        options = {"assume_scheme": "https"} if isinstance(field, URLField) else {}
        made = field.formfield(required=False, help_text=self.help_text, label=self.label(model), **options)
        made.validators += [one for one in field.validators if one not in made.validators]
        made.widget.attrs |= {"dir": "ltr"} if isinstance(made.widget, forms.URLInput | forms.EmailInput) else {}
        return made


class Text(Column):
    """A text that each language has of its own."""

    is_translated = True

    def column(self, language):
        return f"{self.name}_{language}"

    def form_field(self, model):
        longest = model._meta.get_field(self.name).max_length
        widget = forms.TextInput if longest else forms.Textarea(attrs={"rows": 4})
        options = {"label": self.label(model), "help_text": self.help_text, "widget": widget}
        return forms.CharField(required=False, max_length=longest or TEXT_AT_MOST, **options)


class Age(Column):
    empty = None


class DayField(forms.DateField):
    def clean(self, value):
        day = super().clean(value)
        return day.isoformat() if day else ""


class Day(Column):
    """A date, as YYYY-MM-DD."""

    def of(self, record, language):
        value = getattr(record, self.name)
        return value.isoformat() if value else ""

    def put(self, record, language, value):
        setattr(record, self.name, dt.date.fromisoformat(value) if value else None)

    def form_field(self, model):
        widget = forms.TextInput(attrs={"dir": "ltr", "inputmode": "numeric"})
        options = {"label": self.label(model), "help_text": self.help_text, "widget": widget}
        return DayField(required=False, input_formats=["%Y-%m-%d"], **options)


class FactsField(forms.MultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def clean(self, value):
        return _in_order(super().clean(value))


class Facts(Column):
    """What holds for the access to a service."""

    empty: Any = []

    def of(self, record, language):
        return _in_order(getattr(record, self.name) or [])

    def words(self, value):
        known = dict(AccessFact.choices)
        return pgettext("list separator", ", ").join(str(known.get(fact, fact)) for fact in value) or "–"

    def form_field(self, model):
        options = {"label": self.label(model), "help_text": self.help_text, "choices": AccessFact.choices}
        return FactsField(required=False, **options)


def _in_order(facts: list[str]) -> list[str]:
    return [fact for fact in AccessFact.values if fact in facts]


class TermPart(Part):
    """An entry of a vocabulary, by its code."""

    def __init__(self, name, kind: str, model: type[Model], detail: str = "", **options):
        super().__init__(name, **options)
        self.kind, self.model, self.detail = kind, model, detail

    def of(self, record, language):
        term = terms(self.kind).get(getattr(record, f"{self.name}_id"))
        return term.code if term else ""

    def put(self, record, language, value):
        setattr(record, self.name, self.model.objects.filter(code=value).first() if value else None)

    def words(self, value):
        return str(by_code(self.kind).get(value, value)) or "–"

    def form_field(self, model):
        names = [(term.code, str(term)) for term in terms(self.kind).values() if self.detail in ("", term.detail)]
        field = forms.ChoiceField(label=self.label(model), choices=[("", "–"), *names], help_text=self.help_text)
        field.required = not model._meta.get_field(self.name).blank
        return field


class LanguagesInput(forms.MultipleHiddenInput):
    """Lines of two menus, a language and how; the page draws them."""

    def value_from_datadict(self, data, files, name):
        if not hasattr(data, "getlist"):
            return data.get(name) or []
        pairs = zip(data.getlist(f"{name}_code"), data.getlist(f"{name}_mode"), strict=False)
        return [f"{code} {mode}" for code, mode in pairs if code]

    def value_omitted_from_data(self, data, files, name):
        return f"{name}_code" not in data


class LanguagesField(forms.Field):
    widget = LanguagesInput

    def clean(self, value):
        known, modes = by_code("language"), ServiceLanguage.Mode.values
        for code, _space, mode in (line.partition(" ") for line in value):
            if code not in known or mode not in modes:
                raise forms.ValidationError(gettext("Choose each language and how it is used from the menus."))
        if len(value) > LANGUAGES_AT_MOST:
            raise forms.ValidationError(gettext("These are too many languages: write to us instead."))
        return sorted(set(value))


class Languages(Part):
    """The languages of a service, each with how it is used, as lines such as `ar spoken`."""

    empty: Any = []
    is_related = True

    def of(self, record, language):
        return sorted(f"{row.language.code} {row.mode}" for row in record.service_languages.select_related("language"))

    def put(self, record, language, value):
        wanted = {tuple(line.split(" ")) for line in value}
        for row in record.service_languages.select_related("language"):
            if (row.language.code, row.mode) in wanted:
                wanted.remove((row.language.code, row.mode))
            else:
                row.delete()
        for code, mode in sorted(wanted):
            if spoken := Language.objects.filter(code=code).first():
                record.service_languages.create(language=spoken, mode=mode)

    def words(self, value):
        names = by_code("language")
        modes = dict(ServiceLanguage.Mode.choices)
        pairs = (line.partition(" ") for line in value)
        return "\n".join(f"{names.get(code, code)}: {modes.get(mode, mode)}" for code, _space, mode in pairs) or "–"

    def form_field(self, model):
        return LanguagesField(label=self.label(model), required=False, help_text=self.help_text)


class Phone(Part):
    """The telephone of the record's public function contact, which is made if there is none."""

    is_related = True

    def contact(self, record) -> Contact | None:
        functions = record.contacts.shown().filter(is_function=True)
        return (functions.filter(services=None) if isinstance(record, Organization) else functions).first()

    def of(self, record, language):
        contact = self.contact(record)
        return contact.phone.strip() if contact else ""

    def put(self, record, language, value):
        contact = self.contact(record)
        if contact is None:
            organization = record if isinstance(record, Organization) else record.organization
            contact = Contact.objects.create(organization=organization, name_sv=record.name_sv)
            contact.services.set([record] if isinstance(record, Service) else [])
        contact.phone = value
        contact.save(update_fields=["phone"])

    def form_field(self, model):
        longest = Contact._meta.get_field("phone").max_length
        widget = forms.TextInput(attrs={"type": "tel", "dir": "ltr", "autocomplete": "off"})
        options = {"label": self.label(model), "help_text": self.help_text}
        return forms.CharField(required=False, max_length=longest, widget=widget, **options)


class OpeningHours(Part):
    """In words: the rules behind them are an editor's to write."""

    is_by_hand = True

    def of(self, record, language):
        lines = (f"{row} {row.notes}".strip() for row in record.schedules.all())
        return "\n".join(lines)

    def form_field(self, model):
        widget = forms.Textarea(attrs={"rows": 4})
        options = {"label": self.label(model), "help_text": self.help_text}
        return forms.CharField(required=False, max_length=TEXT_AT_MOST, widget=widget, **options)


class Ceased(Part):
    """Whether a service, or an organisation with all that it offers, exists no more."""

    empty: Any = False

    def words(self, value):
        return gettext("Yes") if value else gettext("No")

    def form_field(self, model):
        return forms.BooleanField(label=self.label(model), required=False, help_text=self.help_text)


class ServiceCeased(Ceased):
    def of(self, record, language):
        return record.operation == Service.Operation.DEFUNCT

    def put(self, record, language, value):
        record.operation = Service.Operation.DEFUNCT if value else Service.Operation.ACTIVE


class OrganizationCeased(Ceased):
    """It leaves the lists, as it has no state of its own, and so do its services."""

    def of(self, record, language):
        if record.verification != Verification.UNLISTED or record.assured_on:
            return False
        return not record.services.published().exclude(operation=Service.Operation.DEFUNCT).exists()

    def put(self, record, language, value):
        record.assured_on, record.assured_by = None, ""
        record.verification = Verification.UNLISTED if value else Verification.UNCONFIRMED
        if value:
            locked = record.services.select_for_update().order_by("pk").values_list("pk", flat=True)
            Service.objects.filter(pk__in=list(locked)).update(operation=Service.Operation.DEFUNCT)


WEB = _("With https://, the page that visitors should land on.")
EMAIL = _("The function's address, never a person's.")
PHONE = _("Of the reception or another function, never a person's.")
HOURS = _("Write them as you would say them; an editor carries them over.")
OF_ORGANIZATION = [
    Text("name"),
    Column("alternate_name"),
    Text("description", help_text=_("Two to five plain sentences: what it does, for whom, and what it costs.")),
    Column("website", help_text=WEB),
    Column("email", help_text=EMAIL),
    Phone("phone", label=_("Telephone"), help_text=PHONE),
]
PARTS: dict[str, dict[str, Part]] = {
    kind: {part.name: part for part in parts}
    for kind, parts in {
        "new": [
            *OF_ORGANIZATION[:3],
            TermPart("organization_type", "organization_type", OrganizationType),
            TermPart("municipality", "area", Area, "municipality"),
            Column("organization_number"),
            *OF_ORGANIZATION[3:],
        ],
        "organization": [*OF_ORGANIZATION, OrganizationCeased("has_ceased", label=_("It has ceased"))],
        "service": [
            Text("name"),
            Text("description", help_text=_("Two to five plain sentences: what it does, for whom, and what it costs.")),
            Text("eligibility_description"),
            Age("minimum_age"),
            Age("maximum_age"),
            Facts("access_facts"),
            Text("application_process"),
            Text("fees_description"),
            Languages("languages"),
            OpeningHours("opening_hours", label=_("Opening hours"), help_text=HOURS),
            Column("website", help_text=WEB),
            Column("email", help_text=EMAIL),
            Phone("phone", label=_("Telephone"), help_text=PHONE),
            Text("alert", help_text=_("Shown on top of the page, for example “Closed in July”.")),
            Day("alert_until", help_text=_("The last day to show it, for example 2026-08-15.")),
            ServiceCeased("has_ceased", label=_("It has ceased")),
        ],
    }.items()
}


def kind_of(record: Entry | None) -> str:
    return record._meta.model_name if record else "new"


def parts_of(proposal: ChangeProposal) -> dict[str, Part]:
    """The parts that it wants to be different, in the order of the form."""
    kind = "new" if proposal.is_new else kind_of(proposal.record)
    return {name: part for name, part in PARTS[kind].items() if name in proposal.proposed}


def model_of(record: Entry | None) -> type[Entry]:
    return type(record) if record else Organization


def tidy(text: str) -> str:
    """As a form gives it back."""
    return text.replace("\r\n", "\n").strip()


def values_of(record: Entry | None, language: str) -> dict[str, Any]:
    """Everything that may be proposed, as it is now."""
    parts = PARTS[kind_of(record)].values()
    if record is None:
        return {part.name: part.empty for part in parts}
    with override(language):
        return {part.name: part.of(record, language) for part in parts}


def write(record: Entry, chosen: list[Part], language: str, values: dict[str, Any]) -> None:
    """Put the values of some parts into the record and save it; refuse what would be untrue."""
    for part in chosen:
        if not part.is_related:
            part.put(record, language, values[part.name])
    if not record.name_sv:
        record.name_sv = getattr(record, f"name_{language}")  # of a new organisation that has none in Swedish yet
    _check(record)
    record.save()
    for part in chosen:
        if part.is_related:
            part.put(record, language, values[part.name])


def _check(record: Entry) -> None:
    """Refuse in sentences that name the field, for whoever decides sees no form of the record."""
    try:
        record.full_clean()
    except ValidationError as refusal:
        names = {field.name: capfirst(field.verbose_name) for field in record._meta.fields}
        raise ValidationError(
            [
                f"{names[field]}: {sentence}" if field in names else sentence
                for field, sentences in refusal.message_dict.items()
                for sentence in sentences
            ]
        ) from refusal


def facts(record: Entry) -> list[tuple[str, Shown]]:
    """Labels and words of what is known, in the page's language or the next best, for somebody to look through."""
    found = []
    for part in PARTS[kind_of(record)].values():
        language = translated(record, part.name).language if part.is_translated else page_language()
        value = part.of(record, language)
        if value not in (None, "", [], False):
            found.append((part.label(type(record)), Shown(part.words(value), language)))
    return found
