"""Keys of links that serve one purpose: `number.digest`, which core.logs hides, and no key opens another's door."""

from django.utils.crypto import constant_time_compare, salted_hmac

from events.models import Registration


def seal(purpose: str, number: int, secret: str) -> str:
    """The key for a purpose; it holds as long as the secret stays as it is."""
    return f"{number}.{salted_hmac(f'events.{purpose}', f'{number}.{secret}', algorithm='sha256').hexdigest()}"


def number_in(token: str) -> int:
    """Of which row a key says that it is; 0 for what is none."""
    number = token.partition(".")[0]
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else 0


def is_sealed(token: str, purpose: str, number: int, secret: str) -> bool:
    return constant_time_compare(token, seal(purpose, number, secret))


def sealed_registration(token: str, purpose: str) -> Registration | None:
    """The registration that a key was made for; it ends where the personal link ends, when a colleague takes over."""
    found = Registration.objects.select_related("event").filter(pk=number_in(token), anonymized_at=None).first()
    return found if found and is_sealed(token, purpose, found.pk, found.key) else None
