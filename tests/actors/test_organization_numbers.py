"""Organisation numbers: which are taken, and how they are written."""

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from actors.organization_numbers import normalized, validate_organization_number
from tests import make


@pytest.mark.parametrize("number", ["232100-0131", "2321000131", "556036-0793", "802002-8711"])
def test_number_of_a_legal_person_is_taken(number):
    validate_organization_number(number)


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("232100-0132", "The last digit does not fit"),
        ("232100-013", "has ten digits"),
        ("16232100-0131", "has ten digits"),
        ("Borås", "has ten digits"),
        ("²³²100-0131", "has ten digits"),
        ("811218-9876", "a person's number"),
        ("640823-3234", "a person's number"),
    ],
)
def test_other_numbers_are_refused_with_the_reason(number, sentence):
    with override("en"), pytest.raises(ValidationError, match=sentence):
        validate_organization_number(number)


@pytest.mark.parametrize(
    ("written", "kept"),
    [("2321000131", "232100-0131"), ("232100 0131", "232100-0131"), ("232100-0131", "232100-0131"), ("", "")],
)
def test_valid_number_is_written_with_its_hyphen(written, kept):
    assert normalized(written) == kept


def test_what_is_no_number_stays_as_it_was():
    assert normalized("Borås") == "Borås"


@pytest.mark.django_db
def test_number_is_normalised_when_an_organization_is_saved():
    assert make.make_organization(organization_number="2321000131").organization_number == "232100-0131"


@pytest.mark.django_db
def test_same_number_is_refused_however_it_is_written():
    make.make_organization(organization_number="232100-0131")
    other = make.make_organization()
    other.organization_number = "2321000131"

    with override("en"), pytest.raises(ValidationError, match="in the register already"):
        other.full_clean()


@pytest.mark.django_db
def test_unit_may_carry_the_number_of_its_organization():
    above = make.make_organization(organization_number="232100-0131")
    unit = make.make_organization(organization_number="232100-0131", parent_organization=above)

    unit.full_clean()
