"""What random transactions should lead to: the rows of accounts, in plain Python."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from ledger import Account


class UndoneError(Exception):
    """Something in the block fails."""


class DuplicateError(Exception):
    """Two accounts have the same owner."""


@dataclass(frozen=True)
class Row:
    owner: str
    amount: int
    tags: frozenset[int] = frozenset()


@dataclass
class World:
    """The rows, as the session's transaction sees them, and as they are committed."""

    rows: dict[Account, Row] = field(default_factory=dict)
    committed: dict[Account, Row] = field(default_factory=dict)
    pending: dict[Account, Row] = field(default_factory=dict)
    depth: int = 0

    def flush(self) -> None:
        """Write what is pending, as a whole."""
        written, self.pending = {**self.rows, **self.pending}, {}
        if len({row.owner for row in written.values()}) < len(written):
            raise DuplicateError
        self.rows = written

    @contextmanager
    def write(self) -> Iterator[None]:
        """Commit outside of a block; roll everything back there if it fails."""
        before = self.committed
        try:
            if self.depth:
                before = self.rows
                self.flush()
                before = self.rows
            yield
            self.flush()
        except DuplicateError:
            self.rows, self.pending = dict(before), {}
            raise
        if not self.depth:
            self.committed = dict(self.rows)

    @contextmanager
    def block(self) -> Iterator[None]:
        """Commit or roll back a block, or a savepoint."""
        if self.depth:
            self.flush()
        before = dict(self.rows if self.depth else self.committed)
        self.depth += 1
        try:
            yield
            self.flush()
        except UndoneError:
            self.rows, self.pending = before, {}
            raise
        finally:
            self.depth -= 1
        if not self.depth:
            self.committed = dict(self.rows)

    def change(self, account: Account, **values: object) -> None:
        """Change a row, with what is pending of it."""
        now = self.pending.get(account, self.rows[account])
        self.pending[account] = replace(now, **values)

    def change_all(self, **values: object) -> None:
        """Change all rows at once."""
        self.rows = {account: replace(row, **values) for account, row in self.rows.items()}
