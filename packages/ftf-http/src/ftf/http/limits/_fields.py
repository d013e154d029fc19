"""The response fields `RateLimit` and `RateLimit-Policy`.

Both are lists of structured fields (RFC 9651), as draft-ietf-httpapi-ratelimit-headers-11 says. It
is not an RFC yet: all that a change of its names would touch is in this file.
"""

from collections.abc import Iterable
from typing import Final

from ._limit import seconds
from ._outcome import Outcome, Take

type Headers = list[tuple[bytes, bytes]]

PROBLEM_TYPE: Final = "https://iana.org/assignments/http-problem-types#quota-exceeded"
PROBLEM_TITLE: Final = "Request cannot be satisfied as assigned quota has been exceeded"


def fields(taken: Iterable[tuple[Take, Outcome]], *, legacy: bool) -> Headers:
    """Return the response fields for the limits that were asked.

    Args:
        taken: What was asked and answered.
        legacy: Whether to add `X-RateLimit-Limit`, `-Remaining` and `-Reset` of the limit of which
            least is left.
    """
    # A limit that was asked twice, as by a route and its handler, is named once.
    latest: dict[str, tuple[Take, Outcome]] = {pair[0].limit.name: pair for pair in taken}
    pairs = latest.values()
    policies = ", ".join([take.limit.policy_field for take, _ in pairs])
    states = ", ".join([_state(take, outcome) for take, outcome in pairs])
    found = [(b"ratelimit-policy", policies.encode()), (b"ratelimit", states.encode())]
    return found + (_legacy(latest.values()) if legacy else [])


def _state(take: Take, outcome: Outcome) -> str:
    # Never later than Retry-After, which the draft says not to point before the end of `t`.
    until = outcome.reset if outcome.allowed else outcome.retry
    return f'"{take.limit.name}";r={outcome.remaining};t={seconds(until)}'


def _legacy(pairs: Iterable[tuple[Take, Outcome]]) -> Headers:
    take, outcome = min(pairs, key=lambda pair: pair[1].remaining)
    values = {
        b"x-ratelimit-limit": take.limit.quota,
        b"x-ratelimit-remaining": outcome.remaining,
        b"x-ratelimit-reset": seconds(outcome.reset),
    }
    return [(name, str(value).encode()) for name, value in values.items()]
