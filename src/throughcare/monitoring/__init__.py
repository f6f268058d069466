"""The monitoring engine: from recorded facts to fair, explained incidents.

The one rule: the final incidents are a pure function of the set of facts, the rules and ``now``. The order,
the batching and the number of deliveries of the facts change nothing.
"""
