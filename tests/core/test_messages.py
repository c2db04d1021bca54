"""Catalogues without gettext: what is extracted, kept, found wrong and compiled."""

import os
from textwrap import dedent

import pytest
from babel.messages import Message
from django.core.management import CommandError, call_command
from django.utils.translation import gettext, ngettext, override, pgettext

from lmh_portal.core import messages

PYTHON = """\
    from django.utils.translation import gettext_lazy as _
    from django.utils.translation import ngettext_lazy, npgettext, pgettext_lazy

    title = _("Knowledge " "overviews")
    # Translators: stands alone on a button.
    button = _("Send")
    many = ngettext_lazy("%(count)d event", "%(count)d events", "count")
    path = pgettext_lazy("URL path", "knowledge/")
    seats = npgettext("in a room", "seat", "seats", 2)
    first, _, rest = "not translated".partition(" ")
"""
TEMPLATE = """\
    {% load i18n %}<p title="{% translate "Close" context "verb" %}">
          {# Translators: greets the visitor. #}
      {% blocktranslate trimmed with name=user.name %}
        Welcome,
        {{ name }}
      {% endblocktranslate %}
    (
    {% blocktranslate trimmed count total=page.total context "hits" %}
      {{ total }} hit{% plural %}{{ total }} hits
    {% endblocktranslate %}
    {% include "part.html" with label=_("Label") only %} it's “quoted {{ x|default:_("None") }}
"""


@pytest.fixture
def portal(tmp_path, settings):
    """A small portal of one app and one template, without catalogues."""
    settings.BASE_DIR, settings.LOCALE_PATHS = tmp_path, [tmp_path / "locale"]
    add_file(tmp_path / "app" / "__init__.py", "")
    return tmp_path


def add_file(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(text), encoding="utf-8")


def add_message(portal, code):
    add_file(portal / "app" / "more.py", code)


def found(catalogue) -> set:
    return {(message.context, message.id) for message in catalogue if message.id}


def translate(language, message, string, context=None):
    catalogue = messages.read(language)
    catalogue.get(message, context).string = string
    messages.write(catalogue, language)


def test_messages_of_python_are_extracted(portal):
    add_file(portal / "app" / "texts.py", PYTHON)
    add_file(portal / "app" / "migrations" / "0001.py", '_("old")')
    add_file(portal / "tests" / "__init__.py", '_("test")')

    catalogue = messages.extract_all()

    assert found(catalogue) == {
        (None, "Knowledge overviews"),
        (None, "Send"),
        (None, ("%(count)d event", "%(count)d events")),
        ("URL path", "knowledge/"),
        ("in a room", ("seat", "seats")),
    }
    assert catalogue.get("Send").auto_comments == ["stands alone on a button."]


def test_messages_of_templates_are_extracted(portal):
    add_file(portal / "templates" / "page.html", TEMPLATE)
    add_file(portal / "templates" / "emails" / "letter.subject", '{% translate "A letter" %}')

    catalogue = messages.extract_all()

    assert found(catalogue) == {
        ("verb", "Close"),
        (None, "Welcome, %(name)s"),
        ("hits", ("%(total)s hit", "%(total)s hits")),
        (None, "Label"),
        (None, "None"),
        (None, "A letter"),
    }
    assert catalogue.get("Welcome, %(name)s").auto_comments == ["greets the visitor."]


def test_template_that_cannot_be_read_is_named(portal):
    add_file(portal / "templates" / "page.html", '{{ x|default:_("a|b") }}')

    with pytest.raises(ValueError, match=r"page\.html"):
        messages.extract_all()


def test_update_writes_a_stable_file_for_each_language_but_english(portal):
    add_message(portal, 'b = _("Two")\na = _("One")\n')

    messages.update_all()

    files = sorted(str(path.relative_to(portal)) for path in portal.rglob("*.po"))
    assert files == ["locale/ar/LC_MESSAGES/django.po", "locale/sv/LC_MESSAGES/django.po"]
    assert messages.catalogue_path("sv").read_text() == dedent(
        """\
        # The portal's messages. `manage.py update_messages` keeps this file in step with the code.
        msgid ""
        msgstr ""
        "Language: sv\\n"
        "MIME-Version: 1.0\\n"
        "Content-Type: text/plain; charset=UTF-8\\n"
        "Content-Transfer-Encoding: 8bit\\n"
        "Plural-Forms: nplurals=2; plural=(n != 1);\\n"

        msgid "One"
        msgstr ""

        msgid "Two"
        msgstr ""
        """
    )


def test_update_keeps_translations_and_drops_what_is_gone(portal):
    add_message(portal, '_("Stays")\n_("Goes")\n_("Changes")\n')
    messages.update_all()
    for message in ["Stays", "Goes", "Changes"]:
        translate("sv", message, "Översatt")
    add_message(portal, '_("Stays")\n_("Changed")\n')

    messages.update_all()

    assert {message.id: message.string for message in messages.read("sv") if message.id} == {
        "Stays": "Översatt",
        "Changed": "",
    }


def test_update_twice_changes_nothing(portal):
    add_file(portal / "app" / "texts.py", PYTHON)
    messages.update_all()
    translate("sv", ("seat", "seats"), ("plats", "platser"), "in a room")
    before = messages.catalogue_path("sv").read_bytes()

    messages.update_all()

    assert messages.catalogue_path("sv").read_bytes() == before


def test_arabic_has_six_plural_forms(portal):
    add_message(portal, 'ngettext("%(n)s day", "%(n)s days", n)')

    messages.update_all()

    assert messages.catalogue_path("ar").read_text().count("msgstr[") == 6


def test_address_words_are_english_but_in_the_source_language(portal):
    add_message(portal, 'pgettext_lazy("URL path", "knowledge/")')

    messages.update_all()

    strings = {code: messages.read(code).get("knowledge/", "URL path").string for code in ["sv", "ar"]}
    assert strings == {"sv": "", "ar": "knowledge/"}


def test_check_is_content_with_complete_catalogues_and_changes_nothing(portal):
    add_message(portal, '_("Word")')
    messages.update_all()
    translate("sv", "Word", "Ord")
    translate("ar", "Word", "كلمة")
    before = messages.catalogue_path("sv").stat().st_mtime_ns

    call_command("update_messages", "--check")

    assert messages.catalogue_path("sv").stat().st_mtime_ns == before


def test_check_lists_what_is_missing_untranslated_and_obsolete(portal):
    add_message(portal, '_("Untranslated")\n_("Gone")')
    messages.update_all()
    translate("ar", "Untranslated", "كلمة")
    add_message(portal, '_("Untranslated")\n_("New")')

    with pytest.raises(CommandError) as refusal:
        call_command("update_messages", "--check")

    assert str(refusal.value).splitlines() == [
        "sv: 'Untranslated' is not translated",
        "sv: 'New' is missing: run update_messages",
        "sv: 'Gone' is no longer used: run update_messages",
        "ar: 'New' is missing: run update_messages",
        "ar: 'Gone' is no longer used: run update_messages",
        "5 findings.",
    ]


def test_check_finds_a_wrong_plural_rule(portal):
    add_message(portal, "")
    messages.update_all()
    path = messages.catalogue_path("ar")
    path.write_text(path.read_text().replace("nplurals=6", "nplurals=2"))

    findings = messages.check_all()

    assert [finding.partition(" should")[0] for finding in findings] == ["ar: the header's Plural-Forms"]


PLURAL = ("%(count)s event in %(place)s", "%(count)s events in %(place)s")


@pytest.mark.parametrize(
    ("message", "string", "problems"),
    [
        ("Word", "Ord", []),
        ("Word", "", ["is not translated"]),
        ("Hi %(name)s", "Hej %(name)s", []),
        ("Hi %(name)s", "Hej", ["loses %(name)s"]),
        ("Hi %(name)s", "Hej %(namn)s", ["loses %(name)s", "has %(namn)s, which the message has not"]),
        ("Hi %(name)s", "Hej %(name)", ["loses %(name)s", "has %, which the message has not"]),
        ("Hi %s and %s", "Hej %s", ["repeats a placeholder differently"]),
        ("At most 50 % of it", "Högst 50 % av det", []),
        ("100 %% of %(all)s", "100 % av %(all)s", ["loses %%", "has %, which the message has not"]),
        ("Hi {name}", "Hej {namn}", ["loses {name}", "has {namn}, which the message has not"]),
        ("<b>Hi</b>", "<b>Hej</b>", []),
        ("<b>Hi</b>", "<b>Hej", ["has other markup than the message"]),
        ("Hi ", "Hej", ["starts or ends with other white space than the message"]),
        (PLURAL, ("En aktivitet i %(place)s", "%(count)s aktiviteter i %(place)s"), []),
        (PLURAL, ("En aktivitet", "%(count)s aktiviteter i %(place)s"), ["loses %(count)s, %(place)s"]),
        (PLURAL, ("En aktivitet i %(place)s", "Aktiviteter i %(place)s"), ["loses %(count)s"]),
        (PLURAL, ("En aktivitet i %(place)s", ""), ["lacks plural form 1"]),
    ],
)
def test_check_reads_each_translation(message, string, problems):
    assert list(messages.problems(Message(message, string))) == problems


@pytest.mark.parametrize("string", ["kunskap", "kunskap/alla/", "kun skap/"])
def test_check_finds_addresses_of_another_shape(string):
    message = Message("knowledge/", string, context=messages.PATH_CONTEXT)

    assert list(messages.problems(message)) == ["is not shaped like the message's address"]


def test_check_finds_fuzzy_translations():
    message = Message("Word", "Ord", flags=["fuzzy"])

    assert list(messages.problems(message)) == ["is fuzzy: look at it and remove the flag"]


def test_django_speaks_what_is_compiled(portal):
    add_file(portal / "app" / "texts.py", PYTHON)
    messages.update_all()
    translate("sv", "Send", "Skicka")
    translate("sv", ("seat", "seats"), ("plats", ""), "in a room")
    translate("sv", "knowledge/", "kunskap/", "URL path")
    translate("sv", ("%(count)d event", "%(count)d events"), ("en aktivitet", "%(count)d aktiviteter"))

    call_command("compile_messages")

    with override("sv"):
        assert gettext("Send") == "Skicka"
        assert pgettext("URL path", "knowledge/") == "kunskap/"
        assert ngettext("%(count)d event", "%(count)d events", 2) == "%(count)d aktiviteter"
    with override("en"):
        assert gettext("Send") == "Send"


def test_half_translated_plurals_fall_back_to_the_next_language(portal):
    add_message(portal, 'ngettext("%(n)s day", "%(n)s days", n)')
    messages.update_all()
    translate("sv", ("%(n)s day", "%(n)s days"), ("%(n)s dag", "%(n)s dagar"))
    translate("ar", ("%(n)s day", "%(n)s days"), ("لا أيام", "", "", "", "", ""))

    messages.compile_all()

    with override("ar"):
        assert ngettext("%(n)s day", "%(n)s days", 0) == "%(n)s dagar"


def test_compile_skips_what_is_newer_than_its_source(portal):
    add_message(portal, '_("Word")')
    messages.update_all()
    first = messages.compile_all()
    os.utime(messages.catalogue_path("sv"), (2_000_000_000, 2_000_000_000))

    second = messages.compile_all()

    assert [path.parent.parent.name for path in first] == ["sv", "ar"]
    assert [path.parent.parent.name for path in second] == ["sv"]
