from actors.admin import contact, organization, place, proposals, rounds, service

__all__ = ["contact", "organization", "place", "proposals", "rounds", "service"]
