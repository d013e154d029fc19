"""What jobs in a database raise.

OrmError
├── JobExists
├── JobTablesMissing
└── NoSuchFailedJob
"""

from ..exceptions import OrmError


class JobTablesMissing(OrmError):
    """The database lacks the tables of jobs, or has those of an older release.

    Args:
        problem: What the database says that it lacks.
    """

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(
            f"The database lacks a table or column of jobs ({problem}): call "
            "`add_job_tables(Base.metadata)` where the models are, then "
            "`alembic revision --autogenerate` and `alembic upgrade head`, which are "
            "`ftf make migration jobs` and `ftf db upgrade` in a project."
        )


class JobExists(OrmError):
    """Another job has the same `unique`, so a failed one cannot be retried.

    Args:
        unique: The text.
        id: The id of the other job, which waits or runs.
    """

    def __init__(self, unique: str, id: str) -> None:  # noqa: A002  # as in the envelope
        self.unique = unique
        self.id = id
        super().__init__(f"The job {id} has unique={unique!r}: retry when it has ended")


class NoSuchFailedJob(OrmError):
    """No failed job has an id: it was retried, forgotten or pruned meanwhile.

    Args:
        id: The id.
    """

    def __init__(self, id: str) -> None:  # noqa: A002  # as in the envelope
        self.id = id
        super().__init__(f"No failed job has the id {id!r}")
