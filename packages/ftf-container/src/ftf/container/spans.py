"""Spans: the parts of a piece of work that are timed."""

from ._span import SpanListener, listening, span

__all__ = ["SpanListener", "listening", "span"]
