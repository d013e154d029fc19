"""What clients may ask of a list: filters, an order, includes, a search; their parameters."""

from ._criteria import Criteria
from ._filter import CustomFilter, Filter, Include, Sort
from ._filter_set import FilterSet, Used
from ._limits import Limits
from ._offers import Parameter

__all__ = [
    "Criteria",
    "CustomFilter",
    "Filter",
    "FilterSet",
    "Include",
    "Limits",
    "Parameter",
    "Sort",
    "Used",
]
