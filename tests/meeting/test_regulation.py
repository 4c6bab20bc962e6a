"""docs/regulation.md says what the code does, rule by rule."""

import ast
import re
from dataclasses import fields
from pathlib import Path

from server.meeting.ids import MotionKind
from server.meeting.rules import MotionRule, Regulation

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
    listed = {name: int(value) for name, value in re.findall(r"^\| `([a-z_]+)` \| (\d+) \| .*\|", PAGE, re.MULTILINE)}
    numbers = {each.name: each.default for each in fields(Regulation) if isinstance(each.default, int)}
    assert listed == numbers


def test_the_kinds_of_motion_on_the_page_are_those_in_force() -> None:
    row = r"^\| `([a-z_]+)` \| (more than|at least) \| (\d)/(\d) \| (open|secret) \| ([^;|]+)[;| ]"
    listed = [
        MotionRule(
            MotionKind(kind), int(over), int(under), how == "at least", form == "secret", document=document.strip()
        )
        for kind, how, over, under, form, document in re.findall(row, PAGE, re.MULTILINE)
    ]
    assert tuple(listed) == Regulation().motions


def test_the_score_sheet_on_the_page_is_the_one_in_force() -> None:
    listed = {name: int(points) for name, points in re.findall(r"^\| `([a-z_]+)` \| (\d+) \|$", PAGE, re.MULTILINE)}
    assert listed == {each.id: each.most for each in Regulation().criteria}
    assert sum(listed.values()) == 100
    words = re.findall(r"`([a-z]+)` from (\d+)", PAGE)
    assert [(each.word, str(each.least)) for each in Regulation().grades] == words
