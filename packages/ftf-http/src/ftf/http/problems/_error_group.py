"""The response to an exception group, as a task group raises it."""

from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import Response

from ._handlers import handled, handler_of


async def answer_group(request: Request, group: Exception) -> Response:
    """Answer a group like its first exception, if each has a handler and all have one status.

    Raises:
        ExceptionGroup: The group itself, if an exception has no handler or another status.
    """
    application, errors = request.scope["app"], [*_leaves(group)]
    handlers = [handler_of(application, error) for error in errors]
    if None in handlers:
        raise group
    responses = [
        await handled(handler, request, error)
        for handler, error in zip(handlers, errors, strict=True)
        if handler is not None
    ]
    # A websocket is closed by the handler of its first error and has no response.
    if len({getattr(response, "status_code", None) for response in responses}) > 1:
        raise group
    return responses[0]


def _leaves(error: Exception) -> Iterator[Exception]:
    if isinstance(error, ExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error
