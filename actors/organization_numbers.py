"""Swedish organisation numbers, and no person's number among them."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum import exceptions
from stdnum.se import orgnr


def validate_organization_number(number: str) -> None:
    """Refuse what is not the number of a legal person: those have 2 or more as third digit, persons 0 or 1."""
    try:
        digits = orgnr.validate(number)
    except exceptions.InvalidChecksum as error:
        raise ValidationError(_("The last digit does not fit the others: please check the number.")) from error
    except exceptions.ValidationError as error:
        raise ValidationError(_("An organisation number has ten digits, for example 232100-0131.")) from error
    if digits[2] < "2":
        raise ValidationError(_("This looks like a person's number. A person's number must not be in the register."))


def normalized(number: str) -> str:
    """With its hyphen, whatever way a valid number was written."""
    return orgnr.format(number) if orgnr.is_valid(number) else number
