"""Jobs by the brokers of taskiq: Redis, RabbitMQ, NATS."""

try:
    from ._transport import BrokerOf, TaskiqTransport
except ModuleNotFoundError as _error:
    raise ModuleNotFoundError(
        f"Jobs by brokers need {_error.name}: pip install 'ftf-container[redis]', or the extra "
        "`rabbitmq` or `nats`"
    ) from _error

from ._jobs import TaskiqJobs

__all__ = ["BrokerOf", "TaskiqJobs", "TaskiqTransport"]
