"""The house rules as code: one rule a file, each saying what it expects, what it found and what to do.

To add a rule: write ``<rule>.py`` with the policy as its docstring and ``check(tree)`` yielding findings, name it in
``RULES`` in ``run.py``, and show in ``tests/unit/tools/test_house_rules.py`` a bad sample that it fires on and a
good one that it leaves alone.

What another tool already enforces is no rule here: docstrings, naming, broad excepts, the clock and randomness
(ruff), types (mypy), layers and cycles (import-linter).
"""
