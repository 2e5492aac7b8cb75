"""Digital signatures: what a document must have before it can be signed, and which signatures it gets."""

from collections.abc import Callable, Iterator

from shared.commune_checks.looking import Data, at
from shared.strict_yaml import Finding, written

NUMBERED_WHEN_MADE = ("letter", "invitation")
"""The registers of what is sent to people, which is signed as soon as it is made."""


def _signed_before_it_is_numbered(data: Data) -> Iterator[Finding]:
    """Nothing of a signed document can be changed, so its number must be there before."""
    if at(data, ("signing",)) is None:
        return
    for book in NUMBERED_WHEN_MADE:
        if at(data, ("numbering", book)) in (None, "late"):
            place = ("numbering", book) if at(data, ("numbering", book)) else ("signing",)
            yield (
                place,
                f"{written(place)}: văn bản ký số không thêm số vào sau được; có signing thì ghi numbering.{book}: "
                "automatic",
            )


def _seal_of_nobody(data: Data) -> Iterator[Finding]:
    """The seal is the picture of the office's own signature."""
    office, seal = at(data, ("signing", "office")), at(data, ("signing", "seal"))
    if (office is None) != (seal is None):
        here, there = ("seal", "office") if office is None else ("office", "seal")
        yield (
            ("signing", here),
            f"signing.{here}: thiếu signing.{there}; hình dấu đỏ là hình ảnh chữ ký số của cơ quan (Nghị định "
            "30/2020/NĐ-CP, Phụ lục I), nên khóa office và hình seal phải có cùng nhau",
        )
    if office is not None and office == at(data, ("signing", "key")):
        yield (
            ("signing", "office"),
            "signing.office: khóa của cơ quan phải khác khóa của người ký (key)",
        )


def _pictures_of_another_kind(data: Data) -> Iterator[Finding]:
    for name in ("picture", "seal"):
        file = at(data, ("signing", name))
        if isinstance(file, str) and not file.lower().endswith(".png"):
            yield ("signing", name), f"signing.{name}: hình phải là tệp .png nền trong suốt"


def _without_the_office(data: Data) -> Iterator[Finding]:
    if at(data, ("signing", "key")) is not None and at(data, ("signing", "office")) is None:
        yield (
            ("signing",),
            "signing: chưa có khóa và hình dấu của cơ quan (office, seal); văn bản điện tử cần cả chữ ký số của người "
            "có thẩm quyền và chữ ký số của cơ quan",
        )


CONTRADICTIONS: tuple[Callable[[Data], Iterator[Finding]], ...] = (
    _signed_before_it_is_numbered,
    _seal_of_nobody,
    _pictures_of_another_kind,
)

REMARKS: tuple[Callable[[Data], Iterator[Finding]], ...] = (_without_the_office,)
