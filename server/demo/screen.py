"""What a simulated member has on his screen: the last view, kept up to date by merge patches.  Pure."""

from typing import Any

Json = dict[str, Any]


def merge(target: object, patch: object) -> object:
    """`target` after the merge patch (RFC 7396 section 2); neither is changed."""
    if not isinstance(patch, dict):
        return patch
    kept = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            kept.pop(name, None)
        else:
            kept[name] = merge(kept.get(name), value)
    return kept


class Screen:
    """`seq` is −1 until the first whole view; `lost` is true while a patch did not fit and the view is awaited."""

    def __init__(self) -> None:
        self.seq = -1
        self.lost = False
        self.epoch = ""
        self.view: Json = {}
        self.mine: Json = {}
        self.slots: dict[str, str] = {}

    def take_view(self, message: Json) -> None:
        self.seq, self.view, self.mine = message["seq"], message["view"], message["mine"]
        self.epoch, self.lost = message["epoch"], False

    def take_patch(self, message: Json) -> bool:
        """False when something is missing in between: ask for the whole view.  What is already known is passed over."""
        if self.lost or message["seq"] <= self.seq:
            return True
        if message["after"] != self.seq:
            self.lost = True
            return False
        merged = merge(self.view, message["patch"])
        self.seq, self.view = message["seq"], merged if isinstance(merged, dict) else {}
        return True

    def take_mine(self, message: Json) -> None:
        self.mine = message["mine"]

    def take_slots(self, message: Json) -> None:
        self.slots = dict(message["slots"])

    def take_epoch(self, message: Json) -> None:
        self.epoch = message["epoch"]

    # -- what habits look at -----------------------------------------------------------------------------------------

    @property
    def me(self) -> str:
        return str(self.mine.get("member", ""))

    @property
    def phase(self) -> str:
        return str(self.view.get("phase", ""))

    @property
    def is_sealed(self) -> bool:
        """Sound and picture are sealed from end to end."""
        return bool(self.view.get("about", {}).get("sealed"))

    @property
    def floor(self) -> str:
        """The member who has the floor, or ""."""
        return str(self.view.get("speaking", {}).get("floor", {}).get("member", ""))

    @property
    def queue(self) -> list[str]:
        return list(self.view.get("speaking", {}).get("queue", ()))

    @property
    def has_floor(self) -> bool:
        return bool(self.me) and self.floor == self.me

    @property
    def is_heard(self) -> bool:
        return self.mine.get("microphone") == "on" and bool(self.mine.get("may_speak"))

    # -- the groups --------------------------------------------------------------------------------------------------

    @property
    def groups(self) -> Json:
        """What is private to me of the groups: where I am, what I lead, what I report."""
        return dict(self.mine.get("groups", {}))

    @property
    def place(self) -> str:
        return str(self.groups.get("place", ""))

    @property
    def sittings(self) -> Json:
        return dict(self.view.get("groups", {}).get("sittings", {}))

    @property
    def apart(self) -> bool:
        return "apart" in self.view.get("groups", {})

    @property
    def moves(self) -> int:
        """How often the cell has split or gathered: even while it sits together."""
        return 2 * len(self.sittings) - self.apart

    def may(self, name: str) -> bool:
        return name in self.mine.get("may", ())
