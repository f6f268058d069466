"""The field's words for orders, organisations and conditions.

Source: the enumerations of HMPPS "Create an electronic monitoring order" (MIT, Crown copyright), read 2026-08;
words only.
"""

from __future__ import annotations

from enum import StrEnum


class OrderType(StrEnum):
    """Which kind of order carries the monitoring."""

    CIVIL = "civil"
    COMMUNITY = "community"
    IMMIGRATION = "immigration"
    POST_RELEASE = "post_release"
    PRE_TRIAL = "pre_trial"
    SPECIAL = "special"
    BAIL = "bail"


class LegalBasis(StrEnum):
    """The legal basis of the monitoring (CEMO: monitoring condition type)."""

    COMMUNITY_ORDER_REQUIREMENT = "community_order_requirement"
    LICENCE_CONDITION = "licence_condition"
    POST_SENTENCE_SUPERVISION = "post_sentence_supervision"
    BAIL_ORDER = "bail_order"


class SentenceType(StrEnum):
    """The sentence or bail type."""

    EXTENDED_DETERMINATE = "extended_determinate"
    IPP = "ipp"
    LIFE = "life"
    SOPC = "sopc"
    EPP = "epp"
    SECTION_85_EXTENDED = "section_85_extended"
    STANDARD_DETERMINATE = "standard_determinate"
    DTO = "dto"
    SECTION_91 = "section_91"
    COMMUNITY = "community"
    COMMUNITY_YRO = "community_yro"
    COMMUNITY_SDO = "community_sdo"
    SUSPENDED_SENTENCE = "suspended_sentence"
    BAIL = "bail"
    BAIL_SUPERVISION_SUPPORT = "bail_supervision_support"
    BAIL_RLAA = "bail_rlaa"


class NotifyingOrganisation(StrEnum):
    """Who sent the order."""

    CIVIL_COUNTY_COURT = "civil_county_court"
    CROWN_COURT = "crown_court"
    MAGISTRATES_COURT = "magistrates_court"
    MILITARY_COURT = "military_court"
    FAMILY_COURT = "family_court"
    YOUTH_COURT = "youth_court"
    SCOTTISH_COURT = "scottish_court"
    PRISON = "prison"
    YOUTH_CUSTODY_SERVICE = "youth_custody_service"
    PROBATION = "probation"
    HOME_OFFICE = "home_office"


class ResponsibleOrganisation(StrEnum):
    """Who is answerable for the person while the order runs."""

    YJS = "yjs"
    YCS = "ycs"
    PROBATION = "probation"
    FIELD_MONITORING_SERVICE = "field_monitoring_service"
    HOME_OFFICE = "home_office"
    POLICE = "police"


class ConditionKind(StrEnum):
    """The kinds of monitored condition."""

    CURFEW = "curfew"
    EXCLUSION_ZONE = "exclusion_zone"
    INCLUSION_ZONE = "inclusion_zone"
    RESTRICTION_ZONE = "restriction_zone"
    TRAIL = "trail"
    ATTENDANCE = "attendance"
    ALCOHOL = "alcohol"
    VICTIM_PROXIMITY = "victim_proximity"


class Weekday(StrEnum):
    """Day of the week; the order of the members is ISO (Monday first)."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def iso(self) -> int:
        """ISO weekday number, Monday 1."""
        return list(Weekday).index(self) + 1


class VariationType(StrEnum):
    """Why a version differs from the one before."""

    CHANGE_TO_ADDRESS = "change_to_address"
    CHANGE_TO_PERSONAL_DETAILS = "change_to_personal_details"
    CHANGE_TO_ADD_AN_EXCLUSION_ZONE = "change_to_add_an_exclusion_zone"
    CHANGE_TO_AN_EXISTING_EXCLUSION = "change_to_an_existing_exclusion"
    CHANGE_TO_CURFEW_HOURS = "change_to_curfew_hours"
    ORDER_SUSPENSION = "order_suspension"
    CHANGE_TO_DEVICE_TYPE = "change_to_device_type"
    CHANGE_TO_ENFORCEABLE_CONDITION = "change_to_enforceable_condition"
    REVOCATION = "revocation"
    END_MONITORING = "end_monitoring"
    ADMIN_ERROR = "admin_error"
    OTHER = "other"


class ExcuseReason(StrEnum):
    """Reasons the field accepts for an absence (EMDI reasonable-excuse texts, 2026)."""

    MEDICAL = "medical"
    WEDDING_OR_FUNERAL = "wedding_or_funeral"
    WORK_AT_SHORT_NOTICE = "work_at_short_notice"
    COURT_OR_APPOINTMENT = "court_or_appointment"
    EMERGENCY = "emergency"
    OTHER = "other"
