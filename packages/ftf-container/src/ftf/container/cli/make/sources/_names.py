"""The names that generated code has: of classes, modules and tables."""

import builtins
import re
from keyword import iskeyword, issoftkeyword

from ..._exit import WRONG_USAGE, Exit

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+")
# What generated modules import, or Python has; a class of this name would hide it.
_TAKEN = {"Base", "Controller", "Decimal", "Mapped", "Page", "None", "True", "False", "UUID", "Any"}


def class_name(typed: str, suffix: str = "") -> str:
    """Return the name of a class, as "BlogPost" for "blog_post".

    Args:
        typed: What the user typed.
        suffix: What the name ends with, typed or not.

    Raises:
        Exit: It is not a name.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", typed, re.ASCII):
        raise Exit(
            f"{typed!r} is not a name: write letters, digits and underscores, as BlogPost.",
            WRONG_USAGE,
        )
    words = [each[0].upper() + each[1:] for each in re.split("[_-]+", typed) if each]
    name = "".join(words)
    name = name if not suffix or name.endswith(suffix) else name + suffix
    base = snake(name.removesuffix(suffix))  # the name of the module
    if name in _TAKEN or iskeyword(name) or iskeyword(base) or hasattr(builtins, name):
        raise Exit(
            f"{typed!r} is a name of Python or of generated code: take another.", WRONG_USAGE
        )
    return name


def snake(name: str) -> str:
    """Return the name of a module for a class, as "blog_post" for "BlogPost"."""
    return "_".join(_WORD.findall(name)).lower()


def words(name: str) -> str:
    """Return a name in words, as "blog post"."""
    return snake(name).replace("_", " ")


def plural(name: str) -> str:
    """Return the plural of an English noun in lower case, as "categories" for "category"."""
    if re.search("[^aeiou]y$", name):
        return f"{name[:-1]}ies"
    return f"{name}es" if re.search("(s|x|z|ch|sh)$", name) else f"{name}s"


def article(phrase: str) -> str:
    """Return a phrase with its indefinite article."""
    return f"{'an' if phrase[0] in 'aeiou' else 'a'} {phrase}"


def attribute(typed: str, what: str) -> str:
    """Return the name of an attribute.

    Raises:
        Exit: It is not a name, or one that a model has already.
    """
    is_name = re.fullmatch(r"[a-z][a-z0-9_]*", typed, re.ASCII)
    if not is_name or iskeyword(typed) or issoftkeyword(typed):
        raise Exit(
            f"{what} {typed!r} is not a name: write small letters, digits and underscores.",
            WRONG_USAGE,
        )
    if typed in {"id", "metadata", "registry"}:
        raise Exit(f"{what} {typed!r}: every model has this attribute already.", WRONG_USAGE)
    return typed
