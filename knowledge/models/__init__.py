from knowledge.models.overview import Citation, Overview, TopicOfOverview
from knowledge.models.reference import Reference

__all__ = ["Citation", "Overview", "Reference", "TopicOfOverview"]
