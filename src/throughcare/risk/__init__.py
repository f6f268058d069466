"""Risk assessment: published instruments, reproduced exactly and explained term by term.

An instrument is a pure function from answers to a score with its reasons. It says which answers it used and
where each came from, what it could not know, and when it must not be used. It never decides anything.
"""
