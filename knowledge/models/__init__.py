from knowledge.models.findings import Finding, Implication
from knowledge.models.overview import Citation, Overview, Significance, TopicOfOverview
from knowledge.models.reference import Reference
from knowledge.models.reminders import ReviewReminder
from knowledge.models.resource import Resource, ResourceFile, TopicOfResource
from knowledge.models.versions import OverviewTranslation, OverviewVersion, Review, TranslationState

__all__ = [
    "Citation",
    "Finding",
    "Implication",
    "Overview",
    "OverviewTranslation",
    "OverviewVersion",
    "Reference",
    "Resource",
    "ResourceFile",
    "Review",
    "ReviewReminder",
    "Significance",
    "TopicOfOverview",
    "TopicOfResource",
    "TranslationState",
]
