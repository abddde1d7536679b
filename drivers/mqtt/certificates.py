"""What can be wrong with a certificate, ours or the broker's, and with reaching a broker at all, in words."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

from cryptography import x509

from console.domain.problems import Params, Problem
from console.domain.times import SECOND

# What OpenSSL finds in the broker's certificate (x509_vfy.h).
_FOUND = {
    7: "unknown",  # its authority has the name of ours and another key
    9: "not_yet",
    10: "expired",
    18: "unknown",  # it signed itself
    19: "unknown",  # an authority in its chain signed itself and is not ours
    20: "unknown",  # nobody that we know signed it
    62: "host",
    64: "host",
}

# What a broker's alert about our certificate has in its name (RFC 8446, 6.2).
_ALERTS = ("ALERT_CERTIFICATE", "BAD_CERTIFICATE", "UNKNOWN_CA", "ALERT_DECRYPT_ERROR", "ACCESS_DENIED", "CERTIFICATE_REQUIRED")


def own_certificate(context: ssl.SSLContext, cert_file: str, key_file: str, now: int) -> Problem | None:
    """Load our own certificate; what is wrong with it at ``now`` (UTC ns)."""
    about: Params = {"file": cert_file}
    try:
        found = x509.load_pem_x509_certificate(Path(cert_file).read_bytes())
        context.load_cert_chain(cert_file, key_file, password=lambda: b"")
    except (OSError, ValueError):
        return Problem("driver.own_certificate", {**about, "key": key_file})
    if found.not_valid_after_utc.timestamp() * SECOND < now:
        return Problem("driver.own_expired", {**about, "date": found.not_valid_after_utc.date().isoformat()})
    return None


def reason(error: OSError, where: Params, cert_file: str) -> Problem:
    """Why a connection could not be made, or why a secured one ended."""
    if isinstance(error, ssl.SSLCertVerificationError):
        name = _FOUND.get(error.verify_code, "")
        return Problem(f"driver.certificate_{name}" if name else "driver.certificate", {**where, "reason": error.verify_message})
    if isinstance(error, ssl.SSLError):
        said = error.reason or "TLS"
        if any(word in said for word in _ALERTS):
            name = "cert_refused" if cert_file else "cert_missing"
            return Problem(f"driver.{name}", {**where, "reason": said, "file": cert_file})
        return Problem("driver.tls", {**where, "reason": said})
    for kind, name in ((TimeoutError, "connect_timeout"), (ConnectionRefusedError, "refused"), (socket.gaierror, "unknown_host")):
        if isinstance(error, kind):
            return Problem(f"driver.{name}", where)
    return Problem("driver.unreachable", {**where, "reason": error.strerror or str(error)})
