"""What a search finds besides questions: a dialogue, an entry of the library, a letter by its number, a person."""

import re
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.console import offers
from services.console.acting import Acting
from services.console.facts import folded
from services.console.language import say
from services.console.words import MESSAGE_KINDS
from services.console.work.lists import PHONE_END, PHONE_MARKS, search_for, words_of
from shared.web import HANOI

MOST = 3
"""Of each kind."""
NUMBER = re.compile(r"[0-9]{1,6}(?:/[0-9]{4})?(?:/[^\s/%_]{1,30})?")
"""`46`, `46/UBND-VP`, `46/2026/UBND`: how a letter is called by its place in the outgoing register."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found, and where it stands. more: what tells it from others."""

    kind: Literal["dialogue", "library", "letter", "person"]
    address: str
    title: str
    more: str = ""


def also_found(db: sqlite3.Connection, who: Acting, typed: str) -> list[Hit]:
    """Of the person's own commune. Letters and whole contacts are the office's to look for; of a form that holds a
    denunciation neither leads to who sent it."""
    if not search_for(typed):
        return []
    office = who.role in offers.OFFICE
    found = [*(_person(db, who.commune, typed) if office else []), *(_letter(db, who.commune, typed) if office else [])]
    return [*found, *_dialogue(db, who.commune, typed), *_library(db, who.commune, typed)]


def _dialogue(db: sqlite3.Connection, commune: str, typed: str) -> list[Hit]:
    rows = db.execute(
        "SELECT id, title, place, held_at FROM dialogue WHERE commune = ? AND title IS NOT NULL ORDER BY held_at DESC",
        (commune,),
    )
    told = [(row, _day(row["held_at"])) for row in rows]
    hits = [
        Hit("dialogue", f"/hoi-nghi/{row['id']}", row["title"], f"{day} · {row['place'] or ''}".strip(" ·"))
        for row, day in told
        if _says(typed, f"{row['title']} {row['place']} {day}")
    ]
    return hits[:MOST]


def _library(db: sqlite3.Connection, commune: str, typed: str) -> list[Hit]:
    """By the words that everybody may read, of the question or its answer: what was masked finds nothing."""
    rows = db.execute(
        "SELECT id, published_asked FROM question WHERE commune = :commune AND published_at IS NOT NULL "
        "AND rowid IN (SELECT rowid FROM library WHERE library MATCH :search) ORDER BY published_at DESC LIMIT :most",
        {"commune": commune, "search": words_of(commune, typed), "most": MOST},
    )
    return [Hit("library", f"/thu-vien#{row['id']}", row["published_asked"]) for row in rows]


def _letter(db: sqlite3.Connection, commune: str, typed: str) -> list[Hit]:
    number = typed.strip()
    if not NUMBER.fullmatch(number):
        return []
    rows = db.execute(
        "SELECT id, case_id, kind, register_number, sent_at FROM message WHERE commune = :commune "
        "AND register_number IS NOT NULL AND register_number >= :number AND register_number < :after "
        "ORDER BY sent_at DESC LIMIT :most",
        {"commune": commune, "number": number, "after": f"{number}/\uffff", "most": 20},
    )
    hits = [
        Hit(
            "letter",
            f"/ho-so/{row['case_id']}#{row['id']}",
            say("%(kind)s số %(number)s", kind=say(MESSAGE_KINDS[row["kind"]]), number=row["register_number"]),
            _day(row["sent_at"]),
        )
        for row in rows
        if row["register_number"] == number or row["register_number"].startswith(f"{number}/")
    ]
    return hits[:MOST]


def _person(db: sqlite3.Connection, commune: str, typed: str) -> list[Hit]:
    """By a whole phone number or mail address."""
    digits = PHONE_MARKS.sub("", typed)
    if digits.isascii() and digits.isdigit() and len(digits) >= PHONE_END:
        known, value = "phone IS NOT NULL AND phone_end = :value", digits[-PHONE_END:]
    elif "@" in typed:
        known, value = "email IS NOT NULL AND email_folded = :value", typed.strip().lower()
    else:
        return []
    rows = db.execute(
        f"SELECT id, name, code, received_at FROM submission s WHERE {known} AND commune = :commune "  # noqa: S608 - no value is in the text
        "AND NOT EXISTS (SELECT 1 FROM question f WHERE f.submission = s.id AND f.scope = 'denunciation') "
        "ORDER BY received_at DESC LIMIT :most",
        {"value": value, "commune": commune, "most": MOST},
    )
    return [
        Hit("person", f"/ho-so/{row['id']}", row["name"] or row["code"], f"{row['code']} · {_day(row['received_at'])}")
        for row in rows
    ]


def _says(typed: str, text: str) -> bool:
    """Whether every word that was typed begins a word of the text, with or without diacritics."""
    there = _words(text)
    return all(any(word.startswith(one) for word in there) for one in _words(typed))


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in folded(text)).split()


def _day(at: str | None) -> str:
    return f"{datetime.fromisoformat(at).astimezone(HANOI):%d/%m/%Y}" if at else ""
