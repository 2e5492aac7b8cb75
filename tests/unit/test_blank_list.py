"""The lists to fill in: what is typed into them is read back without any choosing."""

from io import BytesIO

import openpyxl
import pytest

from services.intake.files import EXCEL
from services.intake.lists.blank_list import COLUMNS, HEADING_ROW, blank_list
from services.intake.reading.headings import field_of
from services.intake.reading.table_files import read_sheets
from services.intake.reading.tables import read_table
from services.intake.reading.unreadable import UnreadableDocument
from shared.communes import Communes
from shared.contracts.conference import ListKind

PROFILES = list(Communes.load().values())
FILLED = {
    "number": "1",
    "name": "Lê Văn Hòa",
    "phone": "0912345678",
    "address": "Số 7",
    "hamlet": "Thôn Nội",
    "email": "hoa@nguoidan.example",
    "text": "Đường ngập.",
    "section": "2",
    "position": "Bí thư",
    "organisation": "Chi đoàn",
}


def blank(kind: ListKind, place: int = 0) -> bytes:
    profile = PROFILES[place]
    return blank_list(kind, commune=profile.name, hamlets=profile.hamlets, hamlet_word=profile.hamlet_word)


@pytest.mark.parametrize("kind", ["opinions", "participants"])
@pytest.mark.parametrize("place", range(len(PROFILES)))
def test_a_filled_template_is_read_back_and_its_example_never_taken(kind: ListKind, place: int) -> None:
    book = openpyxl.load_workbook(BytesIO(blank(kind, place)))
    sheet = book.worksheets[0]
    for at, column in enumerate(COLUMNS[kind], 1):
        cell = sheet.cell(HEADING_ROW + 2, at, FILLED[column.field])
        assert cell.number_format == "@", "a telephone number keeps its 0"
    file = BytesIO()
    book.save(file)
    table = read_table(read_sheets(EXCEL, file.getvalue()), kind)
    assert sorted(table.mapping.values()) == list(range(len(COLUMNS[kind])))
    assert [(line.row.number, bool(line.aside), line.good) for line in table.lines] == [
        (6, True, False),
        (7, False, True),
    ]
    if kind == "opinions":
        [collected] = table.opinions
        registrant, [matter] = collected.opinion.registrant, collected.opinion.matters
        assert (registrant.name, registrant.phone, registrant.address) == ("Lê Văn Hòa", "0912345678", "Số 7, Thôn Nội")
        assert (matter.section, matter.text) == ("handling", "Đường ngập.")
    else:
        [named] = table.participants
        assert (named.representative.organisation, named.representative.hamlet) == ("Bí thư, Chi đoàn", "Thôn Nội")


@pytest.mark.parametrize("kind", ["opinions", "participants"])
def test_an_empty_template_holds_nobody(kind: ListKind) -> None:
    table = read_table(read_sheets(EXCEL, blank(kind)), kind)
    assert (table.opinions, table.participants) == ((), ())


def test_each_heading_is_known_for_what_it_is() -> None:
    for columns in COLUMNS.values():
        assert [field_of(column.heading) for column in columns if column.heading] == [
            column.field for column in columns if column.heading
        ]


def test_the_template_names_the_commune_and_offers_its_hamlets() -> None:
    sheet = openpyxl.load_workbook(BytesIO(blank("opinions"))).worksheets[0]
    assert sheet["A2"].value == f"Kính gửi: UBND {PROFILES[0].name}"
    kinds = {rule.type for rule in sheet.data_validations.dataValidation}
    assert kinds == {"list", "textLength"}


def test_more_hamlets_than_a_rule_has_room_for_stand_on_a_hidden_sheet() -> None:
    hamlets = tuple(f"Tổ dân phố số {number}" for number in range(60))
    data = blank_list("opinions", commune="phường Chánh Lộ", hamlets=hamlets, hamlet_word="tổ dân phố")
    book = openpyxl.load_workbook(BytesIO(data))
    assert [sheet.sheet_state for sheet in book.worksheets] == ["visible", "hidden"]
    with pytest.raises(UnreadableDocument, match="khớp"):
        read_table(read_sheets(EXCEL, data), "opinions", mapping={"name": 40})
