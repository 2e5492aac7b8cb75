"""Who may judge a draft, as the console offers it: what routing would refuse is not put before people."""

from collections.abc import Sequence

import pytest

from services.console.case.four_eyes import may_judge, plain_name
from services.console.case.question import Draft, Endorsement
from services.routing import names
from tests.builders import NOW


def draft(number: int, text: str, by: str, handed_in_by: str | None = None, *endorsed_by: str) -> Draft:
    return Draft(
        number=number,
        text=text,
        written_by=by,
        written_at=NOW,
        handed_in_by=handed_in_by,
        handed_in_at=NOW,
        remarks=None,
        returned_by=None,
        returned_at=None,
        endorsed=[Endorsement("head", name, NOW) for name in endorsed_by],
    )


@pytest.mark.parametrize(
    ("drafts", "may", "because"),
    [
        ([draft(1, "A", "Quân", "Quân")], True, "he has nothing to do with it"),
        ([draft(1, "A", "Trần Hòa", "Quân")], False, "he wrote it"),
        ([draft(1, "A", "trần  HÒA", "Quân")], False, "however his name is written"),
        ([draft(1, "A", "Quân", "Trần Hòa")], False, "he handed it in"),
        ([draft(1, "A", "Quân", "Quân", "Trần Hòa")], False, "he has endorsed it"),
        ([draft(1, "A", "Trần Hòa"), draft(2, " A\n", "Quân", "Quân")], False, "the words are his still"),
        ([draft(1, "A", "Trần Hòa"), draft(2, "B", "Quân", "Quân")], True, "the words that count are not his"),
        ([draft(1, "A", "Quân", "Quân", "Trần Hòa"), draft(2, "A", "Quân", "Quân")], True, "its steps begin anew"),
        ([], True, "nothing is known of who wrote it"),
    ],
)
def test_nobody_is_offered_to_judge_what_is_his_own(drafts: Sequence[Draft], may: bool, because: str) -> None:
    assert may_judge("Trần Hoà", drafts) == may, because


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Trần Hoà", "Trần Hòa", True),
        ("Nguyễn Thuý", "NGUYỄN  THÚY", True),
        ("Lê Thị Mỹ", "Lê Thị Mĩ", True),
        ("Vu\u0303 Quy\u0301", "Vũ Quý", True),
        ("Trần Hoà", "Trần Hoá", False),
        ("Trần Hoa", "Trần Hoà", False),
        ("Nguyễn Quý", "Nguyễn Quy", False),
        ("Lê Văn Đô", "Lê Văn Dô", False),
        ("Trần Hoà", "Trần Văn Hoà", False),
    ],
)
def test_names_are_of_one_person_where_routing_says_so(one: str, other: str, same: bool) -> None:
    assert (plain_name(one) == plain_name(other)) == same
    assert (names.plain_name(one) == names.plain_name(other)) == same
