"""The fields of questions that all communes share; each profile maps them to its departments."""

from collections.abc import Mapping
from enum import StrEnum


class QuestionField(StrEnum):
    """What a question is about: each field has a department in the profile of a commune."""

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


FIELD_NAMES: Mapping[str, str] = {
    QuestionField.CIVIL_STATUS: "hộ tịch, chứng thực",
    QuestionField.LAND: "đất đai",
    QuestionField.CONSTRUCTION: "xây dựng, trật tự đô thị",
    QuestionField.ENVIRONMENT: "môi trường",
    QuestionField.SOCIAL_POLICY: "chính sách xã hội, người có công, hộ nghèo",
    QuestionField.HEALTH: "y tế, bảo hiểm y tế",
    QuestionField.EDUCATION: "giáo dục",
    QuestionField.CULTURE: "văn hóa, thể thao, truyền thanh",
    QuestionField.FINANCE: "tài chính, phí, lệ phí",
    QuestionField.RESIDENCE_SECURITY: "cư trú, căn cước, an ninh trật tự",
    QuestionField.ONE_STOP_SERVICE: "bộ phận một cửa, thái độ phục vụ",
    QuestionField.DIGITAL: "dịch vụ công trực tuyến, chuyển đổi số",
    QuestionField.INFRASTRUCTURE: "giao thông, thoát nước, chiếu sáng, cấp nước",
    QuestionField.AGRICULTURE: "nông nghiệp, thủy lợi",
    QuestionField.BUSINESS: "hộ kinh doanh, chợ",
    QuestionField.OTHER: "lĩnh vực khác",
}
"""What every page and paper calls a field, as within a sentence."""


def field_in_words(field: str) -> str:
    """`lĩnh vực đất đai`; of what is none of the others, `lĩnh vực khác`."""
    return FIELD_NAMES[field] if field == QuestionField.OTHER else f"lĩnh vực {FIELD_NAMES[field]}"


class Scope(StrEnum):
    """Whether a question belongs in a dialogue. The machine only flags; an officer decides."""

    IN_SCOPE = "in-scope"
    COMPLAINT = "complaint"
    DENUNCIATION = "denunciation"
