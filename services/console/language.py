"""The console's two languages. Vietnamese is what its pages are written in; English is a catalogue beside them.

Letters, the record and what people wrote stay as they are, whichever language a page is read in.
"""

from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Literal

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from jinja2 import Environment

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


def speak(environment: Environment, spoken: Language) -> Environment:
    """Let templates say `_("…")` and `{% trans %}…{% endtrans %}`; `| tr` for words that come from Python.

    `_` takes its text for markup, so it is given what stands in the template and nothing else; `tr` escapes.
    """
    translations = english() if spoken == "en" else NullTranslations()
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
    environment.filters["tr"] = lambda text: translations.gettext(text) if text else text
    environment.globals["language"] = spoken
    return environment
