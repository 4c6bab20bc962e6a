"""docs/regulation.md says what the code does, rule by rule."""

import ast
import re
from dataclasses import fields
from pathlib import Path

from server.meeting.rules import Regulation

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/regulation.md").read_text(encoding="utf-8")


def test_every_rule_that_can_refuse_somebody_is_on_the_page_and_no_other() -> None:
    raised = set()
    for file in (ROOT / "server/meeting").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refused":
                rule = node.args[0]
                assert isinstance(rule, ast.Constant), f"{file.name}:{node.lineno}: the rule is a plain name"
                raised.add(rule.value)
    section = PAGE.split("## Who may refuse you")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE)) == raised


def test_the_numbers_on_the_page_are_those_in_force() -> None:
    listed = {name: int(value) for name, value in re.findall(r"^\| `([a-z_]+)` \| (\d+) \|", PAGE, re.MULTILINE)}
    assert listed == {each.name: each.default for each in fields(Regulation)}
