"""Commune profiles: what each commune does differently, read strictly from `deploy/communes/<commune>.yaml`.

A mistake is reported with its file and line, in Vietnamese, for it is an office that edits these files.
"""

from collections.abc import Iterator, Mapping
from datetime import date, time
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, model_validator

from shared.contracts.base import Role, Token
from shared.contracts.conference import ListKind
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


Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday"]


class OfficeHours(Strict):
    """Local time of one working day. A term ends when `afternoon_closes`; on a day of `mornings_only`, at noon."""

    morning_opens: ClockTime
    morning_closes: ClockTime
    afternoon_opens: ClockTime
    afternoon_closes: ClockTime
    mornings_only: tuple[Weekday, ...] = Field(default=(), strict=False)

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


class NumberCodes(Strict):
    """The symbol behind the number of each kind of titled document (Decree 30/2020, annex I): `15/TB-UBND`."""

    conclusion: Line = "TB-UBND"
    invitation: Line = "GM-UBND"
    report: Line = "BC-UBND"


class Letterhead(Strict):
    """What a letter of this commune carries; whether the parent body is printed is the commune's choice.

    signer: of letters. deputies: who may sign and preside in the chairman's place.
    """

    parent: Line | None = None
    issuer: Line
    symbol: Line
    place: Line
    signer: Signer
    deputies: tuple[Signer, ...] = Field(default=(), strict=False)
    numbers: NumberCodes = NumberCodes()
    copies: tuple[Line, ...] = Field(default=(), strict=False)


class SessionPlan(Strict):
    """One part (đợt) of a conference. fields: what it is about; empty when it is about everything."""

    title: Line
    audience: Line | None = None
    fields: tuple[Annotated[QuestionField, Field(strict=False)], ...] = Field(default=(), strict=False)


class Slot(Strict):
    """A period in which the plan wants a dialogue held. `held_at`: where the plan names the very hour.

    `<commune>-<id>` is what its `periodic-dialogue` term is about.
    """

    id: Id
    name: Line
    opens: date
    closes: date
    basis: Line
    held_at: AwareDatetime | None = None
    sessions: tuple[SessionPlan, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def in_order(self) -> "Slot":
        if self.opens > self.closes:
            raise ValueError("closes phải sau opens")
        return self


class DutyPlan(Strict):
    """Something to be prepared for every conference. owner: the unit as the plan names it.

    department: the same, where it is one of `departments`; it is then reminded.
    """

    id: Id
    what: Line
    owner: Line
    department: Id | None = None
    term: Span


class ListPlan(Strict):
    """A list that a unit sends before every conference; its term is the one of `terms`, unless it has its own.

    Participant lists are of one audience only where `audience` names it.
    """

    id: Id
    kind: ListKind
    sender: Line
    email: EmailAddress | None = None
    audience: Line | None = None
    term: Span | None = None


class ConferencePlan(Strict):
    """How this commune holds its conferences. invited: who is invited without registering."""

    seats: int | None = Field(default=None, ge=1, le=10_000)
    per_hamlet: int | None = Field(default=None, ge=1, le=1_000)
    chair: Line = "Chủ tịch Ủy ban nhân dân"
    invited: tuple[Line, ...] = Field(default=(), strict=False)
    duties: tuple[DutyPlan, ...] = Field(default=(), strict=False)
    lists: tuple[ListPlan, ...] = Field(default=(), strict=False)


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
    hamlet_word: Literal["thôn", "tổ dân phố"] = "thôn"
    programme: tuple[Slot, ...] = Field(default=(), strict=False)
    conference: ConferencePlan = ConferencePlan()
    loudspeaker: Annotated[str, Field(min_length=1, max_length=3_000)] | None = None
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
        for what, ids in (
            ("programme", [slot.id for slot in self.programme]),
            ("conference.duties", [duty.id for duty in self.conference.duties]),
            ("conference.lists", [one.id for one in self.conference.lists]),
        ):
            if len(set(ids)) < len(ids):
                raise ValueError(f"{what}: hai mục có cùng id")
        for duty in self.conference.duties:
            if duty.department is not None and duty.department not in known:
                raise ValueError(
                    f"conference.duties: {duty.id} giao cho phòng {duty.department!r} không có trong departments"
                )
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
