"""What a compiled function does when its scope ended meanwhile, or its generator did not yield."""

from typing import Never

from ..exceptions import InvalidRegistrationError, ScopeClosedError
from ..graph._node import Node
from ._teardown import Resource, aclose, end, is_awaited, log_failure


def close_late(node: Node, resource: Resource) -> Never:
    """Close an instance that was made after its scope had ended.

    Raises:
        ScopeClosedError: Always.
    """
    if is_awaited(resource):
        log_failure(f"{resource} cannot be closed without being awaited")
    else:
        end(resource, None)
    refuse_late(node)


async def aclose_late(node: Node, resource: Resource) -> Never:
    """Close an instance that was made after its scope had ended.

    Raises:
        ScopeClosedError: Always.
    """
    await aclose([(node.slot, resource)], None)
    refuse_late(node)


def refuse_late(node: Node) -> Never:
    """Refuse to deliver, because the scope has ended.

    Raises:
        ScopeClosedError: Always.
    """
    raise ScopeClosedError((node.binding.step(),))


def never_yielded(node: Node) -> Never:
    """Refuse a generator that ended without a `yield`.

    Raises:
        InvalidRegistrationError: Always.
    """
    path = (node.binding.step(),)
    raise InvalidRegistrationError(path, "Its generator yields nothing.", "Let it yield once.")
