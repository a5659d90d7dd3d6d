"""What there is to see of a trunk, as plain data."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from huntline.calls.trunk_health import HostHealth
from huntline.engine.reason_data import as_data
from huntline.engine.reasons import Cause, Reason, SipAnswer
from huntline.signalling.trunk_line import TrunkLine
from huntline.sip.core.context import host_port
from huntline.sip.core.flow import Flow
from huntline.sip.core.registration import Registration, RegistrationState
from huntline.sip.transport.connection_failures import ConnectionFailure, WhyNoConnection

WHY_NO_CONNECTION = {
    WhyNoConnection.REFUSED: Cause.CONNECTION_REFUSED,
    WhyNoConnection.TIMED_OUT: Cause.CONNECTION_TIMED_OUT,
    WhyNoConnection.CLOSED: Cause.CONNECTION_CLOSED,
    WhyNoConnection.EXPIRED: Cause.CERTIFICATE_EXPIRED,
    WhyNoConnection.NOT_YET_VALID: Cause.CERTIFICATE_NOT_YET_VALID,
    WhyNoConnection.OTHER_NAME: Cause.CERTIFICATE_OF_ANOTHER_NAME,
    WhyNoConnection.UNKNOWN_ISSUER: Cause.CERTIFICATE_OF_UNKNOWN_ISSUER,
    WhyNoConnection.SELF_SIGNED: Cause.CERTIFICATE_SIGNED_BY_ITSELF,
    WhyNoConnection.NOT_TRUSTED: Cause.CERTIFICATE_NOT_TRUSTED,
    WhyNoConnection.OURS_NOT_TRUSTED: Cause.OUR_CERTIFICATE_REFUSED,
    WhyNoConnection.TLS_REFUSED: Cause.TLS_REFUSED,
    WhyNoConnection.NO_TLS: Cause.NO_TLS,
}


NOT_BY_ITSELF = frozenset(
    {
        Cause.TRUNK_REFUSES_US,
        Cause.CERTIFICATE_EXPIRED,
        Cause.CERTIFICATE_NOT_YET_VALID,
        Cause.CERTIFICATE_OF_ANOTHER_NAME,
        Cause.CERTIFICATE_OF_UNKNOWN_ISSUER,
        Cause.CERTIFICATE_SIGNED_BY_ITSELF,
        Cause.CERTIFICATE_NOT_TRUSTED,
        Cause.OUR_CERTIFICATE_REFUSED,
        Cause.TLS_REFUSED,
    }
)
"""What stays wrong with a trunk until somebody does something about it."""
_FORBIDDEN = 403


def why_no_connection(failure: ConnectionFailure | None) -> Reason:
    """Why nobody answers, where no connection says more."""
    return Cause.TRUNK_SILENT if failure is None else WHY_NO_CONNECTION[failure.why]


def state_of(line: TrunkLine, now: float, unix_offset: float, calls: int) -> dict[str, Any]:
    """One trunk: ``state`` is ``off``, ``up``, ``down`` or ``unknown``, ``why`` what is wrong."""
    hosts = [_host(line, flow, now, unix_offset) for flow in line.servers]
    why = _why(line)
    return {
        "name": line.trunk.name,
        "organization_id": line.organization_id,
        "state": _state(line, now),
        "registered_until": _until(line.registration, now, unix_offset),
        "calls": calls,
        "why": None if why is None else as_data(why),
        "hosts": hosts,
    }


def _state(line: TrunkLine, now: float) -> str:
    if not line.trunk.is_enabled:
        return "off"
    if not line.is_found or line.has_refused_us:
        return "down"
    if line.registration is not None and not _is_registered(line.registration, now):
        return "unknown" if line.registration.state is RegistrationState.TRYING else "down"
    known = [line.health.of(flow).is_up for flow in line.servers]
    if any(known) or (line.registration is not None and _is_registered(line.registration, now)):
        return "up"
    return "down" if known and all(each is False for each in known) else "unknown"


def alarm_of(line: TrunkLine) -> Reason | None:
    """What is wrong with a trunk that does not come right by itself; None where nothing is."""
    why = _why(line)
    is_forbidden = isinstance(why, SipAnswer) and why.status == _FORBIDDEN
    return why if why in NOT_BY_ITSELF or is_forbidden else None


def _why(line: TrunkLine) -> Reason | None:
    if not line.trunk.is_enabled:
        return None
    if not line.is_found:
        return Cause.TRUNK_NOT_FOUND
    if line.has_refused_us:
        return Cause.TRUNK_REFUSES_US
    registration = line.registration
    if registration is not None and registration.state is RegistrationState.FAILED:
        if registration.last is not None:
            return SipAnswer(registration.last.status, registration.last.reason)
        flow = None if registration.registrar is None else registration.registrar.flow
        return why_no_connection(line.why_failed(flow))
    failing = (_why_host(line, flow) for flow in line.servers if line.health.of(flow).is_up is False)
    return next(failing, None)


def _why_host(line: TrunkLine, flow: Flow) -> Reason:
    failure = line.health.of(flow).failure
    if failure is None or failure.is_local:
        return why_no_connection(line.why_failed(flow))
    return failure.why


def _host(line: TrunkLine, flow: Flow, now: float, unix_offset: float) -> dict[str, Any]:
    health: HostHealth = line.health.of(flow)
    is_wrong = health.is_up is False or health.away_until > now
    return {
        "address": host_port(flow.remote),
        "transport": str(flow.transport),
        "is_up": health.is_up,
        "away_until": _moment(health.away_until, unix_offset) if health.away_until > now else None,
        "why": as_data(_why_host(line, flow)) if is_wrong else None,
    }


def _is_registered(registration: Registration, now: float) -> bool:
    return registration.state is RegistrationState.REGISTERED and (registration.until or 0) > now


def _until(registration: Registration | None, now: float, unix_offset: float) -> str | None:
    if registration is None or registration.until is None or not _is_registered(registration, now):
        return None
    return _moment(registration.until, unix_offset)


def _moment(moment: float, unix_offset: float) -> str:
    return datetime.fromtimestamp(moment + unix_offset, UTC).isoformat(timespec="seconds")
