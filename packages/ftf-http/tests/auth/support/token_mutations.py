"""Texts that are almost a token."""

from random import Random


def mutated(random: Random, text: str) -> str:
    """A text with some characters replaced, removed, added, doubled or exchanged."""
    letters = [*text]
    for _ in range(random.choice([1, 1, 1, 2, 5])):
        at = random.randrange(len(letters))
        strange = random.choice([*"AZaz09-_.=+/% \t\n", "\0", "\x7f", "é", "\u0660", "\ud800"])
        kind = random.randrange(5)
        if kind == 0:
            letters[at] = strange
        elif kind == 1:
            letters.insert(at, strange)
        elif kind == 2 and len(letters) > 1:
            del letters[at]
        elif kind == 3:
            letters[at:at] = letters[: random.randrange(40)]
        else:
            other = random.randrange(len(letters))
            letters[at], letters[other] = letters[other], letters[at]
    return "".join(letters)
