"""A hundred members in one meeting: the load generator is the test."""

import json

from .house import House


async def test_a_hundred_members_join_and_a_command_reaches_all(house: House) -> None:
    code, said = await house.chibo(
        *("simulate", "--url", house.url, "--prepare", house.database),
        *("--members", "100", "--seconds", "20", "--no-picture"),
        within=300,
    )
    print(said)
    assert code == 0
    figures = json.loads(said.splitlines()[-1])
    assert figures["joined"] == figures["heard"] == 100
    assert figures["errors"] == {}
    assert figures["reached"] > 0
    assert figures["packets_received"] > 0.9 * figures["packets_expected"] > 0
