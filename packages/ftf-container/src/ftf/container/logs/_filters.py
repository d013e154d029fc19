"""Filters that add to records, and drop none."""

from logging import Filter, LogRecord

from ._context import NO_REQUEST, context_of


class ContextFilter(Filter):
    """Adds the fields of the request, job or command to each record, as attributes.

    It is for handlers of a logging configuration of one's own, whose formats may then name
    `%(request_id)s`, which is empty outside of requests. A handler for queues needs it, too,
    because the record is formatted in another thread.
    """

    def filter(self, record: LogRecord) -> bool:
        """Add the fields; what the record has already is kept."""
        for name, value in {"request_id": NO_REQUEST, **context_of(record)}.items():
            vars(record).setdefault(name, value)
        return True


class AccessFilter(Filter):
    """Removes query strings, which contain tokens, from uvicorn's lines about connections."""

    def filter(self, record: LogRecord) -> bool:
        """Shorten the path, and add what the line consists of as fields."""
        match record.args:
            case (str(client), str(method), str(path), str(version), int(status)):
                path = path.partition("?")[0]
                record.args = (client, method, path, version, status)
                fields = {"client": client, "method": method, "path": path, "status": status}
                vars(record).update(fields)
            case (client, str(path), *rest) if '"WebSocket %s"' in str(record.msg):
                record.args = (client, path.partition("?")[0], *rest)
        return True
