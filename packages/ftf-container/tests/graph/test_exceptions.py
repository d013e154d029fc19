import os
import pickle
import re
from inspect import getsourcelines
from pathlib import Path
from typing import Annotated

import pytest

from ftf.container import (
    CircularDependencyError,
    Container,
    DependencyResolutionError,
    GraphError,
    InvalidRegistrationError,
    UnregisteredDependencyError,
)


class Invoice:
    def __init__(self, number: int) -> None: ...


class Ledger:
    def __init__(self, invoice: Invoice) -> None: ...


async def open_ledger(invoice: Invoice) -> Ledger:
    return Ledger(invoice)


def place(source: object) -> str:
    here = Path(__file__)
    here = Path(__file__)
    return f"{here.relative_to(Path.cwd())}:{getsourcelines(source)[1]}"


def fault(container: Container, key: object) -> DependencyResolutionError:
    with pytest.raises(DependencyResolutionError, match=r"instance|await") as caught:
        container.resolve(key)
    return caught.value


def test_an_error_names_problem_path_and_remedy():
    assert str(fault(Container(), Ledger)) == (
        "Nothing is registered for int, and built-in types are never created automatically.\n"
        f"  Ledger  ({place(Ledger)})\n"
        f"  └─ invoice: Invoice  ({place(Invoice)})\n"
        "     └─ number: int\n"
        'Annotate it `Annotated[int, "..."]` and register '
        '`container.instance(Annotated[int, "..."], ...)`, '
        "or register a factory for what needs it."
    )


def test_a_factory_is_shown_where_it_was_written():
    container = Container()
    container.register(Ledger, open_ledger)
    container.instance(Invoice, Invoice(1))
    assert str(fault(container, Ledger)) == (
        "Ledger has to be awaited.\n"
        f"  Ledger  ({place(open_ledger)})\n"
        "Use the awaiting twin: `aresolve`, `acall` or `async with`."
    )


def test_an_error_carries_its_facts():
    error = fault(Container(), Ledger)
    assert isinstance(error, UnregisteredDependencyError)
    assert (error.key, error.reason) == (int, "built-in types are never created automatically")
    assert [step.parameter for step in error.path] == ["", "invoice", "number"]


def test_a_report_shows_every_fault():
    container = Container()
    container.register(Ledger)
    container.register(Invoice)
    with pytest.raises(GraphError, match="cannot be built: Ledger") as caught:
        container.validate()
    report = caught.value
    assert str(report) == "\n\n".join(
        ("Some services cannot be built: Ledger.", *map(str, report.faults))
    )


def test_errors_survive_pickling():
    container = Container()
    container.register(Ledger)
    with pytest.raises(GraphError, match="Ledger") as report:
        container.validate()
    with pytest.raises(InvalidRegistrationError, match="lifetime") as invalid:
        container.register(Ledger, scope="never")
    for error in (report.value, invalid.value, fault(container, Ledger)):
        assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301  # our own


@pytest.mark.parametrize(
    ("key", "name"), [(Annotated[Ledger, "old"], "Ledger, 'old'"), (list[int], "list[int]")]
)
def test_a_parametrised_key_is_named_in_full(key, name):
    with pytest.raises(UnregisteredDependencyError, match=re.escape(name)):
        Container().resolve(key)


def test_a_class_made_at_run_time_has_no_place():
    container = Container()
    container.register(Ledger, type("Late", (Ledger,), {}))
    assert fault(container, Ledger).path[0].location == ""


def test_a_signature_that_cannot_be_read_is_no_fault_of_the_key():
    def factory() -> Ledger: ...

    factory.__signature__ = 5
    container = Container()
    container.register(Ledger, factory)
    with pytest.raises(TypeError, match="unexpected object 5 in __signature__"):
        container.resolve(Ledger)


def test_a_subclass_keeps_the_texts_of_its_base_unless_it_has_its_own():
    class StartupError(GraphError): ...

    class RetryError(CircularDependencyError, remedy="Try {key} again."): ...

    container = Container()
    with pytest.raises(UnregisteredDependencyError, match="int") as caught:
        container.resolve(int)
    assert str(StartupError((caught.value,))).startswith("Some services cannot be built: int.")
    assert str(RetryError(caught.value.path)) == "int needs itself.\n  int\nTry int again."


def test_where_a_service_is_written_is_found_without_asking_the_operating_system(monkeypatch):
    def refuse() -> str:
        raise AssertionError("a system call in the event loop")

    expected = place(Ledger)
    monkeypatch.setattr(os, "getcwd", refuse)
    assert fault(Container(), Ledger).path[0].location == expected
