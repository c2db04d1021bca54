import pytest
from django.core.exceptions import ValidationError

from tests.make import make_organization


@pytest.mark.django_db
def test_organization_cannot_be_part_of_itself_even_by_detour():
    top = make_organization()
    unit = make_organization(parent_organization=top)
    top.parent_organization = unit

    with pytest.raises(ValidationError, match="parent_organization"):
        top.clean()
