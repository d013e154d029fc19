import re

import pytest

NAMES = """
from datetime import datetime

import pytest
from sqlalchemy import Enum
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from ftf.testing import Factory

class Base(DeclarativeBase): ...

class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    joined: Mapped[datetime]
    number: Mapped[int]
    colour: Mapped[str] = mapped_column(Enum(*"rgbk", name="colour"), unique=True)

class UserFactory(Factory[User]):
    def definition(self, number):
        return {"number": number}

@pytest.fixture(scope="module")
def first():
    return UserFactory().make()

def show(test, user):
    print(f"<{test} {user.name}{user.joined:%j%H%M%S}>")

def test_a():
    user = UserFactory().make()
    assert UserFactory().make().number == user.number + 1
    show("a", user)

def test_b(request):
    show("b", UserFactory().make())

@pytest.mark.seed(7)
def test_c():
    show("c", UserFactory().make())

def test_d(first):
    users = UserFactory().make_many(3)
    assert users[0].number == 2
    assert len({each.colour for each in (first, *users)}) == 4
    show("d", first)
"""


def names(project, *arguments: str, test: str = NAMES, settings: str = "") -> dict[str, str]:
    """What each test made."""
    result = project(test, settings).runpytest_inprocess("-rP", *arguments)
    result.assert_outcomes(passed=4)
    return dict(re.findall(r"<(\w) (.*)>", result.stdout.str()))


@pytest.mark.slow
def test_edge_56_each_test_has_values_of_its_own_which_no_order_or_worker_changes(project):
    made = names(project)
    assert len(set(made.values())) == 4
    assert names(project, "-n", "2") == made
    assert names(project, "--random-order", "--random-order-seed=2") == made


@pytest.mark.slow
def test_the_seed_changes_every_value_and_that_of_a_test_its_own(project):
    made, other = names(project), names(project, settings="ftf_seed = 8")
    assert not set(made.values()) & set(other.values())
    marked = names(project, test=NAMES.replace("seed(7)", "seed(8)"))
    assert {test for test in made if made[test] != marked[test]} == {"c"}


def test_the_fixture_gives_factories_the_session_of_the_test(project):
    test = (
        NAMES
        + """

@pytest.fixture
def db_session():
    class Session:
        made = []
        add_all = made.extend
        async def flush(self): ...
    return Session()

async def test_e(factory, db_session):
    user = await factory(UserFactory).create()
    assert db_session.made == [user]
"""
    )
    project(test).runpytest_inprocess("-k", "test_e").assert_outcomes(passed=1, deselected=4)
