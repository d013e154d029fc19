"""`Limits`: how much one list request may ask for."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much the parameters of one request may ask for; above a limit they are refused.

    Args:
        cost: The sum of what its parts cost: 1 for a comparison, 8 for `contains`, three times as
            much behind each relationship.
        filters: The number of filters.
        values: The number of values of one `in`.
        text: The number of characters of a text.
        words: The number of words of `q`.
        sorts: The number of names in `sort`.
        includes: The number of names in `include`.
        page: The greatest number of a page.
        per_page: The greatest size of a page.
        records: The last record that a page by number may show.
        length: The number of characters of all names and values.

    Raises:
        ValueError: A limit is below 1.
    """

    cost: int = 50
    filters: int = 10
    values: int = 100
    text: int = 200
    words: int = 5
    sorts: int = 3
    includes: int = 5
    page: int = 1_000_000
    per_page: int = 100
    records: int = 10_000
    length: int = 8_192

    def __post_init__(self) -> None:
        for limit in fields(self):
            if getattr(self, limit.name) < 1:
                raise ValueError(f"{limit.name} must be at least 1")


DEFAULT_LIMITS = Limits()
