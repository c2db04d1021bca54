"""Contacts as vCards (RFC 6350), for address books: only what everybody may read on the page."""

import datetime as dt

from actors.models import Contact, Organization, Service
from actors.parts import Place
from lmh_portal.core.translated import page_language, translated

LONGEST_LINE = 75  # octets


def vcards(entry: Organization | Service, organization: Organization, address: str, parts: dict) -> str:
    """A card of the entry, which is at `address`, and one of each of its contacts."""
    cards = [_card(_of_entry(entry, organization, address, parts["places"]), entry.updated_at)]
    cards += [_card(_of_contact(one, organization, address), entry.updated_at) for one in parts["contacts"]]
    return "".join(cards)


def _card(properties: list[tuple[str, str]], revised_at: dt.datetime) -> str:
    revised = revised_at.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    lines = [("BEGIN", "VCARD"), ("VERSION", "4.0"), *properties, ("REV", revised), ("END", "VCARD")]
    return "".join(_folded(f"{name}:{value}") for name, value in lines if value)


def _of_entry(entry, organization, address: str, places: list[Place]) -> list[tuple[str, str]]:
    return [
        ("UID", address),
        ("KIND", "org"),
        *_named(translated(entry, "name").value, organization),
        ("EMAIL", _text(entry.email)),
        ("URL", entry.website),
        *(("ADR;TYPE=work", _place(place)) for place in places if place.address),
        ("SOURCE", address),
    ]


def _of_contact(contact: Contact, organization, address: str) -> list[tuple[str, str]]:
    return [
        ("UID", f"{address}#contact-{contact.pk}"),
        ("KIND", "org" if contact.is_function else "individual"),
        *_named(translated(contact, "name").value, organization, translated(contact, "department").value),
        ("TITLE", _text(translated(contact, "title").value)),
        ("EMAIL", _text(contact.email)),
        ("TEL;TYPE=voice", _text(contact.phone)),
        ("SOURCE", address),
    ]


def _named(name: str, organization: Organization, department: str = "") -> list[tuple[str, str]]:
    """The name; a draft organisation is not told of."""
    of = [] if organization.is_draft else [translated(organization, "name").value, department]
    return [
        ("FN", _text(name)),
        ("ORG", ";".join(_text(one) for one in of if one)),
        ("LANG", page_language()),
    ]


def _place(place: Place) -> str:
    """Post box; extension; street; town; region; postal code; country."""
    address = place.address
    parts = ["", address.attention, address.address_1, address.city, "", address.postal_code, ""]
    return ";".join(_text(part) for part in parts)


def _text(value: str) -> str:
    for plain, escaped in [("\\", "\\\\"), (",", "\\,"), (";", "\\;"), ("\r\n", "\\n"), ("\n", "\\n"), ("\r", "")]:
        value = value.replace(plain, escaped)
    return value


def _folded(line: str) -> str:
    """Lines of at most 75 octets, none of them cut within a character."""
    pieces, piece = [], ""
    for character in line:
        if len((piece + character).encode()) > LONGEST_LINE:
            pieces.append(piece)
            piece = " "
        piece += character
    return "\r\n".join([*pieces, piece]) + "\r\n"
