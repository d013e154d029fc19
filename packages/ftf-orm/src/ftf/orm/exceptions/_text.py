"""What error texts show of an argument."""

from sqlalchemy.orm import QueryableAttribute


def text_of(given: object) -> str:
    """Return an argument as a program writes it: its repr, with attributes by their names.

    The repr of an attribute of a model is the address of an object, and its text `Post.title`.
    """
    if isinstance(given, QueryableAttribute):
        return str(given)
    if isinstance(given, list):
        return f"[{', '.join(map(text_of, given))}]"
    if isinstance(given, tuple):
        return f"({', '.join(map(text_of, given))}{',' * (len(given) == 1)})"
    if isinstance(given, dict):
        pairs = (f"{text_of(key)}: {text_of(value)}" for key, value in given.items())
        return f"{{{', '.join(pairs)}}}"
    return repr(given)
