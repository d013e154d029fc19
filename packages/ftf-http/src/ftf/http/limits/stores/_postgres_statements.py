"""The SQL of `PostgresLimits`.

A row has the time at which its quota is whole again and, for an exact limit, the times of its uses;
all in microseconds. They count as `Gcra` and `Exact` do. `excluded` is the row that would be
inserted, so its times say when the statement began.
"""

import re

from sqlalchemy import BigInteger, TextClause, bindparam, text

from .._limit import Limit

_NOW = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
_STEP = "(:interval * :cost)"
_NUMBERS = re.compile(r"(?<!:):(interval|tolerance|cost|quota|period|at)\b")

_OWED = "CASE WHEN AHEAD > 2 * :tolerance THEN 0 ELSE greatest(0, least(AHEAD, :tolerance)) END"
_OWED_BEFORE = _OWED.replace("AHEAD", "(held.whole_at - excluded.whole_at + {step})")
_OWED_NOW = _OWED.replace("AHEAD", "(whole_at - now)")

_TAKE_GCRA = """
INSERT INTO {table} AS held (key, whole_at) VALUES (:key, {now} + {step})
ON CONFLICT (key) DO UPDATE SET whole_at = excluded.whole_at + OWED
WHERE OWED + {step} <= :tolerance
RETURNING ceil((whole_at - {now})::numeric / :interval)::bigint, whole_at, 0::bigint, {now}, {now}
""".replace("OWED", _OWED_BEFORE)

_LOOK_GCRA = """
SELECT ceil(owed::numeric / :interval)::bigint, now + owed, now + owed + {step} - :tolerance,
    now, now
FROM (
    SELECT now, OWED AS owed FROM {table}, (SELECT {now} AS now) AS clock WHERE key = :key
) AS found
""".replace("OWED", _OWED_NOW)

_GIVE_BACK_GCRA = "UPDATE {table} SET whole_at = whole_at - {step} WHERE key = :key"

_KEPT = """ARRAY(
    SELECT time FROM unnest(held.times) AS time
    WHERE time > excluded.whole_at - 2 * :period AND time <= excluded.whole_at
)"""

_TAKE_EXACT = """
INSERT INTO {table} AS held (key, whole_at, times)
SELECT :key, now + :period, array_fill(now, ARRAY[(:cost)::integer])
FROM (SELECT {now} AS now) AS clock
ON CONFLICT (key) DO UPDATE SET whole_at = excluded.whole_at, times = KEPT || excluded.times
WHERE cardinality(KEPT) + :cost <= :quota
RETURNING cardinality(times), whole_at, 0::bigint, whole_at - :period, {now}
""".replace("KEPT", _KEPT)

_LOOK_EXACT = """
SELECT cardinality(kept), kept[cardinality(kept)] + :period,
    kept[greatest(1, least(cardinality(kept), cardinality(kept) + :cost - :quota))] + :period,
    now, now
FROM (
    SELECT now, ARRAY(
        SELECT time FROM unnest(times) AS time
        WHERE time > now - :period AND time <= now + :period ORDER BY time
    ) AS kept
    FROM {table}, (SELECT {now} AS now) AS clock WHERE key = :key
) AS found
"""

_GIVE_BACK_EXACT = """
UPDATE {table} SET times = ARRAY(
    SELECT time FROM (
        SELECT time, row_number() OVER (PARTITION BY time) AS number FROM unnest(times) AS time
    ) AS numbered
    WHERE NOT (time = :at AND number <= :cost) ORDER BY time
)
WHERE key = :key
"""

_PRUNE = """
DELETE FROM {table} WHERE key IN (
    SELECT key FROM {table} WHERE whole_at < {now} LIMIT 1000 FOR UPDATE SKIP LOCKED
)
"""


class Statements:
    """The statements for a table in one schema.

    Args:
        schema: The schema's name.
    """

    def __init__(self, schema: str) -> None:
        quoted = '"' + schema.replace('"', '""') + '"'
        table = f"{quoted}.limits"
        self.creation: list[TextClause] = [
            # Two processes that start together: CREATE ... IF NOT EXISTS fails for one of them.
            text("SELECT pg_advisory_xact_lock(hashtext('ftf.http.limits'))"),
            text(f"CREATE SCHEMA IF NOT EXISTS {quoted}"),
            text(
                f"CREATE UNLOGGED TABLE IF NOT EXISTS {table} "
                "(key text PRIMARY KEY, whole_at bigint NOT NULL, times bigint[])"
            ),
        ]
        self.prune: TextClause = _statement(_PRUNE, table)
        self._take = _statement(_TAKE_GCRA, table), _statement(_TAKE_EXACT, table)
        self._look = _statement(_LOOK_GCRA, table), _statement(_LOOK_EXACT, table)
        self._give_back = _statement(_GIVE_BACK_GCRA, table), _statement(_GIVE_BACK_EXACT, table)

    def take(self, limit: Limit) -> TextClause:
        """Return the statement that takes, and returns a row if that is allowed."""
        return self._take[limit.is_exact]

    def look(self, limit: Limit) -> TextClause:
        """Return the statement that returns the row of a quota that is used up."""
        return self._look[limit.is_exact]

    def give_back(self, limit: Limit) -> TextClause:
        """Return the statement that gives back."""
        return self._give_back[limit.is_exact]


def _statement(template: str, table: str) -> TextClause:
    """Return a statement whose numbers are bigint; a driver would guess the type of each."""
    statement = template.format(table=table, now=_NOW, step=_STEP)
    names = {*_NUMBERS.findall(statement)}
    return text(statement).bindparams(*(bindparam(name, type_=BigInteger) for name in names))
