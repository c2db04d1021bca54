from knowledge.admin import overview, reference, resource

__all__ = ["overview", "reference", "resource"]
