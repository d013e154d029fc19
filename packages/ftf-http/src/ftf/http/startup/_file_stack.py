"""The exit stack in which FastAPI closes the files of a form, made when something is put on it."""

from contextlib import AsyncExitStack


class FileStack(AsyncExitStack):
    """An exit stack that costs nothing to a request that puts nothing on it.

    Attributes:
        is_used: Whether something was put on the stack.
    """

    is_used = False

    def __init__(self) -> None:
        """Leave out what AsyncExitStack sets up; `__getattr__` does it when it is needed."""

    def __getattr__(self, name: str) -> object:
        """Set up the stack, and return the attribute that it lacked."""
        if self.is_used:
            raise AttributeError(name)
        self.is_used = True
        super().__init__()
        return getattr(self, name)

    async def closed_after(self, error: BaseException) -> list[BaseException]:
        """Close what is on the stack after an error. Return the error, unless it was suppressed."""
        try:
            if self.is_used and await self.__aexit__(type(error), error, error.__traceback__):
                return []
        except BaseException as failure:  # noqa: BLE001  # raised in place of the error
            return [failure]
        return [error]
