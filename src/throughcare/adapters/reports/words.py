"""Plain words: lengths, clock times in the order's zone, and what an incident says."""

from __future__ import annotations

import datetime as dt

from throughcare.kernel.time import DAY_US, SECOND_US, civil_us, local_datetime, utc_datetime
from throughcare.monitoring.incidents import AlertCode, Cause, Incident, IncidentKind, IncidentStatus

KIND_WORDS: dict[IncidentKind, str] = {
    IncidentKind.CURFEW_ABSENCE: "Away from the curfew address",
    IncidentKind.ZONE_ENTRY: "Inside an exclusion zone",
    IncidentKind.ZONE_BUFFER: "Inside the warning ring of an exclusion zone",
    IncidentKind.ZONE_EXIT: "Outside the zone to stay in",
    IncidentKind.ATTENDANCE_MISSED: "Not seen at an appointment",
    IncidentKind.ATTENDANCE_LATE: "Late for an appointment",
    IncidentKind.LOSS_OF_CONTACT: "Nothing heard from the tag",
    IncidentKind.BATTERY: "Battery of the tag",
    IncidentKind.STRAP_TAMPER: "The tag reported its strap open",
    IncidentKind.CASE_TAMPER: "The tag reported its case open",
    IncidentKind.DEVICE_FAULT: "The tag reported a fault",
    IncidentKind.HOME_UNIT_MOVED: "The home unit reported that it was moved",
    IncidentKind.HOME_UNIT_POWER: "The home unit lost mains power",
    IncidentKind.HOME_UNIT_SILENT: "Nothing heard from the home unit",
    IncidentKind.DRINKING_EVENT: "Alcohol readings above the limit",
    IncidentKind.ALCOHOL_SENSOR_OBSTRUCTED: "The alcohol sensor reported that it was covered",
    IncidentKind.VICTIM_PROXIMITY: "Near the protected person",
    IncidentKind.VICTIM_PROXIMITY_WARNING: "In the warning distance of the protected person",
}

# what a rule infers from positions or readings; the rest the equipment says of itself
INFERRED = frozenset(
    {
        IncidentKind.ZONE_ENTRY,
        IncidentKind.ZONE_BUFFER,
        IncidentKind.ZONE_EXIT,
        IncidentKind.ATTENDANCE_MISSED,
        IncidentKind.ATTENDANCE_LATE,
        IncidentKind.DRINKING_EVENT,
        IncidentKind.VICTIM_PROXIMITY,
        IncidentKind.VICTIM_PROXIMITY_WARNING,
    }
)

CODE_WORDS: dict[AlertCode, str] = {
    AlertCode.HOME_UNIT_POWER_OFF: "power off of monitoring equipment at home",
    AlertCode.HOME_UNIT_MOVED: "movement of home monitoring unit",
    AlertCode.OUT_PAST_COMMENCEMENT: "out past curfew commencement",
    AlertCode.RETURN_HOME_LATE: "return home late",
    AlertCode.LEFT_DURING_CURFEW: "left home during curfew",
    AlertCode.OUT_AT_END: "out at end of curfew",
    AlertCode.OUT_ENTIRE_CURFEW: "out for entire curfew period",
    AlertCode.LOW_BATTERY: "low battery",
    AlertCode.BATTERY_DEAD: "battery dead",
    AlertCode.DEVICE_FAULT: "fault with device",
    AlertCode.EXCLUSION_ZONE_ENTERED: "exclusion zone entered",
    AlertCode.EXCLUSION_BUFFER_ENTERED: "warning ring entered",
    AlertCode.INCLUSION_ZONE_LEFT: "inclusion zone left",
    AlertCode.ATTENDANCE_ABSENT: "appointment missed",
    AlertCode.ATTENDANCE_LATE: "late for appointment",
    AlertCode.LOSS_OF_CONTACT: "loss of contact",
    AlertCode.STRAP_TAMPER: "strap open",
    AlertCode.CASE_TAMPER: "case open",
    AlertCode.HOME_UNIT_SILENT: "home unit silent",
    AlertCode.DRINKING: "drinking event",
    AlertCode.ALCOHOL_OBSTRUCTED: "alcohol sensor covered",
    AlertCode.VICTIM_NEAR: "near protected person",
    AlertCode.VICTIM_WARNING: "warning distance of protected person",
}

CAUSE_WORDS: dict[Cause, str] = {
    Cause.BATTERY: "The last reports point to an empty battery.",
    Cause.CHARGING: "The tag was charging.",
    Cause.INDOORS: "The tag said that it could not find its position, as happens indoors.",
    Cause.COVERAGE: "The reports came late together, as happens without mobile coverage.",
    Cause.TAMPER: "A tamper report came shortly before.",
    Cause.DEVICE_FAULT: "The tag had reported a fault.",
    Cause.UNKNOWN: "The cause of the silence is not known.",
}

SOURCE_WORDS = {
    "gnss": "satellite",
    "wifi": "Wi-Fi",
    "cell": "phone mast",
    "rf": "radio",
    "home_unit": "home unit radio",
    "unknown": "source not said",
}

NOTHING = "\N{EN DASH}"  # an empty cell, so that it is not read as a missing one

NOT_A_FINDING = (
    "This is not a finding of breach. It is a record of what the equipment reported and how one stated rule "
    "reads it. A person decides."
)

LIMITS = (
    "Not known is not absence. Where nothing was heard, the wearer may have been anywhere, home included.",
    "A position is an estimate. A circle of 95 % leaves out about 1 true position in 20 when the tag is honest.",
    "The tag may be wrong about its own accuracy. Then the circle leaves out more.",
    "Where the tag did not say which share of errors its circle holds, the circle is dashed and has no level.",
    "A line between two points joins them in order of time. It is not the route that was taken.",
    "Speed and heading as reported by the tag are not validated. They decide nothing and are not shown as facts.",
    "Wi-Fi and phone-mast positions are coarse. They are shown apart and cannot open an incident alone.",
    "The equipment shows where a tag was. That the tag was on the wearer rests on the strap and case reports.",
    "A probability is what the stated rule makes of the reports. It is not a measurement.",
)


WITHHELD_LIMITS = (
    "No position stands here, of either person: the rule weighed both persons' positions, and those withheld were used.",
    "To run it again takes the positions of both persons, which only the service that watches the distance holds.",
)


def duration(seconds: float) -> str:
    """Return a length in words, such as ``1 h 27 min``; rounded to the minute from ten minutes on."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 600 and whole % 60:
        return f"{whole // 60} min {whole % 60} s"
    minutes = round(whole / 60)
    days, hours, left = minutes // 1440, minutes % 1440 // 60, minutes % 60
    parts = [f"{days} {'day' if days == 1 else 'days'}"] if days else []
    parts += [f"{hours} h"] if hours else []
    parts += [f"{left} min"] if left else []
    return " ".join(parts)


def count(number: int, thing: str) -> str:
    """Return a number of things: ``no gap``, ``1 gap``, ``3 gaps``."""
    return f"no {thing}" if number == 0 else f"{number:,} {thing}{'' if number == 1 else 's'}"


def probability(share: float) -> str:
    """Return a probability to three places; never 0 or 1, which would claim to be certain."""
    if share > 0.999:
        return "> 0.999"
    return "< 0.001" if share < 0.001 else f"{share:.3f}"


def how_sure(incident: Incident) -> str:
    """Return what is known of how often such an incident is true; where nobody compared, no number is said."""
    if incident.kind is IncidentKind.CURFEW_ABSENCE:
        share = min(99, max(1, round(100 * incident.confidence)))
        return f"of 100 absences told on such reports in a test on simulated nights, {share} were true"
    if incident.kind in INFERRED:
        return "not measured: incidents of this kind were never held against a known truth"
    return "the equipment reported it itself"


def clock(t_us: int, zone: str, *, seconds: bool = False) -> str:
    """Return the local clock time; within a day of a clock change the zone's short name follows it."""
    moment = local_datetime(t_us, zone)
    shown = moment.strftime("%H:%M:%S" if seconds else "%H:%M")
    return f"{shown} {moment.tzname()}" if _near_change(t_us, zone) else shown


def stamp(t_us: int, zone: str) -> str:
    """Return a short date and the clock time to the second, such as ``2 Mar 21:04:09``, for tables."""
    local = local_datetime(t_us, zone)
    return f"{local.day} {local:%b} {clock(t_us, zone, seconds=True)}"


def day(t_us: int, zone: str) -> str:
    """Return the local date, such as ``Monday 2 March 2026``."""
    return date_words(local_datetime(t_us, zone).date())


def date_words(date: dt.date) -> str:
    """Return a date in words, the weekday first."""
    return f"{date:%A} {date.day} {date:%B} {date.year}"


def moment(t_us: int, zone: str, *, seconds: bool = False) -> str:
    """Return clock time and date."""
    return f"{clock(t_us, zone, seconds=seconds)} on {day(t_us, zone)}"


def utc_words(t_us: int) -> str:
    """Return a UTC instant to the second, for the record."""
    return utc_datetime(t_us).strftime("%Y-%m-%d %H:%M:%S UTC")


def _near_change(t_us: int, zone: str) -> bool:
    before, after = local_datetime(t_us - DAY_US, zone), local_datetime(t_us + DAY_US, zone)
    return before.utcoffset() != after.utcoffset()


def clock_change_us(start_us: int, stop_us: int, zone: str) -> int | None:
    """Return the instant at which the clocks change within ``[start, stop)``, or None. At most one is found."""
    if local_datetime(start_us, zone).utcoffset() == local_datetime(stop_us, zone).utcoffset():
        return None
    low, high = start_us, stop_us
    first = local_datetime(low, zone).utcoffset()
    while high - low > SECOND_US:
        middle = (low + high) // 2
        low, high = (middle, high) if local_datetime(middle, zone).utcoffset() == first else (low, middle)
    return (high // SECOND_US) * SECOND_US


def noon_us(date: dt.date, zone: str) -> int:
    """Return the instant of local noon: a night runs from noon to noon, so that no night is cut."""
    return civil_us(date, dt.time(12), zone)


def night_of(t_us: int, zone: str) -> dt.date:
    """Return the date on which the night (noon to noon by the clock) of an instant begins."""
    local = local_datetime(t_us, zone)
    return local.date() if local.hour >= 12 else local.date() - dt.timedelta(days=1)


def headline(incident: Incident, zone: str) -> str:
    """Return what happened in one or two plain sentences, with the length and its bounds."""
    begin = f"{KIND_WORDS[incident.kind]} {_span(incident, zone)}"
    return f"{begin}{_length(incident)}."


def _span(incident: Incident, zone: str) -> str:
    start = clock(incident.start_us, zone)
    if incident.end_us is None:
        return f"since {start} on {day(incident.start_us, zone)}; it had not ended when this was written"
    if day(incident.start_us, zone) == day(incident.end_us, zone):
        return f"from {start} to {clock(incident.end_us, zone)} on {day(incident.start_us, zone)}"
    return f"from {start} on {day(incident.start_us, zone)} to {moment(incident.end_us, zone)}"


def _length(incident: Incident) -> str:
    if incident.high_s <= 0:
        return ""
    bounds = f"at least {duration(incident.low_s)}, at most {duration(incident.high_s)}"
    spells = f", in {len(incident.spells)} spells" if len(incident.spells) > 1 else ""
    return f": {duration(incident.best_s)}{spells} ({bounds})"


def code_words(code: AlertCode) -> str:
    """Return the code with its words: ``AL10 left home during curfew``."""
    return f"{code} {CODE_WORDS[code]}"


def status_words(incident: Incident) -> str:
    """Return whether the incident can still grow."""
    return "open: it may still change" if incident.status == IncidentStatus.OPEN else "closed"


def allowance_words(incident: Incident) -> list[str]:
    """Return one sentence an allowance."""
    return [
        f"{item.kind.replace('_', ' ').capitalize()} covers {duration(item.seconds)}: {item.reason}"
        for item in incident.allowed
    ]


def incident_facts(incident: Incident, zone: str) -> list[tuple[str, str]]:
    """Return the particulars of an incident as (label, words)."""
    window = incident.window
    hours = "none" if window is None else f"from {moment(window.start_us, zone)}"
    if window is not None and window.end_us is not None:
        hours += f" to {moment(window.end_us, zone)}"
    return [
        ("Alert code", code_words(incident.code)),
        ("State of the record", status_words(incident)),
        ("Order and version", f"{incident.order_id}, version {incident.order_version}"),
        ("Condition", incident.condition_id or "none: it concerns the equipment"),
        ("Scheduled hours", hours),
        ("Enough evidence from", moment(incident.detected_us, zone)),
        ("How sure", how_sure(incident)),
        ("Adds to the accumulated time", duration(incident.atv_s) if incident.atv_s > 0 else "nothing"),
    ]


def unknowns(incident: Incident) -> list[str]:
    """Return what is not known about an incident, in sentences; never empty, so that no one reads silence as proof."""
    said = []
    if incident.unknown_s > 0:
        said.append(
            f"For {duration(incident.unknown_s)} of the hours asked there was no evidence either way. "
            "Not known is not absence."
        )
    if incident.cause is not None:
        said.append(CAUSE_WORDS[incident.cause])
    if incident.end_us is None:
        said.append("The end is not known: the incident was still open when this was written.")
    if incident.high_s > incident.low_s:
        spread = duration(incident.high_s - incident.low_s)
        said.append(
            f"The length is not known more closely than {spread}: the reports do not show the exact moments."
        )
    return [*said, "Why it happened. The equipment cannot say; ask the wearer."]
