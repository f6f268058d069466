"""Laipac personal locators: $AVRMC sentences with an event letter."""
