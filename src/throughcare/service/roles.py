"""Roles and what each may do: a table that a manager can read. Least privilege; nothing is implied.

Source of the roles: the role table of HMPPS services and of this project's research (section D1), 2026.
"""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """One thing that a person at a screen may do."""

    PERSON_VIEW = "person_view"
    PERSON_EDIT = "person_edit"
    ORDER_VIEW = "order_view"
    ORDER_DRAFT = "order_draft"
    ORDER_SIGN = "order_sign"
    INSTALLATION_VIEW = "installation_view"
    INSTALLATION_WORK = "installation_work"
    LOCATION_VIEW = "location_view"
    INCIDENT_VIEW = "incident_view"
    INCIDENT_WORK = "incident_work"
    DECISION_PROPOSE = "decision_propose"
    DECISION_SIGN = "decision_sign"
    RISK_VIEW = "risk_view"
    RISK_ASSESS = "risk_assess"
    RISK_COUNTERSIGN = "risk_countersign"
    RISK_MONITOR = "risk_monitor"
    WORKLOAD_VIEW = "workload_view"
    EQUALITY_REPORT = "equality_report"
    LIMITED_ACCESS_MANAGE = "limited_access_manage"
    BREAK_GLASS_USE = "break_glass_use"
    BREAK_GLASS_REVIEW = "break_glass_review"
    AUDIT_VIEW = "audit_view"
    SUBJECT_ACCESS = "subject_access"
    RETENTION_MANAGE = "retention_manage"
    ACCOUNT_MANAGE = "account_manage"
    DEVICE_MANAGE = "device_manage"
    API_KEY_MANAGE = "api_key_manage"
    OPERATIONS_VIEW = "operations_view"
    PROTECTED_MANAGE = "protected_manage"


class Scope(StrEnum):
    """Whose records a role reaches, before limited access takes some away."""

    TEAM = "team"  # people assigned to one of the viewer's teams
    MONITORED = "monitored"  # everybody with an order
    INSTALLATION = "installation"  # everybody whose equipment is to be fitted, visited or removed
    EVERYBODY = "everybody"  # a subject access request can come from anyone
    NOBODY = "nobody"


class Role(StrEnum):
    """What a member of staff is here to do."""

    PRACTITIONER = "practitioner"
    SENIOR = "senior"
    MONITORING_OFFICER = "monitoring_officer"
    FIELD_OFFICER = "field_officer"
    ANALYST = "analyst"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    VICTIM_OFFICER = "victim_officer"


ROLE_WORDS = {
    Role.PRACTITIONER: "Probation practitioner",
    Role.SENIOR: "Senior probation officer",
    Role.MONITORING_OFFICER: "Monitoring centre officer",
    Role.FIELD_OFFICER: "Field monitoring officer",
    Role.ANALYST: "Analyst",
    Role.AUDITOR: "Auditor",
    Role.ADMINISTRATOR: "Service administrator",
    Role.VICTIM_OFFICER: "Victim liaison officer",
}

_P = Permission
_CASE_WORK = frozenset(
    {
        _P.PERSON_VIEW,
        _P.PERSON_EDIT,
        _P.ORDER_VIEW,
        _P.ORDER_DRAFT,
        _P.INSTALLATION_VIEW,
        _P.LOCATION_VIEW,
        _P.INCIDENT_VIEW,
        _P.INCIDENT_WORK,
        _P.DECISION_PROPOSE,
        _P.RISK_VIEW,
        _P.RISK_ASSESS,
        _P.BREAK_GLASS_USE,
    }
)

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.PRACTITIONER: _CASE_WORK,
    Role.SENIOR: _CASE_WORK
    | {
        _P.ORDER_SIGN,
        _P.DECISION_SIGN,
        _P.RISK_COUNTERSIGN,
        _P.RISK_MONITOR,
        _P.WORKLOAD_VIEW,
        _P.LIMITED_ACCESS_MANAGE,
        _P.BREAK_GLASS_REVIEW,
    },
    Role.MONITORING_OFFICER: frozenset(
        {
            _P.PERSON_VIEW,
            _P.ORDER_VIEW,
            _P.INSTALLATION_VIEW,
            _P.LOCATION_VIEW,
            _P.INCIDENT_VIEW,
            _P.INCIDENT_WORK,
            _P.WORKLOAD_VIEW,
            _P.BREAK_GLASS_USE,
        }
    ),
    Role.FIELD_OFFICER: frozenset({_P.PERSON_VIEW, _P.INSTALLATION_VIEW, _P.INSTALLATION_WORK}),
    Role.ANALYST: frozenset({_P.WORKLOAD_VIEW, _P.EQUALITY_REPORT, _P.RISK_MONITOR}),
    Role.AUDITOR: frozenset({_P.AUDIT_VIEW, _P.SUBJECT_ACCESS, _P.RETENTION_MANAGE}),
    Role.ADMINISTRATOR: frozenset(
        {_P.ACCOUNT_MANAGE, _P.DEVICE_MANAGE, _P.API_KEY_MANAGE, _P.OPERATIONS_VIEW}
    ),
    Role.VICTIM_OFFICER: frozenset({_P.PROTECTED_MANAGE}),  # and nothing of anybody who is kept away
}

# Whoever holds one of these holds no other: who protects somebody sees nothing of whom they are protected from.
PROTECTED_SIDE = frozenset({Role.VICTIM_OFFICER})

SCOPES: dict[Role, Scope] = {
    Role.PRACTITIONER: Scope.TEAM,
    Role.SENIOR: Scope.TEAM,
    Role.MONITORING_OFFICER: Scope.MONITORED,
    Role.FIELD_OFFICER: Scope.INSTALLATION,
    Role.ANALYST: Scope.NOBODY,
    Role.AUDITOR: Scope.EVERYBODY,
    Role.ADMINISTRATOR: Scope.NOBODY,
    Role.VICTIM_OFFICER: Scope.NOBODY,
}
