"""Commune profiles: what each commune does differently, read strictly from `deploy/communes/<commune>.yaml`.

A mistake is reported with its file and line, in Vietnamese, for it is an office that edits these files.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, time
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, model_validator

from shared import commune_checks
from shared.contracts.base import Role, Token
from shared.contracts.conference import ListKind
from shared.contracts.deadlines import RuleId
from shared.contracts.taxonomy import QuestionField
from shared.strict_yaml import Finding, Mistake, Strict, YamlError, read_document

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


def _shaped(pattern: str, shape: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"không đúng dạng: {shape}")
        return value

    return check


ClockTime = Annotated[time, BeforeValidator(_clock_time)]
Line = Annotated[str, Field(min_length=1, max_length=300)]
Id = Annotated[
    str,
    Field(max_length=30),  # two of them and a dialogue's id still fit into one Token
    AfterValidator(
        _shaped(r"[a-z0-9]+(-[a-z0-9]+)*", "chữ thường không dấu và chữ số, nối bằng dấu -, ví dụ phong-kinh-te")
    ),
]
EmailAddress = Annotated[
    str, AfterValidator(_shaped(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+", "địa chỉ thư như vanthu@tinhthien.example"))
]

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
        if not self.morning_opens < self.morning_closes <= self.afternoon_opens < self.afternoon_closes:
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
    transfer: Line = "PC-UBND"


NumberingMode = Literal["late", "automatic"]

ApprovalStep = Annotated[tuple[Annotated[Role, Field(strict=False)], ...], Field(min_length=1, strict=False)]
"""Roles of which one decides."""


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


class PostPlan(Strict):
    """How letters and mails leave.

    cut_off: when a day's letters become final and are printed. together: `daily` puts the answers that one citizen gets
    on a day into one mail, or one envelope. reminder_days: so many days before it who is invited is reminded of a
    dialogue; 0: nobody is. transport_days: so long what was sent is kept besides the issued document itself; a mail
    may be returned, and a letter lie in the office, for a week or two.
    """

    cut_off: ClockTime = time(16, 30)
    together: Literal["each", "daily"] = "each"
    reminder_days: int = Field(default=2, ge=0, le=14)
    transport_days: int = Field(default=90, ge=14, le=3_650)


class Numbering(Strict):
    """How each kind of document gets its number: `late`, on paper, after it was signed; or when it is made."""

    letter: NumberingMode = "late"
    invitation: NumberingMode = "late"
    transfer: NumberingMode = "late"
    conclusion: NumberingMode = "late"
    report: NumberingMode = "late"


class Signing(Strict):
    """Digital signatures on documents: who signs them, then the office (Decree 30/2020, annex I, part I, II.7 and 8).

    key: of `letterhead.signer`, in the file of keys that the operator keeps; office: of the office. picture, seal: file
    names beside that file: the signature of who signs (PNG, blue, no background) and the office's seal (PNG, red, no
    background). seal_mm: the true size of the seal, across.
    """

    key: Id
    picture: Line
    office: Id | None = None
    seal: Line | None = None
    seal_mm: int = Field(default=36, ge=20, le=50)


class SessionPlan(Strict):
    """One part (đợt) of a conference. fields: what it is about; empty when it is about everything."""

    title: Line
    audience: Line | None = None
    fields: tuple[Annotated[QuestionField, Field(strict=False)], ...] = Field(default=(), strict=False)


class Slot(Strict):
    """A period in which the plan wants a dialogue held. `held_at`: where the plan names the very hour.

    `<commune>-<id>` is what its `periodic-dialogue` term is about. Slots that share days have sessions for different
    audiences: a dialogue belongs to the one with the audience of its own sessions.
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
    """One commune. Names as they are written in running text, `xã Thanh Trì`.

    That it agrees with itself (every department named is there, every field has one owner) is checked where it is read.
    approval: the steps an answer passes, in order, before it may be given; a head stands for the own department.
    loudspeaker: with {title} {day} {hour} {place} {closes} {commune}; `lúc {hour}, {day}`, `được nhận đến {closes}`.
    """

    id: Id
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
    approval: tuple[ApprovalStep, ...] = Field(
        default=((Role.OFFICE_HEAD, Role.CHAIRMAN),), min_length=1, max_length=3, strict=False
    )
    letterhead: Letterhead
    post: PostPlan = PostPlan()
    numbering: Numbering = Numbering()
    signing: Signing | None = None
    classification: Classification = Classification()

    def department(self, id: str) -> Department | None:
        return next((department for department in self.departments if department.id == id), None)

    def department_for(self, field: QuestionField) -> Department:
        """Who answers questions of this field; the office where nobody is named."""
        for department in self.departments:
            if field in department.fields:
                return department
        office = self.department(self.office)
        assert office is not None, "checked where the profile is read"
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
    """Read and check one profile; one that has not changed since is not read again, for a profile cannot be changed.

    Raises:
        ProfileError: each mistake with its line.
    """
    try:
        changed_at = file.stat().st_mtime_ns
    except OSError:
        return check_profile(file)[0]
    return _read_once(file, changed_at)


@lru_cache(maxsize=512)
def _read_once(file: Path, changed_at: int) -> Profile:
    return check_profile(file)[0]


def check_profile(file: Path, defaults: commune_checks.Lengths | None = None) -> tuple[Profile, list[Mistake]]:
    """Read and check one profile, and say what in it an office should look at again.

    Args:
        file: the profile.
        defaults: count and unit of each rule where the profile gives none.

    Raises:
        ProfileError: each mistake with its line, and the remarks between them.
    """
    try:
        document = read_document(file)
    except YamlError as error:
        raise ProfileError(error.mistakes) from error

    def wrong(data: Mapping[str, Any]) -> Iterator[Finding]:
        if isinstance(id := data.get("id"), str) and id != file.stem:
            yield ("id",), f"id phải trùng tên tệp: {file.stem}"
        yield from commune_checks.contradictions(data)

    profile, findings = document.against(Profile, wrong)
    remarks = [(place, f"Lưu ý: {what}") for place, what in commune_checks.remarks(document.data, defaults or {})]
    if profile is None or findings:
        raise ProfileError(document.mistakes([*findings, *remarks]))
    return profile, document.mistakes(remarks)


__all__ = ["PROFILES", "Communes", "Mistake", "Profile", "ProfileError", "Token", "check_profile", "read_profile"]
