"""Write the JSON Schema of orders: ``python -m tools.order_schema`` after a change to the order's fields."""

from __future__ import annotations

import json
from pathlib import Path

from throughcare.orders.document import json_schema

TARGET = Path(__file__).resolve().parents[1] / "docs" / "schema" / "order.schema.json"


def text() -> str:
    """Return the schema as it is written to the file."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(text(), encoding="utf-8")
    print(TARGET)
