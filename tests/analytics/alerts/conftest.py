"""Evaluations by hand, a clock that stands, and a mail server on loopback."""

import datetime as dt
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from analytics.alerts.evaluating import Evaluation
from analytics.alerts.observation import Observation

START = dt.datetime(2026, 8, 18, 3, 0, 0, tzinfo=dt.UTC)
USER, PASSWORD = "tepat", "s3cret-of-the-tests"


class Clock:
    """A clock that moves when it is told to, or waited by."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> dt.datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += dt.timedelta(seconds=seconds)


class Inbox:
    """What a mail server took."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.refuse = 0
        """How many messages are refused before one is taken."""

    async def handle_DATA(self, server, session, envelope):  # noqa: ARG002, N802 - as aiosmtpd calls it
        if self.refuse:
            self.refuse -= 1
            return "451 try later"
        self.mails.append(envelope.content)
        return "250 taken"


def seen(value: float, *, code: str = "late_objections", threshold: float = 0.2, area: str = "", fires=None,
         snapshot: str = "20260818T000000-a", at: dt.datetime = START) -> Evaluation:  # fmt: skip
    """One share of one alert, above its threshold."""
    excess = value / threshold
    observation = Observation(
        area=area, value=value, n=400, threshold=threshold, fires=excess > 1 if fires is None else fires,
        holds=excess > 0.9, excess=excess,
    )  # fmt: skip
    return evaluation({code: [observation]}, snapshot=snapshot, at=at)


def evaluation(found, *, failed=(), snapshot="20260818T000000-a", at=START) -> Evaluation:
    return Evaluation(dataset="pilot", snapshot=snapshot, at=at.replace(tzinfo=None), found=found, failed=tuple(failed))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory) -> tuple[Path, Path]:
    """A certificate that signed itself for this machine, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "cert.pem", folder / "key.pem"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def mail_server(inbox: Inbox, *, certificate=None, login: bool = False) -> Iterator[int]:
    """A real SMTP server on loopback, with STARTTLS where it has a certificate; give its port."""
    options = {}
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        options = {"tls_context": context, "require_starttls": True}
    if login:

        def check(server, session, envelope, mechanism, data):
            given = (data.login.decode(), data.password.decode())
            return AuthResult(success=given == (USER, PASSWORD), handled=given == (USER, PASSWORD))

        options |= {"authenticator": check, "auth_required": True}
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()
