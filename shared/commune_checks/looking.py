"""Looking around in a file of unknown shape: what has the wrong type is passed over."""

from collections.abc import Iterator, Mapping
from types import EllipsisType
from typing import Any, TypeVar

from shared.contracts.base import Role
from shared.strict_yaml import Finding, Place, written

Data = Mapping[str, Any]
T = TypeVar("T")


def each(data: Any, kind: type[T], *path: str | EllipsisType, here: Place = ()) -> Iterator[tuple[Place, T]]:
    """Every value of a kind at a path, with its place; `...` stands for each item of a list and each key of a map."""
    if not path:
        if isinstance(data, kind):
            yield here, data
        return
    key, *rest = path
    if key is ... and isinstance(data, list):
        inner: Any = enumerate(data)
    elif key is ... and isinstance(data, dict):
        inner = data.items()
    elif isinstance(data, Mapping) and key in data:
        inner = [(key, data[key])]
    else:
        return
    for name, value in inner:
        yield from each(value, kind, *rest, here=(*here, name))


def at(data: Any, place: Place) -> Any:
    """What stands at a place; None when nothing does."""
    for part in place:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def repeated(values: Iterator[tuple[Place, str]], said: str) -> Iterator[Finding]:
    """Where a value stands that stood before. said: what is wrong with it; takes the value, and where it was first."""
    first: dict[str, Place] = {}
    for place, value in values:
        if first.setdefault(value, place) is not place:
            yield place, f"{written(place)}: {said.format(value, written(first[value]))}"


def departments_with(data: Data, *roles: Role) -> list[Any]:
    """The departments of the people who hold one of the roles."""
    people = each(data, str, "people", ..., "role")
    return [at(data, (*place[:2], "department")) for place, role in people if role in roles]
