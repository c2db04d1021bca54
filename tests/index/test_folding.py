import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from lmh_portal.index.folding import ARABIC, LATIN, fold

LETTERS = "".join([*LATIN, *ARABIC, "abcåäö ÅÄÖ ÉÜ -'\"<%_0189.,", "اللام والبيت للطفل ـ ً ّ", "čšž ğ і ї"])


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Hälsa på ÖCKERÖ", "halsa pa ockero"),
        ("Försäkringskassan", "forsakringskassan"),
        ("مُترجِم", "مترجم"),
        ("المترجمين", "مترجمين"),
        ("والصحة النفسية", "صحه نفسيه"),
        ("للاجئين", "اجيين"),
        ("ألم", "الم"),
        ("ہمارے", "همارے"),
    ],
)
def test_letters_that_people_do_not_tell_apart_are_one(written, folded):
    assert fold(written) == folded


@pytest.mark.django_db
@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from(LETTERS), max_size=60))
def test_database_folds_the_same_way(text):
    with connection.cursor() as cursor:
        cursor.execute("SELECT index_fold(%s)", [text])
        assert cursor.fetchone()[0] == fold(text)
