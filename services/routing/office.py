"""What the profile of an office tells routing: what everybody may read of it, what fills itself in a template."""

from services.routing.question import Question
from shared.communes import Profile
from shared.contracts.handbook import WordRule
from shared.web import HANOI

MOST_OF_A_RULE = 200
"""Words of one rule, as a command may carry it; that of a profile may have more."""


def public_words(profile: Profile | None) -> list[str]:
    """What everybody may read of an office: its numbers, addresses and names."""
    if profile is None:
        return []
    of_departments = [text for one in profile.departments for text in (one.name, one.email)]
    own = (profile.phone, profile.email, profile.address, profile.hall, profile.name, profile.superior)
    return [text for text in (*own, *of_departments) if text]


def known_of(question: Question, profile: Profile | None) -> dict[str, str]:
    """What fills itself in a template, by the words of its placeholders (deploy/answers.yaml)."""
    known = {"mã phiếu": question.code, "ngày nhận": f"{question.received_at.astimezone(HANOI):%d/%m/%Y}"}
    if profile is None:
        return known
    department = profile.department(question.department) if question.department else None
    more = {
        "đơn vị": department.name if department else None,
        "tên xã": profile.name,
        "địa chỉ trụ sở": profile.address,
        "điện thoại": profile.phone,
        "thư điện tử": profile.email,
    }
    return known | {name: value for name, value in more.items() if value}


def rules_of(profile: Profile) -> tuple[WordRule, ...]:
    """The word rules that the commune began with."""
    return tuple(
        WordRule(field=rule.field, words=rule.words[first : first + MOST_OF_A_RULE], weight=rule.weight)
        for rule in profile.classification.rules
        for first in range(0, len(rule.words), MOST_OF_A_RULE)
    )
