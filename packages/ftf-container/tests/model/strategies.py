"""Random graphs of services, and random uses of them."""

from dataclasses import replace

from hypothesis import strategies as st
from operations import (
    ENDED,
    Ask,
    Close,
    Dispose,
    Gather,
    Leave,
    Open,
    Operation,
    Override,
    Reset,
    ResetSingletons,
    Validate,
)
from specification import Form, Graph, Service

LARGEST, COSTLIEST, LONGEST = 60, 40, 40
"""The most services, instances in a request if none were kept, and operations."""

SYNC: tuple[Form, ...] = ("class", "function", "generator")
EVERY: tuple[Form, ...] = (*SYNC, "coroutine", "async generator")

_often = st.integers(0, 9).map(bool)
_recipes = st.binary(min_size=10, max_size=10)


def _service(recipe: bytes, forms: tuple[Form, ...], key: int = 0) -> Service:
    """Read a service from random bytes, which are quicker to draw than many small choices."""
    lifetime, form, failure, method, stuck, pauses, count, *needs = recipe
    return Service(
        key,
        ("transient", "scoped", "singleton")[lifetime % 3],
        forms[form % len(forms)],
        tuple(needs[: count % 4]),
        {1: "always"}.get(failure % 50, "at first" if failure % 50 == 2 else "never"),
        ("", "close", "aclose")[method % (2 if forms == SYNC else 3)],
        is_stuck=stuck % 10 == 1,
        pauses=pauses % 3,
    )


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Draw a graph without circles, captives and gaps."""
    forms = draw(st.sampled_from([SYNC, EVERY, EVERY]))
    is_fragile, has_scopes = draw(st.booleans()), draw(st.booleans())
    graph: list[Service] = []
    costs: list[int] = []
    needs_scope: list[bool] = []
    for recipe in draw(_lists(_recipes, 1, LARGEST)):
        service = _service(recipe, forms, len(graph))
        needs: tuple[int, ...] = ()
        for need in {each % len(graph) for each in service.needs if graph}:
            if sum(costs[each] for each in (*needs, need)) < COSTLIEST:
                needs += (need,)
        scoped = any(needs_scope[each] for each in needs)
        lifetime = service.lifetime
        if lifetime != "transient" and (scoped or not has_scopes):
            lifetime = "scoped" if scoped else "singleton"
        fails = service.fails if is_fragile else "never"
        graph.append(replace(service, needs=needs, lifetime=lifetime, fails=fails))
        costs.append(1 if lifetime != "transient" else 1 + sum(costs[each] for each in needs))
        needs_scope.append(scoped or lifetime == "scoped")
    return tuple(graph)


@st.composite
def faulty_graphs(draw: st.DrawFn) -> Graph:
    """Draw a graph that a few circles, captives and gaps were put into."""
    graph = list(draw(graphs()))
    keys = st.integers(0, len(graph) - 1)
    for key in draw(st.lists(keys, min_size=1, max_size=3)):
        service = graph[key]
        faults = (
            replace(service, needs=(*service.needs, draw(keys))),
            replace(service, lifetime="singleton"),
            replace(service, form="missing"),
        )
        graph[key] = draw(st.sampled_from(faults))
    return tuple(graph)


@st.composite
def uses(draw: st.DrawFn, graph: Graph) -> list[Operation]:
    """Draw what is done with a graph: mostly, services are asked for, some of them often."""
    last = len(graph) - 1
    keys = st.integers(0, last) | st.integers(max(0, last - 5), last)
    places = st.sampled_from([0, 0, 0, 1, 1, 1, 2, 2, 2, ENDED])
    asks = st.builds(Ask, keys, st.sampled_from(["resolve", "aresolve"]), places)
    gathers = st.builds(Gather, st.lists(keys, min_size=2, max_size=5).map(tuple), places)
    closes = st.builds(Close, st.booleans(), st.booleans())
    leaves = st.builds(Leave, st.integers(0, 2), st.booleans(), st.booleans())
    seldom = st.one_of(
        closes,
        _overrides(graph),
        leaves,
        st.builds(Reset, st.none() | keys),
        st.sampled_from([Dispose(), ResetSingletons(), Validate()]),
    )
    each = st.one_of(asks, asks, asks, asks, gathers, st.just(Open()), seldom)
    return [Open()] * draw(st.integers(0, 2)) + draw(_lists(each, 1, LONGEST))


@st.composite
def _overrides(draw: st.DrawFn, graph: Graph) -> Override:
    """Draw an override by an object, or by a service that lives as long and mostly fits as well."""
    key = draw(st.integers(0, min(2, len(graph) - 1)) | st.integers(0, len(graph) - 1))
    if draw(st.booleans()):
        return Override(key, None)
    forms = EVERY if any(service.is_async for service in graph) else SYNC
    service = _service(draw(_recipes), forms, key)
    lifetime = graph[key].lifetime
    needs = tuple(need % len(graph) for need in service.needs[:2])
    if draw(_often):
        kept = {"singleton"} if lifetime == "singleton" else {"singleton", "scoped"}
        needs = tuple(each for each in needs if each < key and graph[each].lifetime in kept)
    return Override(key, replace(service, needs=needs, lifetime=lifetime))


def _lists[T](each: st.SearchStrategy[T], least: int, most: int) -> st.SearchStrategy[list[T]]:
    """Draw lists of all lengths alike, where `lists` prefers short ones."""
    return st.integers(least, most).flatmap(lambda n: st.lists(each, min_size=n, max_size=n))
