"""Sending a command and hearing the answer; and carrying one out on a stored aggregate."""

from collections.abc import Callable
from typing import TypeVar

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError
from pydantic import TypeAdapter

from shared import traces
from shared.contracts import Command, Done, Refusal, Refused, Reply
from shared.metrics import UNANSWERED
from shared.store import Aggregate, Decision, Outdated, Store

_REPLY: TypeAdapter[Done | Refused] = TypeAdapter(Reply)
A = TypeVar("A", bound=Aggregate)


async def send(nats: Client, command: Command, timeout: float = 10) -> Done | Refused:
    """Ask the owning service. A command that got no answer may be sent again with the same key."""
    with traces.span(f"{command.listener}/{command.verb}", "client", about(command)) as span:
        reply = await _ask(nats, command, timeout)
        span.note("doithoai.outcome", reply.outcome if isinstance(reply, Done) else reply.code)
        return reply


def about(command: Command) -> dict[str, str]:
    """What a span tells of a command: not who sent it."""
    return {
        "rpc.system.name": "nats",
        "rpc.method": f"{command.listener}/{command.verb}",
        "doithoai.commune": command.actor.commune,
        "doithoai.role": command.actor.role.value,
    }


async def _ask(nats: Client, command: Command, timeout: float) -> Done | Refused:
    body = command.model_dump_json().encode()
    try:
        answer = await nats.request(command.subject, body, timeout=timeout, headers=traces.headers())
    except NoRespondersError:
        UNANSWERED.labels(command.listener).inc()
        return Refused(
            code="unavailable", reason=f"Dịch vụ {command.listener} không hoạt động. Xin thử lại sau ít phút."
        )
    except (NatsError, TimeoutError):
        UNANSWERED.labels(command.listener).inc()
        return Refused(
            code="unavailable",
            reason=f"Dịch vụ {command.listener} chưa trả lời. Xin thử lại; lệnh sẽ không bị làm hai lần.",
        )
    return _REPLY.validate_json(answer.data)


async def obey(store: Store[A], id: str, command: Command, decide: Callable[[A], Decision[A]]) -> Done | Refused:
    """Carry a command out on an aggregate that exists, for an actor of its commune who saw its present state."""

    def checked(aggregate: A | None) -> Decision[A]:
        if aggregate is None:
            raise Refusal("not-found", f"Không tìm thấy {id}.")
        _must_be_own(aggregate.commune, command)
        return decide(aggregate)

    try:
        saved = await store.change(id, checked, key=command.key, seen=command.version)
    except Outdated as outdated:
        _must_be_own(outdated.state["commune"], command)
        return Refused(
            code="stale",
            reason="Hồ sơ đã được người khác thay đổi sau khi ông/bà mở trang. Xin xem lại trước khi quyết định.",
            state=outdated.state,
            changes=outdated.changes,
        )
    _must_be_own(saved.state.commune, command)  # a key that was seen has decided nothing, nor been checked
    return Done(version=saved.said, state=store.as_json(saved.state))


def _must_be_own(commune: str, command: Command) -> None:
    if commune != command.actor.commune:
        raise Refusal("forbidden", "Hồ sơ này thuộc một xã khác.")
