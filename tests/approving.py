"""Who approves an answer next, by the commune's own steps: for tests that need one approved on a running system."""

from collections.abc import Mapping
from typing import Any

from shared.communes import Communes
from shared.contracts import Actor, Role

COMMUNES = Communes.load()


def next_judge(question: Mapping[str, Any]) -> Actor | None:
    """The one who decides next on a question whose draft was handed in; None once it is approved.

    Args:
        question: the state in the reply to a command of routing.
    """
    if question["state"] != "drafted":
        return None
    profile, role = COMMUNES[question["commune"]], Role(question["awaits"][0][-1])
    department = question["department"] if role is Role.HEAD else None
    return Actor(name=profile.holders(role, department)[-1].name, role=role, commune=profile.id, department=department)
