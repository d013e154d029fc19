"""Two processes that refresh one token."""

import os
from dataclasses import replace

import pytest
import refreshing_process
from process_pairs import outputs_at_once


@pytest.mark.slow
async def test_edge_s19_two_processes_make_one_increment_and_one_successor(
    world_on, engine, database_url, clock
):
    clock.at = clock.real_now()
    world = await world_on(engine)
    row = await world.login()
    schema = f"auth_{os.getpid()}" if engine.dialect.name == "postgresql" else ""
    outputs = outputs_at_once(
        refreshing_process, database_url, schema, world.tokens.refresh_token(row)
    )
    successor = world.tokens.refresh_token(replace(row, generation=1))
    assert outputs == [successor, successor]
    assert (await world.rows.find(row.id)).generation == 1
