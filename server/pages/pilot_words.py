"""The words of the pilot as people read them."""

from collections.abc import Mapping
from types import MappingProxyType

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "abroad": "Members abroad, outside the missions",
        "offices_in_provinces": "Offices in several provinces",
        "far_work": "Members working far from home",
        "students_summer": "Students in the summer holiday",
        "on_duty": "Armed forces, health staff, rangers on duty",
        "sea_islands": "Seafarers, offshore works, islands",
        "circumstances": "Special circumstances",
    }
)
MODES: Mapping[str, str] = MappingProxyType(
    {"online": "online", "by_groups": "by party groups", "both": "online and by party groups"}
)
FORMS: Mapping[str, str] = MappingProxyType(
    {"in_person": "in the room", "online": "online", "hybrid": "in the room and online", "by_groups": "by party groups"}
)
STATES: Mapping[str, str] = MappingProxyType(
    {
        "none": "no case",
        "draft": "being written",
        "submitted": "submitted",
        "returned": "returned",
        "proposed": "proposed",
        "coming": "decided, coming",
        "in_force": "in force",
        "suspended": "suspended",
        "over": "over",
        "refused": "not approved",
        "withdrawn": "withdrawn",
        "lapsed": "lapsed with the cell",
    }
)
SIGNS: Mapping[str, str] = MappingProxyType(  # state → the kind of its tag
    {"in_force": "good", "returned": "care", "suspended": "wrong", "refused": "wrong", "coming": "good"}
)
CLASSES: Mapping[str, str] = MappingProxyType(
    {
        "special_nature": "special nature",
        "special_circumstances": "special circumstances",
        "large": "large cell",
        "ordinary": "ordinary",
    }
)
STEPS: Mapping[str, str] = MappingProxyType(
    {
        "opened": "The case was opened.",
        "saved": "The case was written.",
        "submitted": "The case was submitted.",
        "withdrawn": "The cell withdrew the case.",
        "returned": "The organising department returned it.",
        "proposed": "The organising department proposed it.",
        "decided": "The committee decided.",
        "refused": "The committee did not approve.",
        "extended": "The decision was extended.",
        "suspended": "The decision was suspended.",
        "resumed": "The decision was resumed.",
        "ended": "The decision was ended.",
        "lapsed": "The case lapsed with the cell.",
    }
)
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "network": "network",
        "devices": "devices and skills",
        "sound": "sound and picture",
        "attendance": "attendance",
        "order": "order of the meeting",
        "secrecy": "secrecy",
        "other": "other",
    }
)
STANDINGS: Mapping[str, str] = MappingProxyType(
    {
        "official": "official",
        "probationary": "probationary",
        "exempt": "exempt",
        "suspended": "suspended",
        "temporary_in": "attends temporarily",
        "temporary_out": "attends elsewhere",
        "transferred": "transferred",
        "": "none",
    }
)
EVERYTHING: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "REASONS": REASONS,
        "MODES": MODES,
        "FORMS": FORMS,
        "STATES": STATES,
        "SIGNS": SIGNS,
        "CLASSES": CLASSES,
        "STEPS": STEPS,
        "KINDS": KINDS,
        "STANDINGS": STANDINGS,
    }
)
