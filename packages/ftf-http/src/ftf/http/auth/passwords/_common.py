"""`CommonPasswords`: the passwords that guessers try first."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Final, Protocol

_WORDS: Final = frozenset(
    """
    abc abcd access account admin administrator adobe alexander amanda andrea andrew angel
    apple arsenal asdf asdfgh asdfghjkl ashley austin azerty babygirl bailey barcelona
    baseball basketball batman blink boston butterfly changeme charlie cheese chelsea
    chocolate computer cookie cowboys daniel default demo dragon eagles email eminem
    facebook family fantasy ferrari flower football freedom friends ginger google guest
    hannah harley hello hockey hunter iloveyou internet jasmine jennifer jessica jordan
    joshua justin killer liverpool login lovely loveme magic manchester marina master matrix
    matthew merlin michael michelle minecraft monkey mustang naruto nicole ninja nothing
    orange pass passport password passw pepper pokemon princess private purple qazwsx qwer
    qwert qwerty qwertyui qwertyuiop qwertz ranger robert root samsung samantha secret
    server shadow silver soccer spiderman spring starwars steelers summer sunshine superman
    superstar support sweet taylor temp tennis test testing thomas thunder tigger trustno
    unknown user vanessa welcome whatever william winter wizard xxxx yankees zaq zaqxsw zxcv
    zxcvbn zxcvbnm
    """.split()  # noqa: SIM905  # a list would be 150 lines
)
_SHORTEST_FORM: Final = 4
_LETTERS: Final = str.maketrans("01345@$", "oieasas")
_AROUND: Final = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_ROWS: Final = (
    "01234567890123456789",
    "98765432109876543210",
    "abcdefghijklmnopqrstuvwxyz",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "qwertyuiopasdfghjklzxcvbnm",
)


class CompromisedPasswords(Protocol):
    """Knows passwords that are guessed or were published; it may ask a service for them."""

    async def contains(self, password: str) -> bool:
        """Return whether a password must not be set."""
        ...


class CommonPasswords:
    """The passwords, words, names, rows of keys and repetitions that guessers try first.

    Among them are the 3,000 most frequent passwords of eight characters and more. A word counts
    with digits and signs around it, and with digits in place of letters: `P4ssw0rd2026!` is
    `password`.

    Args:
        words: Further words and passwords, as of a list that was published.
    """

    def __init__(self, words: Iterable[str] = ()) -> None:
        further = {_folded(word) for word in words}
        forms = {form for word in further for form in _forms(word)}
        self._words: frozenset[str] = frozenset(further | forms - {""})

    async def contains(self, password: str) -> bool:
        """Return whether a password is one that guessers try first."""
        text = _folded(password)
        is_patterned = _is_repeated(text) or any(text in row for row in _ROWS)
        forms = {text, *_forms(text)}
        return is_patterned or not (self._words.isdisjoint(forms) and _listed().isdisjoint(forms))


@cache
def _listed() -> frozenset[str]:
    """Return the words of this package, read when the first password is set."""
    text = files(__package__).joinpath("common_passwords.txt").read_text(encoding="ascii")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    listed = {word for line in lines for word in line.split()}
    # `ducati` of `ducati99`, but not `a` of `a1234567`: it would be in every number with an `a`.
    forms = {form for word in listed for form in _forms(word) if len(form) >= _SHORTEST_FORM}
    return _WORDS | listed | forms


def _forms(text: str) -> set[str]:
    """Return a text without digits and signs around it, and with letters for digits in it."""
    texts = _AROUND.sub("", text), text
    return {_AROUND.sub("", each.translate(_LETTERS)) for each in texts}


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _is_repeated(text: str) -> bool:
    """Return whether a text is one of up to four characters, again and again."""
    return any(text == (text[:size] * len(text))[: len(text)] for size in range(1, 5))
