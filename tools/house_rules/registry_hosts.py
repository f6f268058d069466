"""No file names the host of a package registry: the client on each machine knows where its packages come from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.house_rules.findings import Finding
from tools.house_rules.tree import Tree

# Joined here, so that this file does not name them either.
_HOSTS = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("crates", "io"),
        ("golang", "org"),
        ("maven", "apache", "org"),
        ("maven", "org"),
        ("deb", "debian", "org"),
        ("security", "debian", "org"),
    )
)
_ANY_HOST = re.compile("|".join(rf"(?<![\w-]){re.escape(host)}\b" for host in _HOSTS))


def check(tree: Tree) -> Iterator[Finding]:
    """Yield every line that names a registry's host."""
    for path in tree.files:
        text = tree.text(path) or ""
        for match in _ANY_HOST.finditer(text):
            yield Finding(
                rule="registry_hosts",
                path=path,
                line=text.count("\n", 0, match.start()) + 1,
                expected="no registry host",
                found=match.group(),
                action="Name the package only; lock files are written without addresses (make lock, .npmrc).",
            )
