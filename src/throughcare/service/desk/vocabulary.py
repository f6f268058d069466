"""The words of the desk: states, what people record, outcomes. Each is explained in GLOSSARY.md."""

from __future__ import annotations

from enum import StrEnum


class ItemState(StrEnum):
    """Where an item stands."""

    NEW = "new"  # nobody has taken it
    ACKNOWLEDGED = "acknowledged"  # somebody works on it
    ASSESSED = "assessed"  # told to be non-compliance: a decision is needed
    PROPOSED = "proposed"  # a decision waits for its second signer
    CLOSED = "closed"
    MERGED = "merged"  # worked on as part of another item
    SUPPRESSED = "suppressed"  # not put before anybody, for a stated reason


STATE_WORDS = {
    ItemState.NEW: "New",
    ItemState.ACKNOWLEDGED: "Acknowledged",
    ItemState.ASSESSED: "Needs a decision",
    ItemState.PROPOSED: "Waits for a second signature",
    ItemState.CLOSED: "Closed",
    ItemState.MERGED: "Merged",
    ItemState.SUPPRESSED: "Suppressed",
}
OPEN_STATES = (ItemState.NEW, ItemState.ACKNOWLEDGED, ItemState.ASSESSED, ItemState.PROPOSED)
WORKED_STATES = (ItemState.ACKNOWLEDGED, ItemState.ASSESSED)  # taken, and nothing waits for a signature


class Outcome(StrEnum):
    """How an item ended."""

    RETRACTED = "retracted"
    AUTHORISED_ABSENCE = "authorised_absence"
    REASONABLE_EXCUSE = "reasonable_excuse"
    EQUIPMENT_FAULT = "equipment_fault"
    CANNOT_TELL = "cannot_tell"
    DECIDED = "decided"


OUTCOME_WORDS = {
    Outcome.RETRACTED: "Retracted by the engine",
    Outcome.AUTHORISED_ABSENCE: "Authorised absence",
    Outcome.REASONABLE_EXCUSE: "Reasonable excuse accepted",
    Outcome.EQUIPMENT_FAULT: "Fault of the equipment",
    Outcome.CANNOT_TELL: "Cannot tell what happened",
    Outcome.DECIDED: "Decided and signed",
}


class EntryKind(StrEnum):
    """What somebody, or the desk itself, did about an item."""

    TAKEN_IN = "taken_in"
    GREW = "grew"
    MERGED = "merged"
    SEPARATED = "separated"
    SUPPRESSED = "suppressed"
    UNSUPPRESSED = "unsuppressed"
    RETRACTED = "retracted"
    RETOLD = "retold"
    ESCALATED = "escalated"
    ACKNOWLEDGED = "acknowledged"
    CONTACT = "contact"
    NOTE = "note"
    HANDED_OVER = "handed_over"
    ASSESSED = "assessed"
    ABSENCE = "absence"
    EXCUSE = "excuse"
    REOPENED = "reopened"
    PROPOSED = "proposed"
    SIGNED = "signed"
    REFUSED = "refused"
    PACK = "pack"


ENTRY_WORDS = {
    EntryKind.TAKEN_IN: "Put on the desk",
    EntryKind.GREW: "The incident changed",
    EntryKind.MERGED: "Merged",
    EntryKind.SEPARATED: "Taken out of a merged item",
    EntryKind.SUPPRESSED: "Suppressed",
    EntryKind.UNSUPPRESSED: "Put on the desk after it was suppressed",
    EntryKind.RETRACTED: "Retracted by the engine",
    EntryKind.RETOLD: "Told again by the engine",
    EntryKind.ESCALATED: "A clock ran out",
    EntryKind.ACKNOWLEDGED: "Acknowledged",
    EntryKind.CONTACT: "Contact attempt",
    EntryKind.NOTE: "Note",
    EntryKind.HANDED_OVER: "Handed over",
    EntryKind.ASSESSED: "Assessed",
    EntryKind.ABSENCE: "Authorised absence recorded",
    EntryKind.EXCUSE: "Reasonable excuse recorded",
    EntryKind.REOPENED: "Reopened",
    EntryKind.PROPOSED: "Decision proposed",
    EntryKind.SIGNED: "Decision signed",
    EntryKind.REFUSED: "Decision sent back",
    EntryKind.PACK: "Court pack",
}


class Channel(StrEnum):
    """How somebody tried to reach the person."""

    PHONE = "phone"
    HOME_UNIT_PHONE = "home_unit_phone"
    TEXT = "text"
    TAG_VIBRATION = "tag_vibration"
    VISIT = "visit"
    THIRD_PARTY = "third_party"


CHANNEL_WORDS = {
    Channel.PHONE: "Phone",
    Channel.HOME_UNIT_PHONE: "Phone of the home unit",
    Channel.TEXT: "Text message",
    Channel.TAG_VIBRATION: "Vibration of the tag",
    Channel.VISIT: "Visit",
    Channel.THIRD_PARTY: "Somebody who knows them",
}


class ContactOutcome(StrEnum):
    """What came of the attempt."""

    SPOKE = "spoke"
    NO_ANSWER = "no_answer"
    MESSAGE_LEFT = "message_left"
    WRONG_NUMBER = "wrong_number"
    REFUSED_TO_SPEAK = "refused_to_speak"
    UNSAFE_TO_CALL = "unsafe_to_call"


CONTACT_WORDS = {
    ContactOutcome.SPOKE: "Spoke to them",
    ContactOutcome.NO_ANSWER: "No answer",
    ContactOutcome.MESSAGE_LEFT: "Left a message",
    ContactOutcome.WRONG_NUMBER: "Wrong number",
    ContactOutcome.REFUSED_TO_SPEAK: "They did not want to speak",
    ContactOutcome.UNSAFE_TO_CALL: "Not safe to call now",
}


class Assessment(StrEnum):
    """What somebody made of the incident."""

    NON_COMPLIANCE = "non_compliance"
    EQUIPMENT_FAULT = "equipment_fault"
    CANNOT_TELL = "cannot_tell"


ASSESSMENT_WORDS = {
    Assessment.NON_COMPLIANCE: "Non-compliance: a decision is needed",
    Assessment.EQUIPMENT_FAULT: "A fault of the equipment: close it",
    Assessment.CANNOT_TELL: "Cannot tell what happened: close it",
}


class DecisionOutcome(StrEnum):
    """What may be done about non-compliance, the mildest first."""

    NO_ACTION = "no_action"
    CONVERSATION = "conversation"
    WARNING = "warning"
    FINAL_WARNING = "final_warning"
    REVIEW_ORDER = "review_order"
    RETURN_TO_COURT = "return_to_court"
    RECALL_REFERRAL = "recall_referral"


DECISION_WORDS = {
    DecisionOutcome.NO_ACTION: "No action",
    DecisionOutcome.CONVERSATION: "A conversation about what would help",
    DecisionOutcome.WARNING: "Warning",
    DecisionOutcome.FINAL_WARNING: "Final warning",
    DecisionOutcome.REVIEW_ORDER: "Ask for the order to be reviewed",
    DecisionOutcome.RETURN_TO_COURT: "Return to court",
    DecisionOutcome.RECALL_REFERRAL: "Refer for a decision about recall",
}


class MergeRule(StrEnum):
    """Why an incident is part of another item."""

    SAME_DEMAND = "same_demand"
    SILENCE_AND_BATTERY = "silence_and_battery"
    HOME_UNIT_POWER = "home_unit_power"


MERGE_WORDS = {
    MergeRule.SAME_DEMAND: "The same kind of incident under the same condition, within an hour of each other",
    MergeRule.SILENCE_AND_BATTERY: "The tag fell silent and its battery was low, within an hour of each other",
    MergeRule.HOME_UNIT_POWER: "The home unit fell silent and lost its power, within an hour of each other",
}


class Suppression(StrEnum):
    """Why an incident is not put before anybody."""

    COVERED = "covered"
    SHORT_SILENCE = "short_silence"
    CHARGED_AGAIN = "charged_again"
    POWER_BACK = "power_back"


SUPPRESSION_WORDS = {
    Suppression.COVERED: "An authorised absence, an excuse or a suspension covers all of it",
    Suppression.SHORT_SILENCE: "Heard again within 45 minutes, and nothing points to tampering",
    Suppression.CHARGED_AGAIN: "The battery was charged again within an hour, and did not run empty",
    Suppression.POWER_BACK: "The power of the home unit was back within 15 minutes",
}


class ClockStep(StrEnum):
    """What a clock of an item waits for."""

    ACKNOWLEDGE = "acknowledge"
    CONTACT = "contact"
    SENIOR = "senior"


CLOCK_WORDS = {
    ClockStep.ACKNOWLEDGE: "Acknowledge",
    ClockStep.CONTACT: "First contact attempt",
    ClockStep.SENIOR: "Goes to a senior",
}
