from actors.admin import contact, organization, place, service

__all__ = ["contact", "organization", "place", "service"]
