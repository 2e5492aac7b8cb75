"""Commune profiles: what each commune does differently, read strictly from `deploy/communes/<commune>.yaml`.

A mistake is reported with its file and line, in Vietnamese, for it is an office that edits these files.
"""

from collections.abc import Iterator, Mapping
from datetime import time
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from shared.contracts.base import Role, Token
from shared.contracts.deadlines import RuleId
from shared.contracts.taxonomy import QuestionField
from shared.strict_yaml import Mistake, Strict, YamlError, line_of, read_strictly

PROFILES = Path(__file__).parent.parent / "deploy" / "communes"


def _clock_time(value: object) -> object:
    """`08:00` stays text; YAML 1.1 reads an unquoted 08:00 as text and 17:00 as the number 1020."""
    if isinstance(value, int):
        return time(value // 60, value % 60)
    if isinstance(value, str):
        try:
            return time.fromisoformat(value)
        except ValueError:
            raise ValueError("phải là giờ dạng HH:MM, ví dụ 07:30") from None
    return value


ClockTime = Annotated[time, BeforeValidator(_clock_time)]
Line = Annotated[str, Field(min_length=1, max_length=300)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
EmailAddress = Annotated[str, Field(pattern=r"^[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+$")]


class OfficeHours(Strict):
    """Local time of one working day. A term ends when `afternoon_closes`."""

    morning_opens: ClockTime
    morning_closes: ClockTime
    afternoon_opens: ClockTime
    afternoon_closes: ClockTime

    @model_validator(mode="after")
    def in_order(self) -> "OfficeHours":
        hours = [self.morning_opens, self.morning_closes, self.afternoon_opens, self.afternoon_closes]
        if hours != sorted(hours):
            raise ValueError("giờ làm việc phải theo thứ tự từ sáng đến chiều")
        return self


class Department(Strict):
    """A unit that answers questions, and the fields that are its own."""

    id: Id
    name: Line
    email: EmailAddress
    fields: tuple[Annotated[QuestionField, Field(strict=False)], ...] = Field(default=(), strict=False)


class Person(Strict):
    """Who holds a role. `department` only for officers and heads of department."""

    name: Line
    role: Annotated[Role, Field(strict=False)]
    email: EmailAddress
    department: Id | None = None


class Span(Strict):
    """A length of time and where it is counted from: after the anchor, or back from it."""

    count: int = Field(ge=0, le=365)
    unit: Literal["working-days", "days"]
    counted: Literal["after", "before"] = "after"
    basis: Line


class Step(Strict):
    """One rung of the escalation ladder, so many working days after the term was missed."""

    to: Annotated[Role, Field(strict=False)]
    after_working_days: int = Field(ge=0, le=30)


class Signer(Strict):
    """The signature block: its capacity line by line, and the name without a title."""

    capacity: tuple[Line, ...] = Field(min_length=1, max_length=4, strict=False)
    name: Line


class Letterhead(Strict):
    """What a letter of this commune carries; whether the parent body is printed is the commune's choice."""

    parent: Line | None = None
    issuer: Line
    symbol: Line
    place: Line
    signer: Signer
    copies: tuple[Line, ...] = Field(default=(), strict=False)


class WordRule(Strict):
    """Questions with one of these words belong to the field; matched with and without diacritics."""

    field: Annotated[QuestionField, Field(strict=False)]
    words: tuple[Line, ...] = Field(min_length=1, strict=False)
    weight: float = Field(default=1.0, gt=0, le=10, strict=False)


class Classification(Strict):
    """The commune's own rules, before the shared vocabulary; below `threshold` a person decides."""

    threshold: float = Field(default=0.6, ge=0, le=1, strict=False)
    rules: tuple[WordRule, ...] = Field(default=(), strict=False)


class Profile(Strict):
    """One commune. Names as they are written in running text, `xã Thanh Trì`."""

    id: Annotated[Id, AfterValidator(lambda value: value)]
    name: Line
    province: Line
    superior: Line
    address: Line
    email: EmailAddress
    phone: Line | None = None
    hall: Line
    plan: Line
    office: Id
    office_hours: OfficeHours
    departments: tuple[Department, ...] = Field(min_length=1, strict=False)
    people: tuple[Person, ...] = Field(min_length=1, strict=False)
    hamlets: tuple[Line, ...] = Field(default=(), strict=False)
    terms: dict[RuleId, Span] = Field(default_factory=dict)
    escalation: tuple[Step, ...] = Field(min_length=1, strict=False)
    letterhead: Letterhead
    classification: Classification = Classification()

    @model_validator(mode="after")
    def agrees_with_itself(self) -> "Profile":
        known = {department.id for department in self.departments}
        if len(known) < len(self.departments):
            raise ValueError("departments: hai phòng có cùng id")
        if self.office not in known:
            raise ValueError(f"office: không có phòng nào có id {self.office!r}")
        for person in self.people:
            if person.department is not None and person.department not in known:
                raise ValueError(f"people: {person.name} thuộc phòng {person.department!r} không có trong departments")
        owners: dict[QuestionField, str] = {}
        for department in self.departments:
            for field in department.fields:
                if field in owners:
                    raise ValueError(
                        f"departments: lĩnh vực {field} được giao cho cả {owners[field]} và {department.id}"
                    )
                owners[field] = department.id
        missing = [field for field in QuestionField if field not in owners and field is not QuestionField.OTHER]
        if missing:
            raise ValueError(f"departments: chưa giao lĩnh vực {', '.join(missing)} cho phòng nào")
        return self

    def department(self, id: str) -> Department | None:
        return next((department for department in self.departments if department.id == id), None)

    def department_for(self, field: QuestionField) -> Department:
        """Who answers questions of this field; the office where nobody is named."""
        for department in self.departments:
            if field in department.fields:
                return department
        office = self.department(self.office)
        assert office is not None, "checked by agrees_with_itself"
        return office

    def holders(self, role: Role, department: str | None = None) -> tuple[Person, ...]:
        """The people of a role, of one department where the role has departments."""
        return tuple(
            person
            for person in self.people
            if person.role == role
            and (person.department is None or department is None or person.department == department)
        )


class ProfileError(YamlError):
    """A profile that cannot be used, with every mistake found in it."""


class Communes(Mapping[str, Profile]):
    """All profiles of the installation, by id."""

    def __init__(self, profiles: list[Profile]) -> None:
        self._profiles = {profile.id: profile for profile in profiles}

    def __getitem__(self, id: str) -> Profile:
        return self._profiles[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._profiles)

    def __len__(self) -> int:
        return len(self._profiles)

    @classmethod
    def load(cls, folder: Path = PROFILES) -> "Communes":
        """Read every profile of a folder.

        Raises:
            ProfileError: with all mistakes of all files.
        """
        profiles, mistakes = [], []
        for file in sorted(folder.glob("*.yaml")):
            try:
                profiles.append(read_profile(file))
            except ProfileError as error:
                mistakes += error.mistakes
        if mistakes:
            raise ProfileError(mistakes)
        return cls(profiles)


def read_profile(file: Path) -> Profile:
    """Read and check one profile.

    Raises:
        ProfileError: each mistake with its line.
    """
    try:
        profile, tree = read_strictly(file, Profile)
    except YamlError as error:
        raise ProfileError(error.mistakes) from error
    if profile.id != file.stem:
        raise ProfileError([Mistake(file, line_of(tree, ("id",)), f"id phải trùng tên tệp: {file.stem}")])
    return profile


__all__ = ["PROFILES", "Communes", "Mistake", "Profile", "ProfileError", "Token", "read_profile"]
