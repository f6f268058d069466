"""Colours. Each says nothing alone: a letter, a pattern, a shape or a word always goes with it."""

from __future__ import annotations

INK = "#0b0c0c"
QUIET = "#505a5f"  # secondary text; 7.0 to 1 on white
LINE = "#b1b4b6"
PAPER = "#ffffff"
MIST = "#f3f2f1"
PALE = "#cfe6d8"  # as the condition asks
LINK = "#1d70b8"
FOCUS = "#ffdd00"

RED = "#b10e1e"
BLUE = "#1d70b8"
GREEN = "#00703c"
PURPLE = "#4c2c92"
ORANGE = "#f47738"
NAVY = "#144e81"
BROWN = "#6f4e00"

# cell of the nights grid: letter -> (background, ink, meaning)
NIGHT_LETTERS: dict[str, tuple[str, str, str]] = {
    "A": (RED, PAPER, "Away from the curfew address in curfew hours"),
    "Z": (PURPLE, PAPER, "Zone: inside an exclusion zone or outside an inclusion zone"),
    "V": (INK, PAPER, "Near the protected person"),
    "S": (NAVY, PAPER, "Strap or case opened, or home unit moved"),
    "L": ("#ffdd9e", INK, "Loss of contact: nothing was heard"),
    "T": (ORANGE, INK, "Appointment missed or late"),
    "D": ("#c2b5e8", INK, "Drinking event, or alcohol sensor covered"),
    "B": ("#bfdbf2", INK, "Battery, power or fault of the equipment"),
    "E": ("#fff7bf", INK, "Away, and excused or authorised for the whole time"),
    "?": ("#dedfe0", INK, "Half or more of the hours asked not known; no incident"),
    "·": ("#e5f3ea", INK, "Monitored; no incident"),
    "-": (PAPER, QUIET, "Nothing asked that night"),
    "": (MIST, QUIET, "Not monitored"),
}
