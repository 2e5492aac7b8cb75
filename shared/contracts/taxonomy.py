"""The fields of questions that all communes share; each profile maps them to its departments."""

from enum import StrEnum


class QuestionField(StrEnum):
    CIVIL_STATUS = "civil-status"
    LAND = "land"
    CONSTRUCTION = "construction"
    ENVIRONMENT = "environment"
    SOCIAL_POLICY = "social-policy"
    HEALTH = "health"
    EDUCATION = "education"
    CULTURE = "culture"
    FINANCE = "finance"
    RESIDENCE_SECURITY = "residence-security"
    ONE_STOP_SERVICE = "one-stop-service"
    DIGITAL = "digital"
    INFRASTRUCTURE = "infrastructure"
    AGRICULTURE = "agriculture"
    BUSINESS = "business"
    OTHER = "other"


class Scope(StrEnum):
    """Whether a question belongs in a dialogue. The machine only flags; an officer decides."""

    IN_SCOPE = "in-scope"
    COMPLAINT = "complaint"
    DENUNCIATION = "denunciation"
