"""The reference pages say what the docstrings say, and every public function has its place."""

from __future__ import annotations

from pathlib import Path

from tools.house_rules.tree import Tree, is_public
from tools.reference import LAYERS, markdown, public_name, reference_pages

ROOT = Path(__file__).parents[3]
SAMPLE = '''"""Sample: the one rule.

More about it.
"""

@dataclass
class Gap:
    """A silence."""

    start_us: int
    _hidden: int = 0

    @property
    def seconds(self) -> float:
        """Return its length."""
        return 1.0

    def _secret(self) -> int:
        """Never shown."""
        return 1


def total(gaps: list[Gap], *, at_most_s: float) -> float:
    """Return the sum of :func:`~sample.gaps` in ``seconds``.

    Parameters
    ----------
    gaps : list of Gap
        Any order.

    Raises
    ------
    ValueError
        If one is open.

    Notes
    -----
    Ties count once.
    """
    return 1.0
'''


def sample_page(tmp_path: Path) -> str:
    path = tmp_path / "src" / "throughcare" / "kernel" / "sample.py"
    path.parent.mkdir(parents=True)
    path.write_text(SAMPLE)
    return reference_pages(Tree(tmp_path))["throughcare.kernel.sample.md"]


def test_a_page_shows_signatures_fields_and_the_sections_of_the_docstring(tmp_path):
    page = sample_page(tmp_path)
    assert page.startswith("# throughcare.kernel.sample\n\nSample: the one rule.\n\nMore about it.\n")
    assert "class Gap\n    start_us: int\n```" in page
    assert "### Gap.seconds\n\n```python\n@property\nseconds(self) -> float\n```" in page
    assert "total(gaps: list[Gap], *, at_most_s: float) -> float" in page
    assert "**Parameters**\n\n- `gaps`: list of Gap\n  Any order." in page
    assert "**Raises**\n\n- `ValueError`\n  If one is open." in page
    assert "**Notes**\n\nTies count once." in page


def test_a_page_hides_what_is_private(tmp_path):
    page = sample_page(tmp_path)
    assert "_hidden" not in page
    assert "_secret" not in page


def test_code_and_cross_references_become_backticks():
    assert markdown("See :class:`~a.b.Fixes` and ``x``.") == "See `a.b.Fixes` and `x`."


def test_every_public_function_of_the_package_has_its_heading():
    tree = Tree(ROOT)
    pages = reference_pages(tree)
    for module in tree.modules("src"):
        name = public_name(module.path)
        for node, owner in module.surface() if name else ():
            heading = f"### {owner.name}.{node.name}\n" if owner else f"## {node.name}\n"
            assert heading in pages[f"{name}.md"]


def test_the_index_names_every_page_of_every_layer():
    pages = reference_pages(Tree(ROOT))
    for name in pages:
        parts = name.removesuffix(".md").split(".")
        if len(parts) > 1:
            assert parts[1] in LAYERS
            assert f"]({name})" in pages["index.md"]


def test_a_private_module_gets_no_page():
    assert public_name(Path("src/throughcare/kernel/_bits.py")) is None
    assert public_name(Path("src/throughcare/kernel/__init__.py")) == "throughcare.kernel"
    assert not is_public("_bits")
