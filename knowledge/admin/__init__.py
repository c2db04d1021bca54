from knowledge.admin import overview, reference, resource, translating

__all__ = ["overview", "reference", "resource", "translating"]
