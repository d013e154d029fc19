"""Attributes that the constructor of an application sets and nothing changes afterwards."""

from typing import Self, cast, overload


class FixedAttribute[T]:
    """An attribute that can be set once.

    Args:
        option: The constructor argument that sets it, for the text of the error.
    """

    def __init__(self, option: str) -> None:
        self._option = option
        self._name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object, owner: type) -> Self | T:
        return self if instance is None else cast("T", vars(instance)[self._name])

    def __set__(self, instance: object, value: T) -> None:
        if self._name in vars(instance):
            raise AttributeError(
                f"{type(instance).__name__}.{self._name} is set when the application is made, by "
                f"`{self._option}`: keep {value!r} under another name, such as "
                f"`app.state.{self._name}`."
            )
        vars(instance)[self._name] = value
