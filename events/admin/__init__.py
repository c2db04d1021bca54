from events.admin import event

__all__ = ["event"]
