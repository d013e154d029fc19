"""Random uses of random graphs, compared to the model of a container in `model/`."""

import asyncio

import pytest
from comparison import Comparison
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from strategies import faulty_graphs, graphs, uses

same_each_time = settings(
    derandomize=True,
    deadline=None,
    max_examples=400,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.mark.slow
@same_each_time
@given(st.data())
def test_a_container_does_what_its_model_does(data):
    graph = data.draw(graphs(), "graph")
    asyncio.run(Comparison(graph).run(data.draw(uses(graph), "uses")))


@pytest.mark.slow
@same_each_time
@given(st.data())
def test_a_container_finds_the_faults_that_its_model_finds(data):
    graph = data.draw(faulty_graphs(), "graph")
    asyncio.run(Comparison(graph).run(data.draw(uses(graph), "uses")))
