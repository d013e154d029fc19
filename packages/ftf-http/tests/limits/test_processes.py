"""Two processes that count in one store."""

import pytest
import taking_process
from process_pairs import outputs_at_once


@pytest.mark.slow
def test_edge_s72_two_processes_with_a_hundred_hits_each_let_ten_through(
    request, redis_server, postgres_url
):
    servers = f"redis={redis_server.url}", f"postgres={postgres_url}"
    outputs = outputs_at_once(taking_process, request.node.nodeid, *servers)
    counts = [map(int, each.split()) for each in outputs]
    assert [sum(each) for each in zip(*counts, strict=True)] == [10] * 4
