"""`ftf schedule list`."""

from datetime import UTC, datetime

from ...cli import Application, Console
from ..schedules._schedule import Schedule


def list_(application: Application, console: Console) -> None:
    """Show the jobs of the schedule, with the time at which each comes next."""
    scheduled = Schedule.of(application.container).all
    now = datetime.now(UTC)
    rows = [
        {
            "name": each.name,
            "job": str(each.job),
            "next": f"{each.times.after(now):%Y-%m-%d %H:%M:%S} UTC",
            "location": each.location,
        }
        for each in scheduled
    ]
    console.document(schedule=rows)
    console.table([row["next"], row["name"], row["job"]] for row in rows)
    if not rows:
        console.line("Nothing is scheduled.")
