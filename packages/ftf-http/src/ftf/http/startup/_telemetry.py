"""The global providers of OpenTelemetry, by which FastAPI records requests."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Final

type Providers = tuple[object, ...]

_GLOBALS: Final = ("_TRACER_PROVIDER", "_METER_PROVIDER", "_LOGGER_PROVIDER")


def _reading() -> Callable[[], Providers]:
    """Return a function that returns the global providers."""
    if find_spec("fastapi.telemetry") is None:  # pragma: no cover  # older FastAPI records nothing
        return lambda: ()
    from opentelemetry import _logs, metrics, trace  # noqa: PLC0415, PLC2701  # FastAPI has it

    # Each function looks into the environment, as long as there is no provider. Where the
    # variables behind them are not found, the functions are called.
    places = [trace, getattr(metrics, "_internal", None), getattr(_logs, "_internal", None)]
    if not all(map(hasattr, places, _GLOBALS)):  # pragma: no cover  # other versions
        return lambda: (
            trace.get_tracer_provider(),
            metrics.get_meter_provider(),
            _logs.get_logger_provider(),
        )
    of_traces, of_metrics, of_logs = map(vars, places)
    tracer, meter, logger = _GLOBALS
    return lambda: (of_traces[tracer], of_metrics[meter], of_logs[logger])


global_providers: Final = _reading()
