"""The self-made CA: remote consoles trust this estate's collector and nobody else.

:func:`make_certificates` writes ``ca.pem`` (to be copied to every remote desk), ``ca.key`` (to be kept apart), ``server.pem``
and ``server.key``. A CA that is already in the folder is kept, so that renewing the server's certificate needs no new visit to
the desks.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from console.domain.problems import Refused

CA_DAYS = 3650
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")  # the console beside the collector uses the same port
SERVER_DAYS = 825  # the longest that common TLS libraries accept for a server
ALREADY = timedelta(days=1)  # valid since yesterday: desks' clocks differ


@dataclass(frozen=True, slots=True)
class Certificates:
    """Where everything lies."""

    ca: Path
    certificate: Path
    key: Path


def make_certificates(folder: Path, names: Sequence[str]) -> Certificates:
    """A server certificate for ``names`` (host names and addresses) and this machine itself, signed by the folder's own CA."""
    names = tuple(dict.fromkeys((*names, *THIS_MACHINE)))
    made = Certificates(folder / "ca.pem", folder / "server.pem", folder / "server.key")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        _write_secret(made.key, _pem(key))
        begin = _written(made.key) - ALREADY
        ca, ca_key = _authority(folder, begin)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(_name(names[0]))
            .issuer_name(ca.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(begin + timedelta(days=SERVER_DAYS))
            .add_extension(x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
            .sign(ca_key, hashes.SHA256())
        )
        made.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    except OSError as error:
        raise Refused("link.certificate_folder", folder=str(folder), detail=error.strerror or str(error)) from error
    return made


def _authority(folder: Path, begin: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """The folder's CA, made on the first call."""
    certificate_file, key_file = folder / "ca.pem", folder / "ca.key"
    if certificate_file.exists() and key_file.exists():
        loaded = serialization.load_pem_private_key(key_file.read_bytes(), None)
        if not isinstance(loaded, ec.EllipticCurvePrivateKey):
            raise Refused("link.certificate_folder", folder=str(folder), detail="ca.key")
        return x509.load_pem_x509_certificate(certificate_file.read_bytes()), loaded
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Building Console CA")
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=CA_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=False,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=True,
                crl_sign=True,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write_secret(key_file, _pem(key))
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return certificate, key


def _written(file: Path) -> datetime:
    """When a file was written: certificates are made for real desks, so the computer's date counts, not a collector's clock."""
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common[:64])])


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _write_secret(file: Path, data: bytes) -> None:
    file.unlink(missing_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
