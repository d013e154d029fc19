"""`Seeder`: records that an application starts with."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import cached_property
from random import Random
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from ._environment import ALL, LOCAL


class Seeder(ABC):
    """Stores records that an application starts with; `run_seeders` runs it.

    A second run has to change nothing, so that a seeder can run with every deployment:
    `first_or_create` and `insert_or_ignore` store what is not there yet, and ftf-testing has
    `assert_idempotent`. The container passes what the constructor asks for, such as repositories.

    Attributes:
        after: The seeders that have to run before it.
        environments: The environments that it runs in: `Seeder.LOCAL` is "local", "development"
            and "testing"; `Seeder.ALL` is for records that production needs too.
        rows: How many rows it counts by `wrote`, if that is known, for the progress of
            `ftf db seed`.
        seed: The seed of `random`.
        on_rows: Is called with what `wrote` counts.
        session: The session of the run, once it has begun.

    Examples:
        ```python
        class PostSeeder(Seeder):
            after = (UserSeeder,)

            def __init__(self, posts: PostRepository) -> None:
                self.posts = posts

            async def run(self) -> None:
                await self.posts.first_or_create({Post.slug: "hello"}, {"title": "Hello"})
        ```
    """

    ALL: ClassVar[frozenset[str]] = ALL
    LOCAL: ClassVar[frozenset[str]] = LOCAL

    after: ClassVar[tuple[type["Seeder"], ...]] = ()
    environments: ClassVar[frozenset[str]] = LOCAL

    rows: ClassVar[int | None] = None

    seed: int = 0
    on_rows: Callable[[int], object] | None = None
    session: AsyncSession

    @abstractmethod
    async def run(self) -> None:
        """Store the records; `run_seeders` commits them, or rolls them back if it raises."""

    def wrote(self, rows: int) -> None:
        """Count rows that are written: `ftf db seed` shows how far a long seeder has got.

        Args:
            rows: How many there are since the last call.
        """
        if self.on_rows is not None:
            self.on_rows(rows)

    def factory[F](self, factory: Callable[[AsyncSession], F]) -> F:
        """Return a factory of ftf-testing that stores in the session of the run.

        `await self.factory(PostFactory).create()` is part of what the seeder commits or rolls back.

        Args:
            factory: The class, or another function of a session.
        """
        return factory(self.session)

    @cached_property
    def random(self) -> Random:
        """A source of random values, the same ones for the same seeder and `seed`."""
        return Random(f"{type(self).__qualname__} {self.seed}")  # noqa: S311  # no secret
