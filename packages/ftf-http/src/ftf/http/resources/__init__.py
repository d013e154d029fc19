"""Resources: models as an API of lists and records, with the parts to write one by hand."""

from ._requirements import require

require()

from ._controller import ResourceController  # noqa: E402
from ._from_query import FromQuery  # noqa: E402
from ._missing import MISSING  # noqa: E402
from .answers._marks import Count, Needs, Unnarrowed, When  # noqa: E402
from .answers._projection import AnyPage, Projection  # noqa: E402
from .bodies._checked import Bound, Checked, Unchecked  # noqa: E402  # what it needs is checked first
from .bodies._form import Faults, Form, Validated  # noqa: E402
from .bodies._partial import Partial  # noqa: E402

__all__ = [
    "MISSING",
    "AnyPage",
    "Bound",
    "Checked",
    "Count",
    "Faults",
    "Form",
    "FromQuery",
    "Needs",
    "Partial",
    "Projection",
    "ResourceController",
    "Unchecked",
    "Unnarrowed",
    "Validated",
    "When",
]
