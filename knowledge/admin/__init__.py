from knowledge.admin import overview, reference, translating

__all__ = ["overview", "reference", "translating"]
