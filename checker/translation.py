"""The kit's own texts in the reader's language, by gettext: English, unless `checker/locale` has a
catalogue for the language that the environment asks for.

A text is a template with named places, so a translator sees whole sentences and may put their parts in
another order. The texts of an exercise (its brief, its hints, the messages of its checks) are
translated with the exercise, not here.
"""

import gettext
from pathlib import Path
from typing import Final

LOCALE: Final = Path(__file__).with_name("locale")

_catalogue = gettext.translation("checker", LOCALE, fallback=True)

LANGUAGE: Final = _catalogue.info().get("language") or "en"
"""The language of the texts, as a catalogue names it: `en`, `pt_BR`."""


def _(text: str, /, **facts: object) -> str:
    """`text` in the reader's language, with `facts` in its places."""
    translated = _catalogue.gettext(text)
    return translated.format(**facts) if facts else translated


def ngettext(one: str, many: str, number: int, /, **facts: object) -> str:
    """`one` or `many`, as the reader's language has it for this `number`, which is one of the facts."""
    return _catalogue.ngettext(one, many, number).format(number=number, **facts)
