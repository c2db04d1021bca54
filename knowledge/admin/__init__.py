from knowledge.admin import overview, reference

__all__ = ["overview", "reference"]
