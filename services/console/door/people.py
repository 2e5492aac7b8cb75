"""Who somebody is, by the profiles as they stand today: whoever left one is out at once."""

from collections.abc import Mapping

from services.console.acting import Acting, Worker, chosen, usual
from services.console.door.sessions import Session
from shared.communes import Person, Profile
from shared.contracts import Role
from shared.text import clean

Communes = Mapping[str, Profile]


def known_name(email: str) -> str:
    """An e-mail address as accounts are named: two spellings of one address are one account."""
    return clean(email).casefold()


def person_of(profile: Profile, account: str) -> Person | None:
    """The person of a commune's profile who has this account."""
    return next((person for person in profile.people if known_name(person.email) == account), None)


def communes_of(communes: Communes, account: str) -> list[str]:
    """The communes in whose profiles somebody has this e-mail address."""
    return [id for id, profile in communes.items() if person_of(profile, account)]


def acting_as(
    communes: Communes, account: str, commune: str, role: Role | None = None, name: str = ""
) -> Acting | None:
    """Who an account is today. role, name: of those whom no profile names; they belong to no commune, or to all."""
    profile = communes.get(commune)
    if role is not None:
        return Acting(profile or usual(communes), Worker(account, name, role))
    person = person_of(profile, account) if profile else None
    if profile is None or person is None:
        return None
    return Acting(profile, Worker(person.email, person.name, person.role, person.department))


def who_is(communes: Communes, session: Session, *, rehearsed: bool) -> Acting | None:
    """Who a session lets in today; None when the profile does not know him any more."""
    if session.how == "rehearsal":
        found = chosen(communes, session.commune, session.account)
        return found if rehearsed and found.worker else None
    return acting_as(communes, session.account, session.commune, session.role, session.name)
