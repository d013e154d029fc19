"""Jobs by the brokers of taskiq: Redis, RabbitMQ, NATS."""

try:
    from ._transport import BrokerOf, TaskiqTransport
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"Jobs by brokers need {error.name}: pip install 'ftf-container[redis]', or the extra "
        "`rabbitmq` or `nats`"
    ) from error

from ._jobs import TaskiqJobs

__all__ = ["BrokerOf", "TaskiqJobs", "TaskiqTransport"]
