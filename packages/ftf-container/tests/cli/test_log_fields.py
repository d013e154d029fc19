"""The log records of a command name it."""

import json

from ftf.container import Correlation

LOOK = """
    import json
    from ftf.container import Correlation
    from ftf.container.cli import Console
    {imports}

    {define} look(console: Console{services}) -> None:
        console.line(json.dumps(Correlation.of_records.get()()))
"""


def test_logs_62_records_of_a_command_name_it_and_its_run(shop):
    numbers = {"imports": "from shop.main import Numbers", "services": ", numbers: Numbers"}
    for define in ("def", "async def"):
        for needs in ({"imports": "", "services": ""}, numbers):
            shop.command("look", LOOK.format(define=define, **needs))
            found = [json.loads(shop.run("look").stdout) for _ in range(2)]
            assert [each["command"] for each in found] == ["look", "look"]
            assert found[0]["command_id"] != found[1]["command_id"]
            assert Correlation.of_records.get() is None
