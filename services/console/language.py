"""The console's two languages. Vietnamese is what its pages are written in; English is a catalogue beside them.

Letters, the record and what people wrote stay as they are, whichever language a page is read in.
"""

from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Literal

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from jinja2 import Environment
from markupsafe import Markup

from shared.web import HANOI, WEEKDAYS, local_day

Language = Literal["vi", "en"]
CATALOGUE = Path(__file__).parent / "english"

language: ContextVar[Language] = ContextVar("language", default="vi")
"""The language of the request that is answered."""


@cache
def english() -> GNUTranslations:
    """Every `*.po` of the catalogue as one; msgid is the Vietnamese text."""
    merged: GNUTranslations | None = None
    for file in sorted(CATALOGUE.glob("*.po")):
        compiled = BytesIO()
        with file.open("rb") as opened:
            write_mo(compiled, read_po(opened, locale="en"))
        compiled.seek(0)
        one = GNUTranslations(compiled)
        if merged is None:
            merged = one
        else:
            merged._catalog.update(one._catalog)  # type: ignore[attr-defined]
    assert merged is not None, f"no catalogue in {CATALOGUE}"
    return merged


def say(text: str, **filled: object) -> str:
    """A sentence of the console in the language of the request, `%(name)s` filled in; "" stays so."""
    told = english().gettext(text) if text and language.get() == "en" else text
    return told % filled if filled else told


def say_as(context: str, text: str) -> str:
    """As `say`, where the same Vietnamese words mean another thing elsewhere. context: `msgctxt` of the catalogue."""
    told = english().pgettext(context, text) if language.get() == "en" else text
    return told if told != text else say(text)


def count(text: str, number: int, **filled: object) -> str:
    """A sentence with `%(number)s` in it; English has a form of its own for one."""
    told = english().ngettext(text, text, number) if language.get() == "en" else text
    return told % {"number": number, **filled}


def spoken_day(value: datetime) -> str:
    """`thứ Ba, 28/04/2026`, in Vietnam; `Tuesday, 28/04/2026`."""
    return f"{say(WEEKDAYS[value.astimezone(HANOI).weekday()])}, {local_day(value)}"


def spoken_time(value: datetime) -> str:
    """`17:00 thứ Ba, 28/04/2026`, in Vietnam."""
    return f"{value.astimezone(HANOI):%H:%M} {spoken_day(value)}"


def speak(environment: Environment, spoken: Language) -> Environment:
    """Let templates say `_("…")` and `{% trans %}…{% endtrans %}`; `| tr` for words that come from Python.

    What stays in Vietnamese on an English page, the record above all, says so: `<p{{ in_vietnamese }}>`.

    `_` takes its text for markup, so it is given what stands in the template and nothing else; `tr` escapes.
    """
    translations = english() if spoken == "en" else NullTranslations()
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
    environment.globals["gettext"] = environment.globals["_"] = _quick(translations)
    environment.filters["tr"] = lambda text: translations.gettext(text) if text else text
    environment.filters |= {"spoken_day": spoken_day, "spoken_time": spoken_time}
    environment.globals["language"] = spoken
    environment.globals["in_vietnamese"] = Markup(' lang="vi"') if spoken == "en" else ""
    return environment


def _quick(translations: NullTranslations) -> Callable[..., Markup]:
    """`gettext` as Jinja's own does it, with each text looked up and made markup once: a long list says thousands."""

    @cache
    def known(text: str) -> Markup:
        return Markup(translations.gettext(text))  # noqa: S704 - words of templates and of the catalogue

    @cache
    def plain(text: str) -> Markup:
        return known(text) % {}

    def gettext(text: str, /, **filled: object) -> Markup:
        return known(text) % filled if filled else plain(text)

    return gettext
