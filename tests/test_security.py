"""What a hostile visitor meets: headers on every answer, no drafts, nobody else's scripts."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from actors.models import Organization, Service
from events.models import Event, ProgrammeItem
from knowledge import services
from knowledge.models import Finding, Implication, Overview, OverviewVersion, Reference, Resource, ResourceFile
from lmh_portal.core.languages import LANGUAGES
from lmh_portal.home import pages
from lmh_portal.vocabulary import models as vocabulary
from tests import make
from tests.kinds import every_kind
from tests.sites import ROWS, all_addresses
from tests.test_pages import make_something_of_everything

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; connect-src 'self'; font-src 'self';"
    " form-action 'self'; frame-ancestors 'none'; img-src 'self' data:; manifest-src 'self';"
    " object-src 'none'; script-src 'self'; style-src 'self'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "browsing-topics=(), camera=(), display-capture=(), geolocation=(), microphone=(),"
    " payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


# --- headers


def in_one_order(name: str, value: str) -> str:
    """A header whose parts may come in any order, with the parts sorted."""
    mark = {"Content-Security-Policy": "; ", "Permissions-Policy": ", "}.get(name)
    return mark.join(sorted(value.split(mark))) if mark else value


def missing_headers(response) -> list[str]:
    return [
        f"{response.request['PATH_INFO']} ({response.status_code}): {name}: {response.headers.get(name)}"
        for name, value in HEADERS.items()
        if in_one_order(name, response.headers.get(name, "")) != in_one_order(name, value)
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_page_is_guarded_and_sets_no_cookie(client, language):
    make_something_of_everything()

    answers = [client.get(url) for url in every_kind(language).values()]

    assert [fault for answer in answers for fault in missing_headers(answer)] == []
    assert [answer.request["PATH_INFO"] for answer in answers if answer.cookies] == []
    assert len(answers) > 25


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "ask"),
    [
        (302, lambda client: client.get("/")),
        (200, lambda client: client.get("/health/")),
        (302, lambda client: client.get("/admin/")),
        (200, lambda client: client.get("/admin/login/")),
        (404, lambda client: client.get("/nowhere/")),
        (404, lambda client: client.get("/static/nowhere.css")),
        (400, lambda client: client.get("/sv/", headers={"host": "evil.example"})),
        (
            403,
            lambda client: client.post(reverse("feedback:contact"), headers={"origin": "https://evil.example"}),
        ),
        (403, lambda client: client.post("/admin/login/", {"username": "x"})),
    ],
    ids=["bare", "health", "admin", "login", "missing", "no file", "wrong host", "other site", "no token"],
)
def test_other_answers_are_guarded_too(status, ask):
    with override("sv"):
        answer = ask(Client(enforce_csrf_checks=True))

    assert answer.status_code == status
    assert missing_headers(answer) == []


@pytest.mark.django_db
def test_page_of_an_accident_is_guarded_and_tells_nothing(monkeypatch):
    monkeypatch.setattr(pages, "page", lambda name: 1 / 0)

    answer = Client(raise_request_exception=False).get(reverse("home:about"))

    assert answer.status_code == 500
    assert missing_headers(answer) == []
    assert not re.search("ZeroDivision|Traceback|lmh_portal", answer.content.decode())


PRODUCTION = {
    "DJANGO_ENV": "production",
    "SECRET_KEY": "not-so-secret-" * 5,
    "ALLOWED_HOSTS": "portal.example.org",
    "PROTECTED_DATA_KEYS": "b25seS1mb3ItdGVzdHMtMzItYnl0ZXMtbG9uZy1rZXk=",
    "EMAIL_URL": "smtp://localhost",
    "DATABASE_URL": "postgres://nobody@localhost:1/nothing",
}


def in_production(*arguments: str) -> subprocess.CompletedProcess:
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    return subprocess.run(
        [sys.executable, *arguments],
        env=environment | PRODUCTION,
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_passes_djangos_own_list():
    checked = in_production("manage.py", "check", "--deploy", "--fail-level", "WARNING", "--tag", "security")

    assert checked.returncode == 0, checked.stderr


def test_production_insists_on_encryption():
    asked = in_production(
        "-W", "ignore", "-c",
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'lmh_portal.settings'\n"
        "import django; django.setup()\n"
        "from django.test import Client\n"
        "client = Client(headers={'host': 'portal.example.org'})\n"
        "print(client.get('/', secure=True).headers['Strict-Transport-Security'])\n"
        "print(client.get('/sv/').headers['Location'])",
    )  # fmt: skip

    assert asked.stderr == ""
    assert asked.stdout.splitlines() == [
        "max-age=31536000; includeSubDomains; preload",
        "https://portal.example.org/sv/",
    ]


# --- redirects


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "/", "/?next=//evil.example", "/?next=https://evil.example/", "//evil.example", "//evil.example/sv",
        "/%2F/evil.example", "/\\evil.example", "/%5Cevil.example/", "/sv//evil.example", "/sv", "/kontakt",
        "/admin//evil.example", "/https:/evil.example",
    ],
)  # fmt: skip
@pytest.mark.parametrize("asked", ["sv", "//evil.example", "ar, *;q=0.1", "x" * 5000])
def test_no_address_sends_visitors_elsewhere(client, path, asked):
    answer = client.get(path, headers={"accept-language": asked, "x-forwarded-host": "evil.example"})

    goes_to = answer.headers.get("Location", "/")
    assert urlsplit(goes_to).netloc == ""
    assert goes_to.startswith("/")
    assert not goes_to.startswith(("//", "/\\"))


# --- drafts

SECRET = "Hemligstämplat"


def make_drafts() -> list:
    """A draft of each kind, about the same topics and places as what is published."""
    topics, places = vocabulary.Topic.objects.all(), vocabulary.Area.objects.municipalities()
    languages, published = vocabulary.Language.objects.all(), Organization.objects.first()
    about = {"topics": topics, "target_groups": vocabulary.TargetGroup.objects.all(), "status": "draft"}
    named = {f"name_{code}": SECRET for code in LANGUAGES} | {"description_sv": SECRET}
    titled = {f"title_{code}": SECRET for code in LANGUAGES} | {"summary_sv": SECRET, "body_sv": SECRET}
    return [
        make.make_organization(
            **about, **named, slug="hemlig", municipality=places[0], languages=languages,
            parent_organization=published,
        ),
        make.make_service(**about, **named, slug="hemlig", organization=published, areas=places),
        make.make_overview(**about, **titled, slug="hemlig"),
        make_draft_resource(about, languages),
        make.make_event(**about, **named, slug="hemlig", organizer=published, municipality=places[0]),
    ]  # fmt: skip


def make_draft_resource(about, languages):
    titled = {f"title_{code}": SECRET for code in LANGUAGES} | {"description_sv": SECRET, "publisher": SECRET}
    resource = make.make_resource(**about, **titled, slug="hemlig", languages=languages)
    make.make_upload(resource=resource)
    return resource


def what_visitors_see(client) -> dict[str, str]:
    """Every public page, lists and search asked for the secret included, without the stamp of forms."""
    kinds = [url for language in LANGUAGES for url in every_kind(language).values()]
    urls = {url for url in [*all_addresses(), *kinds] if "hemlig" not in url}
    urls |= {f"{url.split('?')[0]}?q={SECRET}" for url in kinds}
    answers = {url: client.get(url).content.decode() for url in sorted(urls) if "hemlig/" not in url}
    return {url: re.sub(r'name="stamp" value="[^"]+"', "", html) for url, html in answers.items()}


@pytest.mark.django_db
def test_drafts_change_nothing_that_visitors_see(client):
    with time_machine.travel(timezone.now(), tick=False):  # some pages tell the time
        make_something_of_everything()
        before = what_visitors_see(client)
        make_drafts()

        after = what_visitors_see(client)

    assert [url for url in before if after[url] != before[url]] == []
    assert len(after) > 120


@pytest.mark.django_db
def test_draft_organization_is_named_nowhere(client):
    make_something_of_everything()
    published = Organization.objects.first()
    hidden = make.make_organization(name_sv=SECRET, name_en=SECRET, slug="hemlig", status="draft")
    make.make_service(organization=hidden)
    make.make_organization(parent_organization=hidden)
    make.make_event(organizer=hidden)
    make.make_event(organizer=published).co_organizers.add(hidden)

    shown = what_visitors_see(client)

    echoes = {url for url in shown if SECRET in url}  # the search field shows what was asked for
    assert [url for url in shown.keys() - echoes if SECRET in shown[url]] == []
    assert [url for url, html in shown.items() if "/hemlig/" in html] == []


@pytest.mark.django_db
@pytest.mark.parametrize("view", ROWS)
def test_draft_opens_only_for_those_who_may_see_it(client, view):
    make_something_of_everything()
    make_drafts()
    model = ROWS[view]
    somebody = make.make_editor(is_superuser=False)
    editor = make.make_editor(is_superuser=False)
    editor.user_permissions.add(
        Permission.objects.get(content_type__app_label=model._meta.app_label, codename=f"view_{model._meta.model_name}")
    )
    outsider = make.make_editor(is_superuser=False, is_staff=False)
    outsider.user_permissions.set(editor.user_permissions.all())

    for language in LANGUAGES:
        with override(language):
            url = reverse(view, args=["hemlig"])
        client.logout()
        assert client.get(url).status_code == 404
        for user in [somebody, outsider]:
            client.force_login(user)
            assert client.get(url).status_code == 404
        client.force_login(editor)
        page = client.get(url)
        assert page.status_code == 200
        assert '<meta name="robots" content="noindex">' in page.content.decode()
        assert "components/draft_note.html" in [template.name for template in page.templates]


# --- scripts of somebody else's

SCRIPT = """<script>alert(1)</script>"'><img src=x onerror=alert(1)>"""
TRICKS = """## Rubrik <script>alert(1)</script> [länk](javascript:alert(1))

## [Länkad rubrik](https://example.org "[@berg2020]<img src=x onerror=alert(1)>")

<script>alert(1)</script> <img src=x onerror=alert(1)> <b onclick=alert(1)>fet</b>

[a](javascript:alert(1)) [b](JaVaScRiPt:alert(1)) [c](java&#x09;script:alert(1)) [d](data:text/html,<script>)
[e](vbscript:x) ![bild](javascript:alert(1)) ![bild](x "onerror=alert(1)") <javascript:alert(1)>
[f](https://example.org "[@berg2020]<img src=x onerror=alert(1)>") [g]( javascript:alert(1) "'><script>")
[h](https://example.org "[@okand] onmouseover=alert(1) x=") `[@berg2020]<script>alert(1)</script>`
[i]: javascript:alert(1)
[**[nästlad](javascript:alert(1))**](javascript:alert(1)) [i] [@berg2020]<svg/onload=alert(1)>

> <iframe src="javascript:alert(1)"></iframe>

| a | <script>alert(1)</script> |
|---|:-:|
| [x](javascript:alert(1)) | <style>*{display:none}</style> |

```html" onclick=alert(1)
<script>alert(1)</script>
```
"""


class Danger(HTMLParser):
    """Collects whatever in a page could run."""

    def __init__(self, html: str):
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        is_ours = tag == "script" and attributes in [
            [("src", "/static/js/suggest.js"), ("defer", None)],
            [("type", "application/ld+json")],  # data that nothing runs; it ends where the portal ends it
        ]
        if tag in {"script", "img", "iframe", "object", "embed", "style", "base"} and not is_ours:
            self.found.append(f"<{tag}>")
        for name, value in attributes:
            if name.startswith("on") or name == "style" or re.search(r"[^\w:-]", name):
                self.found.append(f"<{tag} {name}>")
            if name in {"href", "src", "action", "formaction", "xlink:href"} and urlsplit(
                (value or "").strip()
            ).scheme not in {"", "http", "https", "mailto", "tel", "webcal"}:
                self.found.append(f"<{tag} {name}={value}>")


def poison(model: type[models.Model], **other) -> None:
    """Put the script into every free text of every row, past all checks."""
    texts = {
        field.name: SCRIPT[: field.max_length]
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
        and not isinstance(field, models.SlugField)
        and not field.choices
        and not field.name.startswith("body")
        and field.name not in {"script", "recurrence", "file"}
    }
    model.objects.rewrite(False).update(**texts | other) if hasattr(model.objects, "rewrite") else (
        model.objects.update(**texts | other)
    )


@pytest.mark.django_db
def test_scripts_in_any_text_stay_text(client):
    make_something_of_everything()
    for overview in Overview.objects.all():
        overview.body_sv = overview.body_ar = TRICKS
        overview.save()
    poisoned = [
        Organization, Service, Overview, Finding, Implication, Event, ProgrammeItem, Resource, vocabulary.Topic,
        vocabulary.CareSetting, vocabulary.GlossaryTerm,
        vocabulary.TargetGroup, vocabulary.StaffGroup, vocabulary.OrganizationType, vocabulary.EventType,
        vocabulary.ResourceType, vocabulary.InterventionLevel, vocabulary.Language, vocabulary.Area,
    ]  # fmt: skip
    ProgrammeItem.objects.update(consented_on=timezone.localdate())  # a name needs it
    for model in poisoned:
        poison(model)
    poison(Reference, pmid="")
    for overview in Overview.objects.all():
        services.publish_from_files(overview)  # pages show what was published, not the rows
    poison(OverviewVersion, language=models.F("language"))
    poison(ResourceFile, url=models.F("url"), name=models.F("name"))  # one of them must be empty, the other is ours

    found, shown = {}, 0
    for url in [*all_addresses(), *(url for code in LANGUAGES for url in every_kind(code).values())]:
        html = client.get(url).content.decode()
        shown += html.count("&lt;script&gt;alert(1)")
        if dangers := Danger(html).found:
            found[url] = dangers

    assert found == {}
    assert shown > 500


@pytest.mark.django_db
@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("q", [SCRIPT, '" autofocus onfocus=alert(1) x="', "{{ 7|add:7 }}", "javascript:alert(1)"])
def test_scripts_in_the_address_stay_text(client, code, q):
    make_something_of_everything()

    for url in {url.split("?")[0] for url in every_kind(code).values()}:
        asked = {"q": q, "page": q, "kind": q, "topic": q, "type": q}
        assert Danger(client.get(url, asked).content.decode()).found == [], url


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "vbscript:x"])
@pytest.mark.parametrize(
    ("make_row", "field"),
    [
        (make.make_organization, "website"),
        (make.make_service, "website"),
        (make.make_reference, "url"),
        (make.make_area, "website"),
        (make.make_resource, "url"),
    ],
)  # fmt: skip
def test_editors_cannot_link_to_a_script(address, make_row, field):
    row = make_row(**{field: address})

    with pytest.raises(ValidationError) as refusal:
        row.full_clean()

    assert field in refusal.value.message_dict
