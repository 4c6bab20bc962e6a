"""`python -m server.live.schema`: the JSON schema of the protocol, of which web/src/protocol.ts is made."""

import json
import sys
from types import NoneType, UnionType
from typing import Any, NotRequired, Required, Union, get_args, get_origin, get_type_hints, is_typeddict

from pydantic.json_schema import models_json_schema

from .messages import MESSAGES
from .wire import MODELS, Hello, Offer, Wanted

_WORDS = {str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null"}
Schema = dict[str, Any]


def schema() -> Schema:
    """One object with a property per message; every type has its definition (JSON Schema, draft 2020-12)."""
    models = [(model, "validation") for model in (*MODELS.values(), Hello, Offer, Wanted)]
    _, asked = models_json_schema(models, ref_template="#/$defs/{model}")  # type: ignore[arg-type]
    definitions: Schema = {name: _untitled(each) for name, each in asked["$defs"].items()}
    for message in MESSAGES:
        _define(message, definitions)
    definitions["Command"] = {"oneOf": [{"$ref": f"#/$defs/{name}"} for name in MODELS]}
    names = ["Command", Hello.__name__, Offer.__name__, Wanted.__name__, *(message.__name__ for message in MESSAGES)]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Protocol",
        "type": "object",
        "properties": {name: {"$ref": f"#/$defs/{name}"} for name in names},
        "required": names,
        "additionalProperties": False,
        "$defs": dict(sorted(definitions.items())),
    }


def _untitled(model: Schema) -> Schema:
    """Without a title for every field: each would become a type of its own."""
    own = {name: {k: v for k, v in each.items() if k != "title"} for name, each in model.get("properties", {}).items()}
    return {**model, "properties": own}


def _define(kind: Any, definitions: Schema) -> Schema:
    """The definition of a TypedDict and of those within it; returns the reference to it."""
    reference = {"$ref": f"#/$defs/{kind.__name__}"}
    if kind.__name__ not in definitions:
        made = definitions[kind.__name__] = {"title": kind.__name__, "type": "object"}
        hints = get_type_hints(kind)
        made["properties"] = {name: _of(hint, definitions) for name, hint in hints.items()}
        made["required"] = [name for name in hints if name in kind.__required_keys__]
        made["additionalProperties"] = False
    return reference


def _of(hint: Any, definitions: Schema) -> Schema:
    origin, args = get_origin(hint), get_args(hint)
    if hint is Any:
        return {}
    if origin in (NotRequired, Required):
        return _of(args[0], definitions)
    if is_typeddict(hint):
        return _define(hint, definitions)
    if origin is list:
        return {"type": "array", "items": _of(args[0], definitions)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _of(args[1], definitions)}
    if origin in (Union, UnionType):
        return {"anyOf": [_of(arg, definitions) for arg in args]}
    return {"type": _WORDS[hint]}


if __name__ == "__main__":
    json.dump(schema(), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")
