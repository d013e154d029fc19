"""The transactions that note what became of claimed jobs."""

from collections import Counter
from collections.abc import Sequence
from traceback import format_exception, format_exception_only
from typing import Final

from sqlalchemy import Connection, Delete, Update
from sqlalchemy.ext.asyncio import AsyncConnection

from ftf.container.jobs import Done, Envelope, Failed, Outcome, Released, Retried, has_ended

from .._rows import insert_jobs, wake_workers
from ..batches._batches import count_ends
from ._statements import DELETE, DELETE_CLAIMS, FAIL, FREE, RETRY

_LONGEST_TEXT: Final = 20_000  # characters of an error and of its traceback


async def note_done(
    connection: AsyncConnection, claims: Sequence[tuple[Envelope, str]]
) -> set[str]:
    """Note that jobs are done, and insert those that follow the ends of batches.

    Args:
        connection: What notes it.
        claims: The jobs, each with the token of its claim.

    Returns:
        The texts of the claims that were still valid.
    """
    found = await connection.run_sync(delete_done, claims)
    ended = Counter(
        job.batch for job, token in claims if job.batch and text_of(job, token) in found
    )
    # In one order: a worker that has locked one row of a batch waits for another.
    for batch, members in sorted(ended.items()):
        following = await count_ends(connection, batch, Done(), members)
        await insert_jobs(connection, following, connection.dialect.name)
    return found


def delete_done(connection: Connection, claims: Sequence[tuple[Envelope, str]]) -> set[str]:
    """Delete jobs that are done. Return the texts of the claims that were still valid."""
    given = {"ids": [job.id for job, _ in claims], "claims": [text_of(*each) for each in claims]}
    return {*connection.execute(DELETE_CLAIMS[connection.dialect.name], given).scalars()}


def text_of(job: Envelope, token: str) -> str:
    """Return the text by which a statement knows a claim."""
    return job.id + token


async def note(
    connection: AsyncConnection, envelope: Envelope, outcome: Outcome, token: str
) -> bool:
    """Note what became of a job, and insert those that follow it.

    Return whether it was still claimed with the token.
    """
    given: dict[str, object] = {"id_": envelope.id, "token_": token}
    statement: Update | Delete = DELETE
    match outcome:
        case Retried(after):
            statement, given["after"] = RETRY, after
        case Released(after):
            statement, given["after"] = FREE, after
        case Failed(error):
            texts = {"error_": "".join(format_exception_only(error)).strip()}
            texts["traceback_"] = "".join(format_exception(error))[-_LONGEST_TEXT:]
            await connection.execute(FAIL, given | {k: _storable(v) for k, v in texts.items()})
    is_noted = bool((await connection.execute(statement, given)).rowcount)
    if is_noted and has_ended(envelope, outcome):
        following = await count_ends(connection, envelope.batch, outcome)
        await insert_jobs(connection, following, connection.dialect.name)
    if is_noted and isinstance(outcome, Done | Failed):
        await insert_jobs(connection, outcome.then, connection.dialect.name)
    if is_noted and outcome == Released():
        await wake_workers(connection, connection.dialect.name)
    return is_noted


def _storable(text: str) -> str:
    """Return a text without what PostgreSQL refuses: NUL and halves of surrogate pairs."""
    return text[:_LONGEST_TEXT].replace("\0", "\\0").encode(errors="backslashreplace").decode()
