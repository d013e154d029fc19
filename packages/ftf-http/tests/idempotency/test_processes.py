"""Two processes that are sent one request many times."""

from ast import literal_eval

import ordering
import pytest
from process_pairs import outputs_at_once


@pytest.mark.slow
async def test_resource_81_of_requests_to_two_processes_one_is_executed(shop, database_url):
    outputs = outputs_at_once(ordering, database_url)
    assert list(map(literal_eval, outputs)) == [{201: 15}, {201: 15}]
    assert await shop.stored() == 1
