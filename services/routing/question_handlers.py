"""What routing is asked to do with a question: whose it is, and how it is prepared."""

from services.routing import aftercare, conference, coordination, history, rules
from services.routing.provided import (
    Answer,
    ConferenceStore,
    Now,
    Profiles,
    QuestionStore,
    decide,
    departments_of,
)
from services.routing.store import Conferences, Questions
from shared.commands import obey
from shared.communes import Communes
from shared.contracts import Done, Refusal, Role
from shared.contracts.routing import (
    AcceptTransfer,
    AskCoordination,
    AssignQuestion,
    GiveOpinion,
    GroupQuestion,
    HandBack,
    PrioritiseQuestion,
    ReadHistory,
    RedirectQuestion,
    ReferQuestionUp,
    ReopenQuestion,
    ReportToSuperior,
    RoutingCommand,
    TransferQuestion,
)
from shared.handlers import Handlers

consumes = Handlers("routing")


@consumes.command(AssignQuestion)
async def assign_question(
    command: AssignQuestion, questions: QuestionStore, conferences: ConferenceStore, profiles: Profiles, now: Now
) -> Answer:
    departments, dialogue = departments_of(profiles, command), await _dialogue_of(command, questions, conferences)
    return await obey(
        questions,
        command.question,
        command,
        lambda one: rules.assign_question(one, command, departments, dialogue, now()),
    )


@consumes.command(TransferQuestion)
async def transfer_question(
    command: TransferQuestion, questions: QuestionStore, conferences: ConferenceStore, profiles: Profiles, now: Now
) -> Answer:
    departments, dialogue = departments_of(profiles, command), await _dialogue_of(command, questions, conferences)
    return await obey(
        questions,
        command.question,
        command,
        lambda one: rules.transfer_question(one, command, departments, dialogue, now()),
    )


async def _dialogue_of(
    command: RoutingCommand, questions: Questions, conferences: Conferences
) -> conference.Conference | None:
    """The dialogue of the question it is about: a question stays with its dialogue."""
    question = await questions.get(command.question)
    return await conferences.now(question.dialogue) if question else None


@consumes.command(HandBack)
async def hand_back(command: HandBack, questions: QuestionStore, now: Now) -> Answer:
    return await decide(command, questions, rules.hand_back, now)


@consumes.command(AskCoordination)
async def ask_coordination(command: AskCoordination, questions: QuestionStore, profiles: Profiles, now: Now) -> Answer:
    departments = departments_of(profiles, command)
    return await obey(
        questions,
        command.question,
        command,
        lambda one: coordination.ask_coordination(one, command, departments, now()),
    )


@consumes.command(GiveOpinion)
async def give_opinion(command: GiveOpinion, questions: QuestionStore, now: Now) -> Answer:
    return await decide(command, questions, coordination.give_opinion, now)


@consumes.command(AcceptTransfer)
async def accept_transfer(command: AcceptTransfer, questions: QuestionStore, now: Now) -> Answer:
    return await decide(command, questions, rules.accept_transfer, now)


@consumes.command(RedirectQuestion)
async def redirect_question(command: RedirectQuestion, questions: QuestionStore, now: Now) -> Answer:
    return await decide(command, questions, rules.redirect_question, now)


@consumes.command(ReferQuestionUp)
async def refer_question_up(command: ReferQuestionUp, questions: QuestionStore, now: Now) -> Answer:
    return await decide(command, questions, rules.refer_question_up, now)


@consumes.command(ReportToSuperior)
async def report_to_superior(command: ReportToSuperior, questions: QuestionStore, now: Now) -> Answer:
    return await decide(command, questions, rules.report_to_superior, now)


@consumes.command(GroupQuestion)
async def group_question(command: GroupQuestion, questions: QuestionStore, now: Now) -> Answer:
    return await decide(command, questions, rules.group_question, now)


@consumes.command(PrioritiseQuestion)
async def prioritise_question(command: PrioritiseQuestion, questions: QuestionStore, now: Now) -> Answer:
    return await decide(command, questions, rules.prioritise_question, now)


@consumes.command(ReopenQuestion)
async def reopen_question(command: ReopenQuestion, questions: QuestionStore, now: Now) -> Answer:
    return await decide(command, questions, aftercare.reopen_question, now)


@consumes.command(ReadHistory)
async def read_history(command: ReadHistory, questions: QuestionStore, profiles: Profiles) -> Answer:
    """Changes nothing, so neither key nor version matter."""
    question = await questions.get(command.question)
    if question is None:
        raise Refusal("not-found", f"Không tìm thấy {command.question}.")
    said = [envelope.open() for envelope in await questions.history(question.id)]
    history.permit_reading(question, said, command.actor)
    told = history.entries(said, *_people_and_units(profiles, question.commune))
    return Done(version=len(said), state={"entries": [entry.to_json() for entry in told]})


def _people_and_units(profiles: Communes, commune: str) -> tuple[dict[str, Role], dict[str, str]]:
    """The offices of its people by name, where a name has one only; the names of its departments by id."""
    profile = profiles.get(commune)
    if profile is None:
        return {}, {}
    offices: dict[str, set[Role]] = {}
    for person in profile.people:
        offices.setdefault(person.name, set()).add(person.role)
    roles = {name: min(held) for name, held in offices.items() if len(held) == 1}
    return roles, {department.id: department.name for department in profile.departments}
