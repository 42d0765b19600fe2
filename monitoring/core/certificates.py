"""A certificate authority of this installation's own, and the certificate it makes for a server without a public name.

Whoever trusts the authority trusts it for the names it was made for and for private networks, nothing else.
"""

import ipaddress
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from monitoring.core import clock
from monitoring.core.errors import Misconfigured

AUTHORITY_LASTS = timedelta(days=3650)
SERVER_LASTS = timedelta(days=397)
"""Browsers refuse longer ones."""
RENEWED_BEFORE = timedelta(days=60)
CLOCKS_DIFFER = timedelta(days=1)
PRIVATE_NETWORKS = ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7", "fe80::/10")
AUTHORITY_TITLE, SERVER_TITLE = "Detention Monitoring, local authority", "Detention Monitoring, server"


@dataclass(frozen=True)
class Names:
    """What a server is called: those it always has, and those that somebody asked for."""

    usual: Sequence[str]
    wanted: Sequence[str]


@dataclass(frozen=True)
class Certificates:
    """Where the files lie, and until when the server's certificate is good."""

    folder: Path

    @property
    def authority(self) -> Path:
        """What a tablet is to trust."""
        return self.folder / "authority.crt"

    @property
    def authority_key(self) -> Path:
        """Who has this can make certificates that those tablets trust."""
        return self.folder / "authority_key.pem"

    @property
    def server(self) -> Path:
        """The server's certificate."""
        return self.folder / "server.crt"

    @property
    def server_key(self) -> Path:
        """The server's private key."""
        return self.folder / "server_key.pem"


def prepare(files: Certificates, names: Names) -> None:
    """Make what is missing and renew what ends soon. Raises Misconfigured for names that the authority may not speak for."""
    if not files.authority.exists() or not files.authority_key.exists():
        _make_authority(files, names)
    authority = read(files.authority)
    allowed = [name for name in names.usual if _allows(authority, name)]
    for name in names.wanted:
        if not _allows(authority, name):
            raise Misconfigured(
                f"The certificate authority in {files.folder} was not made for {name}. To have one that is, move authority.crt "
                "and authority_key.pem aside and start again; every tablet has to trust the new one."
            )
    called = list(dict.fromkeys([*allowed, *names.wanted]))
    if not _is_good(files, authority, called):
        _make_server(files, authority, called)


def read(path: Path) -> x509.Certificate:
    """A certificate. Raises Misconfigured."""
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except ValueError as error:
        raise Misconfigured(f"{path} is damaged. Move it aside; a new one is made at the next start.") from error


def fingerprint(certificate: x509.Certificate) -> str:
    """Its SHA-256, as people compare it."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def ends_at(path: Path) -> datetime:
    """Until when a certificate is good."""
    return read(path).not_valid_after_utc


def general_name(name: str) -> x509.GeneralName:
    """An address or a name as certificates hold it. Raises Misconfigured."""
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        pass
    try:
        return x509.DNSName(name.encode("idna").decode().lower())
    except UnicodeError as error:
        raise Misconfigured(f"'{name}' is not the name of a computer.") from error


def _allows(authority: x509.Certificate, name: str) -> bool:
    limits = authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    asked = general_name(name)
    if isinstance(asked, x509.IPAddress):
        return any(ipaddress.ip_address(name) in _network(limit) for limit in limits if isinstance(limit, x509.IPAddress))
    return any(f".{asked.value}".endswith(f".{limit.value}") for limit in limits if isinstance(limit, x509.DNSName))


def _network(limit: x509.IPAddress) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(limit.value)


def _make_authority(files: Certificates, names: Names) -> None:
    key, now = ec.generate_private_key(ec.SECP256R1()), clock.now()
    title = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, AUTHORITY_TITLE)])
    made = (
        x509.CertificateBuilder()
        .subject_name(title)
        .issuer_name(title)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCKS_DIFFER)
        .not_valid_after(now + AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints(list(_limits(names)), None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write_key(files.authority_key, key)
    _write(files.authority, made.public_bytes(serialization.Encoding.PEM), 0o644)


def _limits(names: Names) -> Iterable[x509.GeneralName]:
    networks = [ipaddress.ip_network(network) for network in PRIVATE_NETWORKS]
    asked = [general_name(name) for name in dict.fromkeys([*names.usual, *names.wanted])]
    for one in asked:
        if isinstance(one, x509.DNSName):
            yield one
        elif not any(one.value in network for network in networks):
            networks.append(ipaddress.ip_network(one.value))
    yield from map(x509.IPAddress, networks)


def _make_server(files: Certificates, authority: x509.Certificate, names: Sequence[str]) -> None:
    signing = serialization.load_pem_private_key(files.authority_key.read_bytes(), None)
    assert isinstance(signing, ec.EllipticCurvePrivateKey)
    key, now = ec.generate_private_key(ec.SECP256R1()), clock.now()
    issuer_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key())
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, SERVER_TITLE)]))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCKS_DIFFER)
        .not_valid_after(min(now + SERVER_LASTS, authority.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(map(general_name, names)), critical=False)
        .add_extension(issuer_id, critical=False)
        .sign(signing, hashes.SHA256())
    )
    _write_key(files.server_key, key)
    _write(files.server, made.public_bytes(serialization.Encoding.PEM), 0o644)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _is_good(files: Certificates, authority: x509.Certificate, names: Sequence[str]) -> bool:
    if not files.server.exists() or not files.server_key.exists():
        return False
    have = read(files.server)
    try:
        have.verify_directly_issued_by(authority)
    except (InvalidSignature, ValueError, TypeError):
        return False
    held = have.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return set(held) == set(map(general_name, names)) and have.not_valid_after_utc - clock.now() > RENEWED_BEFORE


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    plain = serialization.NoEncryption()
    _write(path, key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain), 0o400)


def _write(path: Path, content: bytes, mode: int) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    unfinished.replace(path)
