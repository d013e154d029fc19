"""`resource_contract`: a list does what its OpenAPI document says, and nothing else."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from ._parameters import right_value, wrong_values

if TYPE_CHECKING:
    from httpx import AsyncClient, Response

type Get = Callable[..., Awaitable["Response"]]
type Parameters = Mapping[str, Mapping[str, Any]]

_OK, _INVALID = 200, 422
_REFUSED = {401, 403}
_NEXT = re.compile(r'<([^>]*)>; rel="next"')
_MOST_PAGES = 100


class ResourceContractError(AssertionError):
    """A list does not keep what its document says.

    Args:
        faults: Each fault, in a sentence.
    """

    def __init__(self, faults: list[str]) -> None:
        self.faults: tuple[str, ...] = tuple(faults)

    def __str__(self) -> str:
        lines = (f"\n- {fault}" for fault in self.faults)
        return f"The list does not keep {len(self.faults)} parts of its contract:{''.join(lines)}"


async def resource_contract(
    client: "AsyncClient",
    path: str,
    *,
    document: str = "/openapi.json",
    headers: Mapping[str, str] | None = None,
) -> None:
    """Check that a list does what its OpenAPI document says, by requests that only read.

    Unknown parameters are refused with the list of what is allowed; each documented parameter is
    taken alone, and refused with a value that its schema does not allow or, unless it takes
    several, twice; texts with NUL are refused; the links of the pages show each record once. Store
    some records before, so that there are pages.

    Args:
        client: A client of the application.
        path: The path of the list, such as "/products".
        document: The path of the OpenAPI document.
        headers: Headers of each request, such as the credential of a list behind a login.

    Raises:
        ResourceContractError: It does not; the error lists every fault.
        LookupError: The document has no such list.
        PermissionError: The document or the list is refused.
    """
    get = partial(client.get, headers=headers)
    described = (await _allowed(get, document)).json()
    await _allowed(get, path)
    operation = described.get("paths", {}).get(path, {}).get("get")
    if operation is None:
        raise LookupError(f"{document} has no GET of {path!r}.")
    found = {
        each["name"]: each for each in operation.get("parameters", ()) if each["in"] == "query"
    }
    faults = [
        *[fault async for fault in _unknown(get, path, found)],
        *[fault async for fault in _documented(get, path, found)],
        *[fault async for fault in _pages(get, path, found)],
    ]
    if faults:
        raise ResourceContractError(faults)


async def _allowed(get: Get, path: str) -> "Response":
    answer = await get(path)
    if answer.status_code in _REFUSED:
        raise PermissionError(
            f"GET {path} is answered {answer.status_code}: log the client in, or pass `headers=`."
        )
    return answer


async def _unknown(get: Get, path: str, known: Parameters) -> AsyncIterator[str]:
    for name in ("no_such_parameter", *(each.swapcase() for each in known)):
        answer = await get(path, params={name: "1"})
        allowed = [fault.get("allowed") for fault in _faults(answer)]
        if answer.status_code != _INVALID:
            yield f"{name}=1 is unknown, and answered {answer.status_code}, not {_INVALID}"
        elif allowed != [[*known]]:
            yield f"the answer to {name}=1 does not list what is allowed: {allowed}"


async def _documented(get: Get, path: str, known: Parameters) -> AsyncIterator[str]:
    for name, parameter in known.items():
        schema = parameter["schema"]
        right = right_value(schema)
        asked = [(_OK, [right])] if right is not None else []
        asked += [(_INVALID, [wrong]) for wrong in wrong_values(schema)]
        if right is not None and not (schema.get("type") == "array" and _explodes(parameter)):
            asked.append((_INVALID, [right, right]))
        if right == "a":
            asked.append((_INVALID, ["a\0"]))
        for status, values in asked:
            answer = await get(path, params={name: values})
            if answer.status_code != status:
                shown = "&".join(f"{name}={value[:40]!r}" for value in values)
                yield f"{shown} is answered {answer.status_code}, not {status}"
            elif status == _INVALID and not all("pointer" in each for each in _faults(answer)):
                yield f"the answer to {name}={values[0][:40]!r} has no pointer"


async def _pages(get: Get, path: str, known: Parameters) -> AsyncIterator[str]:
    if "per_page" not in known:
        return
    answer = await get(path, params={"per_page": "1"})
    seen = [str(item) for item in answer.json()["items"]]
    while (found := _NEXT.search(answer.headers.get("link", ""))) and len(seen) < _MOST_PAGES:
        answer = await get(answer.url.join(found.group(1)))
        seen += [str(item) for item in answer.json()["items"]]
    if len({*seen}) != len(seen):
        yield f"the pages of {path} show a record twice"


def _explodes(parameter: Mapping[str, object]) -> bool:
    return parameter.get("explode", True) is True


def _faults(answer: "Response") -> list[dict[str, object]]:
    body = answer.json() if answer.status_code == _INVALID else {}
    errors: list[dict[str, object]] = body.get("errors", [])
    return errors
