"""The libraries that are compared, each used as its documentation recommends."""

import sys
from importlib import import_module
from importlib.util import find_spec

from . import by_hand, ftf
from .contender import Contender

__all__ = ["Contender", "installed"]

PEERS = ["aioinject", "dishka", "modern_di", "svcs", "that_depends", "wireup"]


def installed() -> list[Contender]:
    """Find the contenders, hand-written code first; name those not installed on stderr."""
    found = [*by_hand.CONTENDERS, *ftf.CONTENDERS]
    for peer in PEERS:
        if find_spec(peer) is None:
            print(f"{peer}: skipped, because it is not installed", file=sys.stderr)
        else:
            found += import_module(f".{peer}", __name__).CONTENDERS
    return found
