"""Did it work? From a cohort to a conclusion that can be trusted.

The design is fixed and judged before any outcome is opened; an effect is printed only if the gates that were
declared beforehand are met; and the words are made from the numbers alone.
"""
