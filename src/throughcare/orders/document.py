"""Orders as JSON text, in and out: good orders are kept, bad ones refused with every fault at its field.

A document is ``{"orders": [...]}``, a bare list, or one order. Versions of an order share their ``order_id``.
Nothing is guessed: an unknown field, a number where text belongs, a field given twice and NaN are refused.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NoReturn

from pydantic import ValidationError

from throughcare.kernel.errors import RefusedInput
from throughcare.orders.history import OrderHistory, history_of
from throughcare.orders.model import Order
from throughcare.orders.problem import Path, Problem, Problems, join_path
from throughcare.orders.wording import found_words, worded_problem


@dataclass(frozen=True, slots=True)
class LoadedOrders:
    """What a document held: the orders that are whole, by ``order_id``, and why the others were refused."""

    histories: tuple[OrderHistory, ...]
    refusals: tuple[RefusedInput, ...]


def load_orders(text: str, *, where: str) -> LoadedOrders:
    """Return the orders of a JSON document; a bad order never costs a good one.

    An order one of whose versions is refused is held back whole: what is in force cannot be told without it.

    Parameters
    ----------
    text : str
        JSON (RFC 8259); a byte order mark at its start is ignored.
    where : str
        The name of the file, for the refusals.

    Returns
    -------
    LoadedOrders
        Histories sorted by ``order_id``. ``refusals`` is empty only if the whole document is used.
    """
    try:
        items = _items(_parse(text))
    except Problem as problem:
        return LoadedOrders((), (_refusal(problem, where),))
    refusals: list[RefusedInput] = []
    versions: dict[str, list[Order]] = {}
    spoilt: set[str] = set()
    for path, value in items:
        order, problems = _read(value)
        refusals.extend(_refusal(problem, where, path) for problem in problems)
        if order is None:
            spoilt.add(_stated_id(value))
        else:
            versions.setdefault(order.order_id, []).append(order)
    histories, unordered = _gather(versions, spoilt, where)
    return LoadedOrders(histories, (*refusals, *unordered))


def dump_orders(histories: Iterable[OrderHistory]) -> str:
    """Return histories as a JSON document that :func:`load_orders` reads back to the same histories."""
    orders = [order.as_json() for history in histories for order in history.versions]
    return json.dumps({"orders": orders}, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a document of orders."""
    schema = Order.model_json_schema()
    definitions = schema.pop("$defs")
    orders = {"type": "array", "items": {"$ref": "#/$defs/Order"}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Throughcare orders",
        "description": "One order, a list of orders, or an object with a list of orders. A schema cannot say "
        "everything: `throughcare check-order` also checks overlaps, references and areas.",
        "anyOf": [
            {
                "type": "object",
                "properties": {"orders": orders},
                "required": ["orders"],
                "additionalProperties": False,
            },
            orders,
            {"$ref": "#/$defs/Order"},
        ],
        "$defs": dict(sorted({**definitions, "Order": schema}.items())),
    }


class _Object(dict[str, Any]):
    """A JSON object that remembers which of its names were given twice."""

    repeated: tuple[str, ...] = ()


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    made = _Object(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        made.repeated = tuple(sorted({name for name in names if names.count(name) > 1}))
    return made


def _parse(text: str) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_object, parse_constant=_no_constant)
    except Problem:
        raise
    except json.JSONDecodeError as error:
        raise Problem(
            expected="JSON",
            found=f"a fault at line {error.lineno} column {error.colno}: {error.msg}",
            action="Correct that line; a JSON editor shows the place.",
        ) from None
    except RecursionError:
        raise Problem(
            expected="JSON of an order, which is at most ten levels deep",
            found="too many brackets inside each other",
            action="Check that the file is one of orders.",
        ) from None
    except ValueError as error:  # a number of more than 4,300 digits
        raise Problem(expected="JSON numbers", found=str(error), action="Shorten the number.") from None


def _no_constant(name: str) -> NoReturn:
    raise Problem(expected="JSON numbers", found=name, action="Leave the field out where there is no number.")


def _items(document: object) -> list[tuple[Path, object]]:
    if isinstance(document, dict) and "orders" in document:
        others = sorted(set(document) - {"orders"})
        if others or not isinstance(document["orders"], list):
            raise Problem(
                expected='an object with the one field "orders", which is a list',
                found=f"the fields {', '.join(sorted(document))}; orders is {found_words(document['orders'])}",
                action="Remove the other fields, and put the orders in [ ].",
            )
        return [(("orders", number), value) for number, value in enumerate(document["orders"])]
    if isinstance(document, list):
        return [((number,), value) for number, value in enumerate(document)]
    return [((), document)]


def _read(value: object) -> tuple[Order | None, list[Problem]]:
    """Return the order, or every problem that a first look finds; never both."""
    problems = list(_repeats(value))
    try:
        order = Order.model_validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        for item in error.errors(include_url=False):
            if not _follows_from_others(item):
                problems.extend(_problems(item, value))
        return None, problems
    return (None, problems) if problems else (order, [])


def _follows_from_others(error: Mapping[str, Any]) -> bool:
    """Return whether a list is called too short only because items in it are refused for their own faults."""
    return bool(error["type"] == "too_short" and len(error["input"]) >= error["ctx"]["min_length"])


def _repeats(value: object, path: Path = ()) -> Iterator[Problem]:
    if isinstance(value, _Object):
        for name in value.repeated:
            yield Problem(
                expected="each field once",
                found=f"{name!r} given more than once",
                action="Keep one of them.",
                path=(*path, name),
            )
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _repeats(item, (*path, key))


def _problems(error: Mapping[str, Any], value: object) -> Iterator[Problem]:
    path = _real_path(error["loc"], value)
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, Problem | Problems):
        for problem in cause.problems if isinstance(cause, Problems) else (cause,):
            yield Problem(
                expected=problem.expected,
                found=problem.found,
                action=problem.action,
                path=(*path, *problem.path),
            )
    elif error["type"] == "extra_forbidden":
        yield _unknown_field(path)
    else:
        yield worded_problem(error, path)


def _unknown_field(path: Path) -> Problem:
    name = str(path[-1])
    near = difflib.get_close_matches(name, _field_names(), n=1)
    return Problem(
        expected="only fields that the format has",
        found=f"the unknown field {name!r}",
        action=f"Correct its name (did you mean {near[0]!r}?), or remove it." if near else "Remove it.",
        path=path,
    )


@cache
def _field_names() -> tuple[str, ...]:
    return tuple(
        sorted({name for part in json_schema()["$defs"].values() for name in part.get("properties", ())})
    )


def _real_path(location: Path, value: object) -> Path:
    """Return pydantic's location without the tags that it adds for each kind of condition and area."""
    path: list[str | int] = []
    for part in location:
        if isinstance(value, dict) and part not in value and part in (value.get("kind"), value.get("type")):
            continue
        path.append(part)
        value = _child(value, part)
    return tuple(path)


def _child(value: object, part: str | int) -> object:
    if isinstance(value, dict):
        return value.get(part)
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return value[part]
    return None


def _stated_id(value: object) -> str:
    return str(value.get("order_id", "")) if isinstance(value, dict) else ""


def _gather(
    versions: Mapping[str, list[Order]], spoilt: set[str], where: str
) -> tuple[tuple[OrderHistory, ...], list[RefusedInput]]:
    histories: list[OrderHistory] = []
    refusals: list[RefusedInput] = []
    for order_id, orders in sorted(versions.items()):
        try:
            if order_id in spoilt:
                raise _held_back(order_id, orders)
            histories.append(history_of(orders))
        except RefusedInput as refusal:
            refusals.append(
                RefusedInput(
                    where=f"{where}: order {refusal.where}",
                    expected=refusal.expected,
                    found=refusal.found,
                    action=refusal.action,
                )
            )
    return tuple(histories), refusals


def _held_back(order_id: str, orders: list[Order]) -> RefusedInput:
    numbers = ", ".join(str(order.version) for order in orders)
    return RefusedInput(
        where=order_id,
        expected="every version of the order to be whole",
        found=f"version {numbers} is, but another was refused",
        action="Correct the refused version; until then the whole order is held back.",
    )


def _refusal(problem: Problem, where: str, path: Path = ()) -> RefusedInput:
    field = join_path((*path, *problem.path))
    return RefusedInput(
        where=f"{where}: {field}" if field else where,
        expected=problem.expected,
        found=problem.found,
        action=problem.action,
    )
