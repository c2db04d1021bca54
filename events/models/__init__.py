from events.models.attendance import Attendance, Certificate
from events.models.contribution import WorkshopInput
from events.models.evaluation import EvaluationComment, EvaluationTally, Figures, Moment
from events.models.event import Event, EventQuerySet, TopicOfEvent, start_of_today
from events.models.mailing import Mailing, MailText
from events.models.programme import Occasion, ProgrammeItem
from events.models.registration import (
    Answer,
    Invitation,
    ProtectedData,
    Question,
    Quota,
    Registration,
    RegistrationForm,
)

__all__ = [
    "Answer",
    "Attendance",
    "Certificate",
    "EvaluationComment",
    "EvaluationTally",
    "Event",
    "EventQuerySet",
    "Figures",
    "Invitation",
    "MailText",
    "Mailing",
    "Moment",
    "Occasion",
    "ProgrammeItem",
    "ProtectedData",
    "Question",
    "Quota",
    "Registration",
    "RegistrationForm",
    "TopicOfEvent",
    "WorkshopInput",
    "start_of_today",
]
