"""How forms, lists and mails of a rehearsal come in. Each goes through the door that is its own."""

from datetime import date, datetime
from typing import Any

import httpx

from deploy.embedded.rehearsal.files import a_reply, listed
from deploy.embedded.rehearsal.forms import DemoForm, Sent
from deploy.embedded.rehearsal.office import CannotRehearse, Office, on
from deploy.embedded.rehearsal.script import MailEntry, TableEntry
from services.intake.pages.notice import VERSION
from services.intake.reading.documents import read_form_file
from shared.contracts import Role, intake
from shared.contracts.people import Section

SECTIONS: dict[Section, str] = {"procedures": "1", "handling": "2"}


class Doors:
    """The doors of one commune."""

    def __init__(self, office: Office, http: httpx.AsyncClient, public_url: str) -> None:
        self._office, self._http, self._public_url = office, http, public_url
        self._commune = office.profile.id

    async def take_in(self, form: DemoForm, dialogue: str, today: date) -> Sent:
        """Send a form for a dialogue. Raises CannotRehearse when it is not taken as it is."""
        match form.how:
            case "web":
                code = await self._by_program(form, dialogue)
            case "page":
                code = await self._on_the_page(form, dialogue)
            case "eml":
                code = await self._by_mail(form)
            case "paper":
                code = await self._keyed_in(form, dialogue, today)
            case "floor":
                code = await self._from_the_floor(form, dialogue)
            case _:
                code = await self._as_file(form, dialogue)
        return await self.sent(form, code)

    async def sent(self, form: DemoForm, code: str) -> Sent:
        """The form that got this receipt."""
        found = await self._office.does(Role.OPERATOR, intake.LookUpSubmission, code=code)
        if len(found.state["questions"]) != len(form.matters):
            raise CannotRehearse(f"Phiếu {form.key} được đọc thành {len(found.state['questions'])} câu hỏi.")
        return Sent(form, code, found.state["id"])

    async def take_in_table(self, table: TableEntry, forms: list[DemoForm], dialogue: str) -> list[Sent]:
        """A spreadsheet with a row for each matter, and those that cannot be taken between them."""
        good: list[dict[str, Any]] = [
            (form.registrant.model_dump() | {"section": SECTIONS[matter.section], "text": matter.text})
            for form in forms
            for matter in form.matters
        ]
        rows = [*good[:1], *(row.model_dump() for row in table.wrong), *good[1:]]
        file = await self._office.keeps(f"{table.id}.xlsx", listed(rows), "table")
        done = await self._office.does(
            Role.CLERK, intake.ReceiveTable, file=file, kind="opinions", dialogue=dialogue, sender=table.sender
        )
        if len(done.state["wrong"]) != len(table.wrong):
            raise CannotRehearse(f"Danh sách {table.id} có {len(done.state['wrong'])} dòng không nhận được.")
        codes = {receipt["name"]: str(receipt["code"]) for receipt in done.state["receipts"]}
        return [await self.sent(form, codes[form.registrant.name]) for form in forms]

    async def take_in_mail(self, mail: MailEntry, at: datetime, answers: str | None = None) -> None:
        """A mail that is no form: somebody writes in his own words, perhaps in reply to ours."""
        data = a_reply(mail.name, mail.email, mail.subject, mail.text, self._office.profile.name, at, mail.key, answers)
        await self._mailed(mail.key, data)

    async def _by_program(self, form: DemoForm, dialogue: str) -> str:
        body = form.registrant.model_dump() | {
            "questions": [matter.model_dump() for matter in form.matters],
            "dialogue": dialogue,
        }
        answer = await self._http.post(f"{self._public_url}/api/v1/communes/{self._commune}/submissions", json=body)
        if answer.status_code != 201:
            raise CannotRehearse(f"Phiếu {form.key} không được nhận: {answer.text[:300]}")
        return str(answer.json()["code"])

    async def _on_the_page(self, form: DemoForm, dialogue: str) -> str:
        """With its file, as a browser sends it."""
        known = {name: value or "" for name, value in form.registrant.model_dump().items()}
        answer = await self._http.post(
            f"{self._public_url}/xa/{self._commune}",
            data=known | _boxes(form) | {"dialogue": dialogue, "consent": VERSION},
            files={"files": (form.filename, form.data or b"")},
        )
        if answer.status_code != 303:
            raise CannotRehearse(f"Phiếu {form.key} không được nhận trên trang: mã {answer.status_code}.")
        return httpx.URL(answer.headers["location"]).path.rpartition("/")[2]

    async def _by_mail(self, form: DemoForm) -> str:
        receipts = await self._mailed(form.key, form.data or b"")
        if len(receipts) != 1:
            raise CannotRehearse(f"Thư {form.key} được đọc thành {len(receipts)} phiếu.")
        return str(receipts[0]["code"])

    async def _mailed(self, key: str, data: bytes) -> list[dict[str, Any]]:
        """As the mailbox would hand it on."""
        file = await self._office.keeps(f"{key}.eml", data, "mail")
        done = await self._office.does(Role.OPERATOR, intake.TakeInMail, file=file)
        return list(done.state["receipts"])

    async def _as_file(self, form: DemoForm, dialogue: str) -> str:
        """Handed in at the office as a file, which is read there."""
        assert form.data is not None
        read, channel = read_form_file(form.filename, form.data)
        return await self._register(form, dialogue, channel=channel, registrant=read.registrant, questions=read.matters)

    async def _keyed_in(self, form: DemoForm, dialogue: str, today: date) -> str:
        """From paper, with its scan; and days after it came where the form says why."""
        scan = await self._office.keeps(form.filename, form.data or b"")
        came_at = on(self._office.working_day(today, -2), 15, 20) if form.entered_late else None
        return await self._register(
            form,
            dialogue,
            channel="paper",
            boxes=_boxes(form),
            attachments=(scan,),
            received_at=came_at,
            late_because=form.entered_late,
        )

    async def _from_the_floor(self, form: DemoForm, dialogue: str) -> str:
        return await self._register(form, dialogue, channel="floor", questions=form.matters)

    async def _register(self, form: DemoForm, dialogue: str, **fields: Any) -> str:
        known = {"registrant": form.registrant, "dialogue": dialogue}
        done = await self._office.does(Role.CLERK, intake.RegisterSubmission, **known | fields)
        return str(done.state["code"])


def _boxes(form: DemoForm) -> dict[Section, str]:
    """The two boxes of the form; several questions in one are numbered, as people do."""
    boxes: dict[Section, str] = {}
    for section in SECTIONS:
        texts = [matter.text for matter in form.matters if matter.section == section]
        numbered = [f"{number}. {text}" for number, text in enumerate(texts, 1)]
        boxes[section] = "\n".join(numbered) if len(texts) > 1 else "".join(texts)
    return boxes
