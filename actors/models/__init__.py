"""The register of actors, in the terms of HSDS 3: organizations, their services, places, contacts and hours."""

from actors.models.confirmation import VerificationRequest, VerificationRound
from actors.models.contact import Contact
from actors.models.entry import Certainty, Verification
from actors.models.former_address import FormerAddress
from actors.models.organization import Organization, TopicOfOrganization
from actors.models.place import Address, Location, ServiceAtLocation
from actors.models.proposal import ChangeProposal
from actors.models.schedule import Schedule
from actors.models.service import AccessFact, Service, ServiceLanguage, TopicOfService, WaysIn
from actors.models.table_import import TableImport

__all__ = [
    "AccessFact",
    "Address",
    "Certainty",
    "ChangeProposal",
    "Contact",
    "FormerAddress",
    "Location",
    "Organization",
    "Schedule",
    "Service",
    "ServiceAtLocation",
    "ServiceLanguage",
    "TableImport",
    "TopicOfOrganization",
    "TopicOfService",
    "Verification",
    "VerificationRequest",
    "VerificationRound",
    "WaysIn",
]
