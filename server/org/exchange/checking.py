"""From the lines of a file to a plan.  Pure: the register comes in as a State, a plan and its reasons come out.

The key of a unit is its code.  The key of a member is his card number; without one, his cell, name and year of birth.
An empty cell changes nothing, so that a file with few columns never takes anything away.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from .. import changing, registering
from ..intervals import Span, placed
from ..names import fold, tidy
from ..refusal import Refused
from ..registering import Person
from ..tree import CELL, FIRST_DAY, Unit, new_id
from .columns import COLUMNS, KINDS, POSTS, STANDINGS, UNITS, day, word
from .plan import At, Found, Known, PersonStep, Plan, State, UnitStep, Wrong
from .reading import FORMULA, Line, Sheet

Cells = Mapping[str, str]
Key = tuple[str, str, int | None]
WRONG_SHOWN = 500  # after so many the rest is not looked at


def planned(sheets: Sequence[Sheet], state: State, progress: Callable[[], None] = lambda: None) -> Plan:
    """`progress` is called after each line."""
    checker = _Checker(state)
    for sheet in sheets:
        headings = {column.name: column.heading for column in COLUMNS[sheet.table]}
        for line in sheet.lines:
            if len(checker.plan.wrong) < WRONG_SHOWN:
                checker.take(sheet, line, headings)
            progress()
    return checker.plan


class _Checker:
    def __init__(self, state: State) -> None:
        self.state, self.plan = state, Plan(state.version)
        self._by_code = {found.code: found for found in state.units.values() if found.code}
        self._by_name: dict[str, list[Found]] = {}
        for found in state.units.values():
            self._by_name.setdefault(fold(found.unit.name), []).append(found)
        self._cards = {each.person.card_number: each for each in state.people.values() if each.person.card_number}
        self._named: dict[Key, list[Known]] = {}
        for known in state.people.values():
            self._named.setdefault(_key(known.unit_id, known.person), []).append(known)
        self._seen: set[object] = set()
        self._secretaries = dict(state.secretaries)

    def take(self, sheet: Sheet, line: Line, headings: Mapping[str, str]) -> None:
        try:
            for column, cell in line.cells.items():
                if FORMULA in cell:
                    raise At(column, Refused("formula", "The cell holds a formula; only plain words are taken in."))
            (self._unit if sheet.table == UNITS else self._person)(line.cells)
        except At as wrong:
            self._note(sheet, line, headings.get(wrong.column, ""), wrong.refused)
        except Refused as refused:
            self._note(sheet, line, headings.get(_COLUMN_OF.get(refused.rule, ""), ""), refused)

    def _note(self, sheet: Sheet, line: Line, heading: str, refused: Refused) -> None:
        self.plan.wrong.append(Wrong(sheet.name, line.number, heading, refused.why, refused.facts))

    def _once(self, column: str, key: object) -> None:
        if key in self._seen:
            raise At(column, Refused("twice", "This stands in the file twice."))
        self._seen.add(key)

    # -- Units -----------------------------------------------------------------------------------------------------

    def _unit(self, cells: Cells) -> None:
        if not self.state.may_edit_tree:
            raise Refused("tree", "Only the organising department enters units.")
        name, code = tidy(cells.get("name", "")), cells.get("code", "").strip().upper()
        with _column("founded"):
            founded = day(cells.get("founded", ""))
        if founded and not FIRST_DAY <= founded <= self.state.today:
            raise At("founded", Refused("dates", "That day cannot be right."))
        if not changing.CODE.fullmatch(code):
            raise At(
                "code", Refused("code", "A code has up to 32 digits, capital letters, points, strokes and hyphens.")
            )
        if not 2 <= len(name) <= 200:
            raise At("name", Refused("name", "A name has between 2 and 200 characters."))
        self._once("code", ("unit", code))
        old = self._by_code.get(code)
        if old is None:
            self._new_unit(cells, name, code, founded)
        else:
            self._old_unit(cells, old, name, founded)

    def _new_unit(self, cells: Cells, name: str, code: str, founded: date | None) -> None:
        if code in self.state.codes_elsewhere:
            raise At("code", Refused("code", "This code is taken."))
        parent = self._parent(cells)
        with _column("kind"):
            kind = word(cells.get("kind", ""), KINDS) or CELL
            changing.nests(parent.kind, kind)
        new = new_id()
        unit = Unit(new, kind, name, f"{parent.path}{new}/")
        self.plan.units.append(UnitStep(unit, code, founded, None))
        self._by_code[code] = self.state.units[new] = Found(unit, code, founded)
        self._by_name.setdefault(fold(name), []).append(self._by_code[code])

    def _old_unit(self, cells: Cells, old: Found, name: str, founded: date | None) -> None:
        with _column("kind"):
            kind = word(cells.get("kind", ""), KINDS)
        if kind and kind != old.unit.kind:
            raise At("kind", Refused("tree", "The kind of a unit does not change."))
        says = cells.get("parent", "").strip() and old.unit.id != self.state.scope.id
        if says and self._parent(cells).id != old.unit.parent_id:
            raise At("parent", Refused("tree", "The unit stands elsewhere; move it on its page."))
        if (name, founded or old.founded) == (old.unit.name, old.founded):
            self.plan.same += 1
            return
        unit = replace(old.unit, name=name)
        self.plan.units.append(UnitStep(unit, old.code, founded or old.founded, old))

    def _parent(self, cells: Cells) -> Unit:
        code = cells.get("parent", "").strip().upper()
        found = self._by_code.get(code)
        if code and found is None:
            raise At("parent", Refused("tree", "There is no unit “{code}” here, nor in a line above.", code=code[:40]))
        return found.unit if found else self.state.scope

    # -- People ----------------------------------------------------------------------------------------------------

    def _person(self, cells: Cells) -> None:
        cell = self._cell(cells)
        given = self._given(cells)
        old = self._known(cell, given)
        self._once("name", ("person", old.id) if old else ("new", given.card_number or _key(cell.id, given)))
        person = _merged(given, old)
        base, over = self._statuses(cells, old)
        group = self._group(cells, cell, old)
        post, post_since = self._post(cells, cell, old, given)
        step = PersonStep(old.id if old else new_id(), cell.id, person, base, over, group, post, post_since, old)
        if post == "cell_secretary":
            self._secretaries[cell.id] = step.id
        if old and (person, base, over, group, post) == (old.person, None, None, None, ""):
            self.plan.same += 1
        else:
            self.plan.people.append(step)

    def _cell(self, cells: Cells) -> Unit:
        asked = cells.get("unit", "").strip()
        if not asked and self.state.scope.kind == CELL:
            return self.state.scope
        found = self._by_code.get(asked.upper())
        alike = [] if found or not asked else self._by_name.get(fold(asked), [])
        if found is None and len(alike) == 1:
            found = alike[0]
        if found is None:
            raise At("unit", Refused("tree", "There is no cell “{code}” here.", code=asked[:40]))
        if found.unit.kind != CELL:
            raise At("unit", Refused("tree", "“{name}” is no cell.", name=found.unit.name))
        return found.unit

    def _given(self, cells: Cells) -> Person:
        year = cells.get("birth_year", "").strip()
        if year and not (year.isascii() and year.isdecimal() and len(year) == 4):
            raise At("birth_year", Refused("birth_year", "That year of birth cannot be right."))
        words = (cells.get(column, "") for column in ("card_number", "phone", "mail"))
        return registering.fit(Person(cells.get("name", ""), int(year) if year else None, *words), self.state.today)

    def _known(self, cell: Unit, given: Person) -> Known | None:
        """Who this line is about; None = somebody new."""
        if given.card_number:
            if given.card_number in self.state.cards_elsewhere:
                raise At(
                    "card_number",
                    Refused("card", "This card number cannot be used; please ask the organising department."),
                )
            if holder := self._cards.get(given.card_number):
                if holder.unit_id != cell.id:
                    raise At(
                        "unit",
                        Refused(
                            "tree", "The member with this card is registered in another cell; transfer him on his page."
                        ),
                    )
                return holder
        alike = self._named.get(_key(cell.id, given), [])
        alike = [each for each in alike if not (given.card_number and each.person.card_number)]
        if len(alike) > 1:
            raise At(
                "name",
                Refused("name", "Several members of the cell have this name and year of birth; give the card number."),
            )
        return alike[0] if alike else None

    def _statuses(self, cells: Cells, old: Known | None) -> tuple[tuple[Span, ...] | None, tuple[Span, ...] | None]:
        standing, since, until = self._standing(cells)
        base = self._base(cells, old, standing, since, until)
        if base is None and old is None:
            raise At("official", Refused("dates", "A new member needs the day of admission or of recognition."))
        if base is not None and old is not None and _bare(base) == _bare(old.base):
            base = None
        over = self._over(old, standing, since, until) if standing in registering.TRACKS[1] else None
        return base, over

    def _standing(self, cells: Cells) -> tuple[str, date | None, date | None]:
        with _column("standing"):
            standing = word(cells.get("standing", ""), STANDINGS)
        with _column("since"):
            since = day(cells.get("since", ""))
        with _column("until"):
            until = day(cells.get("until", ""))
        if standing not in ("", "official", "probationary") and since is None:
            raise At("since", Refused("dates", "From which day on does this status hold?"))
        if since and until and until <= since:
            raise At("until", Refused("dates", "The last day lies before the first."))
        return standing, since, until

    def _base(
        self, cells: Cells, old: Known | None, standing: str, since: date | None, until: date | None
    ) -> tuple[Span, ...] | None:
        """The statuses of the first track as they would stand; None = the line says nothing of them."""
        with _column("probationary"):
            admitted = self._past(day(cells.get("probationary", "")))
        with _column("official"):
            official = self._past(day(cells.get("official", "")))
        if old and (admitted or official):
            admitted, official = admitted or _since(old, "probationary"), official or _since(old, "official")
        if admitted and official and official <= admitted:
            raise At("official", Refused("dates", "The day of recognition lies before the day of admission."))
        if standing == "temporary_in" and since:
            return (Span(0, "temporary_in", since, until),)
        if standing == "official" and admitted and not official:
            raise At("official", Refused("dates", "An official member needs the day of recognition."))
        if standing == "probationary" and official:
            raise At("standing", Refused("dates", "Who has a day of recognition is no probationary member."))
        spans = [Span(0, "probationary", admitted, official)] if admitted else []
        spans += [Span(0, "official", official)] if official else []
        return tuple(spans) or None

    def _past(self, found: date | None) -> date | None:
        if found and not FIRST_DAY <= found <= self.state.today:
            raise Refused("dates", "That day cannot be right.")
        return found

    def _over(
        self, old: Known | None, standing: str, since: date | None, until: date | None
    ) -> tuple[Span, ...] | None:
        """All statuses of the second track as they would stand; None = as they were."""
        assert since  # _standing saw to it
        before = old.over if old else ()
        new = Span(0, standing, since, until)
        same = [span for span in before if (span.word, span.since) == (standing, since)]
        if same and (same[0].until == until or until is None):
            return None
        with _column("since"):
            others = [span for span in before if span not in same]
            return tuple(placed(others, new).rows(others, new))

    def _group(self, cells: Cells, cell: Unit, old: Known | None) -> str | None:
        name = tidy(cells.get("group", ""))
        if not name:
            return None
        groups = self.state.groups.setdefault(cell.id, {})
        if fold(name) not in groups:
            groups[fold(name)] = new_id()
            self.plan.groups.append((groups[fold(name)], cell.id, name[:200]))
        group = groups[fold(name)]
        return None if old and old.group == group else group

    def _post(self, cells: Cells, cell: Unit, old: Known | None, given: Person) -> tuple[str, date]:
        with _column("post_since"):
            since = self._past(day(cells.get("post_since", ""))) or self.state.today
        with _column("post"):
            post = word(cells.get("post", ""), POSTS)
        if not post or (old and post in old.posts):
            return "", since
        if post not in self.state.grants:
            raise At("post", Refused("post", "This post is entered by the organising department."))
        if post == "cell_secretary" and cell.id in self._secretaries:
            raise At("post", Refused("post", "The cell has a secretary; end his mandate first."))
        return post, since


_COLUMN_OF: Mapping[str, str] = {
    "name": "name",
    "birth_year": "birth_year",
    "card": "card_number",
    "phone": "phone",
    "mail": "mail",
}


@contextmanager
def _column(name: str) -> Iterator[None]:
    """What is refused inside is about this column."""
    try:
        yield
    except Refused as refused:
        raise At(name, refused) from None


def _key(unit_id: str, person: Person) -> Key:
    return unit_id, tidy(person.name).casefold(), person.birth_year


def _merged(given: Person, old: Known | None) -> Person:
    """What the line gives, and where it gives nothing what was kept."""
    if old is None:
        return given
    kept = old.person
    return Person(
        given.name,
        given.birth_year or kept.birth_year,
        given.card_number or kept.card_number,
        given.phone or kept.phone,
        given.mail or kept.mail,
    )


def _since(old: Known, word: str) -> date | None:
    return next((span.since for span in old.base if span.word == word), None)


def _bare(spans: Sequence[Span]) -> list[tuple[date, str, date | None]]:
    return sorted((span.since, span.word, span.until) for span in spans)
