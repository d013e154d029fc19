"""`CurrentUser`: the user of the request as an argument of a handler."""

from dataclasses import dataclass
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Final, Union, get_args, get_origin

from ..injection._inject import Injection


class _Current:
    """The mark in the keys of current users."""


CURRENT: Final = _Current()

if TYPE_CHECKING:
    type CurrentUser[T] = Annotated[T, CURRENT]
else:

    class CurrentUser:
        """Mark a parameter as the user whose credential the request has.

        The route demands a credential. `CurrentUser[User | None]` admits guests, on a route that is
        public otherwise.
        """

        def __class_getitem__(cls, user: object) -> object:
            return Annotated[user, Injection(current_user_key(user))]


@dataclass(frozen=True, slots=True)
class UserClass:
    """The class of the users of an application: a service, where it is known."""

    cls: type


def current_user_key(user: object) -> object:
    """Return the key of the current user, of a class or of that class and `None`."""
    return Annotated[user, CURRENT]


def user_class(key: object) -> object:
    """Return the class of users that a key of a current user names."""
    wanted = get_args(key)[0]
    members = get_args(wanted) if get_origin(wanted) in {Union, UnionType} else (wanted,)
    return next((each for each in members if each is not NoneType), object)


def demands_user(key: object) -> bool | None:
    """Return whether a key demands a user; `None` if it is not one of a current user."""
    if not (get_origin(key) is Annotated and CURRENT in key.__metadata__):  # type: ignore[attr-defined]  # of Annotated
        return None
    wanted = get_args(key)[0]
    return not (get_origin(wanted) in {Union, UnionType} and NoneType in get_args(wanted))
