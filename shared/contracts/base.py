"""What every event and command has in common: its shape, its name on the wire and its speaker.

An event is a fact in the past tense. Its CloudEvents `type`, its subject and its place in the
registry all follow from the class name, so a name is written once.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from shared.text import clean

Service = Literal["intake", "routing", "deadlines", "notify"]
SERVICES: tuple[Service, ...] = get_args(Service)

Token = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""One token of a NATS subject: no dot, no blank, no wildcard."""


def _cleaned(said: Any) -> Any:
    return clean(said) if isinstance(said, str) else said


Cleaned = BeforeValidator(_cleaned)
"""What a person typed, without what nobody sees: only then is it measured, so it stands behind the measure in a type.
Of commands; what an event says is kept."""


class Model(BaseModel):
    """A frozen value. Unknown fields are ignored on reading, so that a later writer can add some."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(Model):
    """A fact about one case of one commune.

    case: id of the submission or of the dialogue that the fact is about.
    occurred_at: the instant at which it became true, with a time zone.
    """

    speaker: ClassVar[Service]
    type: ClassVar[str]
    name: ClassVar[str]

    commune: Token
    case: Token
    occurred_at: AwareDatetime

    def __init_subclass__(cls, speaker: Service | None = None, version: int = 1, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if speaker is not None:
            cls.speaker = speaker
            return
        words = _words(cls.__name__)
        cls.name = "-".join(words) if version == 1 else "-".join([*words, f"v{version}"])
        cls.type = f"vn.doithoai.{words[0]}.{'-'.join(words[1:])}.v{version}"
        if cls.type in EVENTS:
            raise TypeError(f"two events are called {cls.type}")
        EVENTS[cls.type] = cls

    @property
    def subject(self) -> str:
        """Where the event is published: `event.<service>.<commune>.<case>.<name>`."""
        return f"event.{self.speaker}.{self.commune}.{self.case}.{self.name}"

    @classmethod
    def everywhere(cls) -> str:
        """The subject that matches this event in every commune and case."""
        return f"event.{cls.speaker}.*.*.{cls.name}"


EVENTS: dict[str, type[Event]] = {}
"""Every event by its CloudEvents `type`."""


class Envelope(Model):
    """CloudEvents 1.0, structured mode: a message that is complete wherever it lies.

    sequence: the place of the event in the history of its aggregate, from 1 and without gaps.
    causationid: id of the event or key of the command that led to this one.
    """

    specversion: Literal["1.0"] = "1.0"
    id: str
    source: str
    type: str
    subject: str
    time: AwareDatetime
    datacontenttype: Literal["application/json"] = "application/json"
    sequence: int = Field(ge=1)
    correlationid: str
    causationid: str | None = None
    traceparent: str | None = None
    data: dict[str, Any]

    def open(self) -> Event:
        """The event inside.

        Raises:
            UnknownEvent: when no contract has this type.
            pydantic.ValidationError: when the data do not fit the contract.
        """
        try:
            contract = EVENTS[self.type]
        except KeyError:
            raise UnknownEvent(f"no contract is called {self.type}") from None
        return contract.model_validate(self.data)


class UnknownEvent(ValueError):
    """The type of a message is in no contract."""

    names_nobody = True


class Role(StrEnum):
    """Who acts. What each may do is decided by the service that owns the case."""

    CLERK = "clerk"
    OFFICER = "officer"
    HEAD = "head"
    OFFICE_HEAD = "office-head"
    CHAIRMAN = "chairman"
    PROVINCE = "province"
    OPERATOR = "operator"
    SYSTEM = "system"


class Actor(Model):
    """Who sent a command. `department` is set for officers and heads of department."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    role: Role
    commune: Token
    department: Token | None = None


class Command(Model):
    """A request with an answer, on `command.<service>.<commune>.<verb>`.

    key: the sender's idempotency key; the same key a second time has no further effect.
    version: how many events of the aggregate the sender had seen when he decided; None when that does not matter.
    """

    listener: ClassVar[Service]
    verb: ClassVar[str]

    actor: Actor
    key: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    version: int | None = None

    def __init_subclass__(cls, listener: Service | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if listener is not None:
            cls.listener = listener
            return
        cls.verb = "-".join(_words(cls.__name__))
        COMMANDS[f"{cls.listener}.{cls.verb}"] = cls

    @property
    def subject(self) -> str:
        return f"command.{self.listener}.{self.actor.commune}.{self.verb}"

    @classmethod
    def everywhere(cls) -> str:
        return f"command.{cls.listener}.*.{cls.verb}"


COMMANDS: dict[str, type[Command]] = {}
"""Every command by `<service>.<verb>`."""


class Done(Model):
    """The command took effect, now or when its key was first seen. `state` is the aggregate as it is.

    version: how many events the aggregate has said, for the next command.
    """

    outcome: Literal["done"] = "done"
    version: int
    state: dict[str, Any]


class Refused(Model):
    """The command had no effect. `reason` is a Vietnamese sentence for the person who asked.

    changes: where the command was stale, the names of the events that came since.
    """

    outcome: Literal["refused"] = "refused"
    code: Literal["invalid", "forbidden", "not-found", "stale", "not-now", "unavailable"]
    reason: str
    state: Mapping[str, Any] | None = None
    changes: tuple[str, ...] = ()


class Refusal(Exception):
    """Raised by a rule that a command may not carry out now. `reason` is Vietnamese, for a person."""

    def __init__(self, code: Literal["invalid", "forbidden", "not-found", "stale", "not-now"], reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(reason)


class TooEarly(Exception):
    """Raised by a rule for a fact that arrived before the one it rests on; it is delivered again soon."""

    names_nobody = True


Reply = Annotated[Done | Refused, Field(discriminator="outcome")]


def _words(name: str) -> list[str]:
    return [word.lower() for word in re.findall(r"[A-Z][a-z0-9]*", name)]
