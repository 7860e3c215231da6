"""A certificate of a test's own for 127.0.0.1 and its key, as files in PEM."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
PEM = serialization.Encoding.PEM


def tls_files(folder: Path, *, until: datetime | None = None, key: Key | None = None) -> tuple[Path, Path]:
    """Write both, over those from before: valid `until` then, or for a day; of that key, or of a new one of an elliptic curve."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    files = folder / "cert.pem", folder / "key.pem"
    files[0].write_bytes(certificate(key, until or datetime.now(UTC) + timedelta(days=1)))
    files[1].write_bytes(key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return files


def certificate(key: Key, until: datetime) -> bytes:
    """One that vouches for itself."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(until - timedelta(days=365))
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(PEM)
