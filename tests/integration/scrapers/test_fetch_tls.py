"""The polite session over TLS: certificates are checked, and the time allowed holds there too."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from scrapers.exchange import Limits
from scrapers.fetch import PoliteSession
from tests.local_site import page, serving


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A self-signed certificate of 127.0.0.1 with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a local ministry")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "site.pem"
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def secure_site(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with serving(context) as site:
        yield site


def test_a_page_is_fetched_over_tls_on_one_connection(secure_site, certificate, monkeypatch, time):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    ports = set()

    def answer(handler):
        ports.add(handler.client_address)
        page(b"words")(handler)

    url = secure_site.on("/t1.shtml", answer)
    with PoliteSession("desk@example.org", allow_private=True, sleep=time.sleep) as session:
        fetched = [session.get(url) for _ in range(3)]
    assert [each.body for each in fetched] == [b"words"] * 3 and len(ports) == 1


def test_a_certificate_nobody_vouches_for_is_one_sentence(secure_site, time):
    with PoliteSession("desk@example.org", allow_private=True, limits=Limits(attempts=1), sleep=time.sleep) as session:
        capture = session.get(secure_site.on("/t1.shtml", page())).capture
    assert "certificate verify failed" in capture.error and secure_site.requests == []


def test_a_dripping_server_is_left_over_tls_too(secure_site, certificate, monkeypatch, time):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))

    def drip(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        handler.connection.settimeout(0.05)
        for _ in range(60):
            handler.wfile.write(b"x")
            try:
                handler.connection.recv(1)
                return
            except TimeoutError:
                continue

    url = secure_site.on("/slow", drip)
    with PoliteSession("desk@example.org", allow_private=True, limits=Limits(read=1, total=0.5, attempts=1), sleep=time.sleep) as session:
        capture = session.get(url).capture
    assert "timed out" in capture.error and capture.status == 200
