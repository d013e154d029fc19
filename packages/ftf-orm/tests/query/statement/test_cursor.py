"""The token of a cursor, as a client may send it back."""

import json
from datetime import UTC

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Dialect, Integer, MetaData, Table
from sqlalchemy.dialects import postgresql, sqlite

from ftf.orm import CursorError
from ftf.orm.query.statement.cursors._cursor import Cursor, _signature, _text  # noqa: PLC2701  # a client
from ftf.orm.query.statement.cursors._keyset import Keyset, SortKey  # noqa: PLC2701  # a client

TABLE = Table("rows", MetaData(), Column("id", Integer, primary_key=True), Column("n", Integer))
KEYSET = Keyset(tuple(SortKey.of(column, [TABLE]) for column in TABLE.c))
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(),
    st.floats(allow_nan=False),
    st.binary(),
    st.decimals(allow_nan=False),
    st.uuids(),
    st.datetimes(timezones=st.just(UTC)),
    st.dates(),
    st.times(),
    st.timedeltas(),
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=5),
    st.just([]),
    st.just({"a": 1}),
    st.tuples(st.sampled_from("fxnutdhi?"), st.text("0-:.eZ+1fN", max_size=9)).map(list),
)


def signed(content: bytes) -> str:
    """What anybody can make where no key is set."""
    return _text(_signature(content, "order", b"") + content)


def as_json(content: object) -> bytes:
    return json.dumps(content).encode()


TOKENS = st.one_of(
    st.text(max_size=30),
    st.binary(max_size=20).map(signed),
    st.binary(max_size=20).map(signed),
    SCALARS.map(as_json).map(signed),
    st.tuples(SCALARS, SCALARS, SCALARS).map(as_json).map(signed),
)


def refuse_or_accept(token: str, dialect: Dialect) -> None:
    try:
        cursor = Cursor.of(token, "order", b"")
    except CursorError:
        return
    if KEYSET.can_be(cursor.values, dialect):
        key, number = cursor.values
        assert key is not None
        if dialect.name == "postgresql":
            assert (type(key), isinstance(number, int | None)) == (int, True)


@pytest.mark.slow
def test_edge_21_ten_thousand_texts_are_positions_of_the_columns_or_the_one_error():
    tried = 0

    @settings(
        max_examples=10_000, deadline=None, derandomize=True, database=None, phases=[Phase.generate]
    )
    @given(TOKENS, st.sampled_from([postgresql.dialect(), sqlite.dialect()]))
    def every(token: str, dialect: Dialect) -> None:
        nonlocal tried
        refuse_or_accept(token, dialect)
        tried += 1

    every()
    assert tried >= 10_000


@settings(deadline=None, derandomize=True, database=None)
@given(st.lists(VALUES), st.booleans(), st.booleans(), st.text(), st.binary())
def test_edge_21_a_token_has_all_that_it_was_made_of(values, backward, inclusive, order, key):
    cursor = Cursor(tuple(values), backward, inclusive)
    assert Cursor.of(cursor.token(order, key), order, key) == cursor


@settings(deadline=None, derandomize=True, database=None)
@given(st.integers(0, 200), st.characters(codec="ascii"))
def test_edge_21_a_token_with_one_other_character_is_refused(place, character):
    token = Cursor((1, "a")).token("order", b"key")
    other = token[:place] + character + token[place + 1 :]
    if other != token:
        with pytest.raises(CursorError, match="begin without a cursor"):
            Cursor.of(other, "order", b"key")


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000,
        b"",
        b"\xff",
        b"{}",
        b"[]",
        b'["x"]',
        b"[0,{}]",
        b'[0,["f"]]',
        b'[0,["f",1]]',
        b'[0,["?","1"]]',
        b'[0,["n","x"]]',
        b'[0,["i","9999999999999999999999"]]',
    ],
    ids=lambda content: repr(content[:10]),
)
def test_edge_21_a_token_with_another_content_is_refused(content):
    with pytest.raises(CursorError, match="begin without a cursor"):
        Cursor.of(signed(content), "order", b"")


def test_a_value_that_a_token_cannot_contain_is_refused():
    with pytest.raises(TypeError, match=r"\{\} cannot be in a cursor: sort by columns of numbers"):
        Cursor(({},)).token("order", b"")
