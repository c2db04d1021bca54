from knowledge.models.overview import Citation, Overview, TopicOfOverview
from knowledge.models.reference import Reference
from knowledge.models.resource import Resource, ResourceFile, TopicOfResource

__all__ = ["Citation", "Overview", "Reference", "Resource", "ResourceFile", "TopicOfOverview", "TopicOfResource"]
