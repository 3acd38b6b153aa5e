from __future__ import annotations

import gzip
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from app import hooks
from app.addresses import Unreached, permitted, target
from app.outbound import Outbound
from tests.support.receiver import answer, flood, receiving, trickle

HOME = "127.0.0.1"
NAME = "hooks.example"


def faults(url, **options):
    with pytest.raises(Unreached) as caught:
        target(url, **options)
    return caught.value.code


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://hooks.example/", "scheme"),
        ("ftp://hooks.example/", "scheme"),
        ("file:///etc/passwd", "syntax"),
        ("//hooks.example/", "scheme"),
        ("https://", "syntax"),
        ("https:///x", "syntax"),
        ("https://hooks.example:22/", "port"),
        ("https://hooks.example:80/", "port"),
        ("https://hooks.example:0/", "port"),
        ("https://user@hooks.example/", "userinfo"),
        ("https://user:secret@hooks.example/", "userinfo"),
        ("https://hooks.example@127.0.0.1/", "userinfo"),
        ("https://hooks.example\\@127.0.0.1/", "syntax"),
        ("https://hooks.example/a b", "syntax"),
        ("https://hooks.example/\r\nHost: x", "syntax"),
        ("https://hooks..example/", "host"),
        ("https://-hooks.example/", "host"),
        (f"https://{'a' * 64}.example/", "host"),
        (f"https://{'a.' * 130}example/", "host"),
    ],
)
def test_an_address_that_no_webhook_needs_is_refused_with_its_reason(url, code):
    assert faults(url) == code


def spellings(address):
    """Ways in which somebody may write an IPv4 address."""
    number = int(IPv4Address(address))
    a, b, c, d = address.split(".")
    return [
        address,
        f"{address}.",
        str(number),
        hex(number),
        f"0{number:o}",
        f"{a}.{int(b) * 65536 + int(c) * 256 + int(d)}",
        f"{a}.{b}.{int(c) * 256 + int(d)}",
        ".".join(f"0{int(n):o}" for n in address.split(".")),
        ".".join(hex(int(n)) for n in address.split(".")),
        f"[::ffff:{address}]",
        f"[::{address}]",
        f"[64:ff9b::{address}]",
        f"[2002:{number >> 16:x}:{number & 0xFFFF:x}::]",
        f"[2001:0:{number >> 16:x}:{number & 0xFFFF:x}::1]",
    ]


CORPUS = [
    *spellings("127.0.0.1"),
    *spellings("169.254.169.254"),
    *spellings("100.100.100.200"),
    *spellings("10.0.0.1"),
    *spellings("192.168.1.1"),
    *spellings("172.16.0.1"),
    *spellings("168.63.129.16"),
    *("0", "0.0.0.0", "127.1", "127.0.1", "0x7f.1", "0177.1", "255.255.255.255", "224.0.0.1", "100.64.0.1"),
    *("192.0.0.192", "192.88.99.1", "198.18.0.1", "203.0.113.7", "240.0.0.1"),
    *("[::1]", "[::]", "[fe80::1]", "[fe80::1%25eth0]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[ff0e::1]"),
    *("[64:ff9b::7f00:1]", "[64:ff9b:1::1]", "[2002:7f00:1::]", "[2001:db8::1]", "[3fff::1]", "[5f00::1]"),
    *("localhost", "localhost.", "LOCALHOST", "127。0。0。1", "１２７.０.０.１", "①②⑦.⓪.⓪.①", "loc%61lhost"),
]


@pytest.mark.parametrize("host", CORPUS)
def test_t35_nothing_of_the_corpus_reaches_a_listener_on_this_machine(host):
    with receiving(answer(200)) as receiver:
        for url in (f"https://{host}:{receiver.port}/", f"http://{host}:{receiver.port}/", f"https://{host}/"):
            with pytest.raises(Unreached):
                Outbound(seconds=5).post(url, b"{}", {})
        time.sleep(0.02)
        assert receiver.connections == 0


@pytest.mark.parametrize("host", [h.strip("[]") for h in CORPUS if "[" in h or (h[0].isdigit() and h.isascii())])
def test_t35_a_name_that_resolves_to_one_of_them_is_refused_too(host):
    assert not permitted(host)
    mixed = Outbound(resolve=lambda name, port: ["93.184.215.14", host])
    with pytest.raises(Unreached) as caught:
        mixed.post("https://hooks.example/", b"{}", {})
    assert caught.value.code == "address"


@given(st.ip_addresses(v=4))
def test_whatever_embeds_an_ipv4_address_is_refused(ip):
    number = int(ip)
    for embedded in (
        IPv6Address(0xFFFF << 32 | number),
        IPv6Address(number),
        IPv6Address(0x0064_FF9B << 96 | number),
        IPv6Address(0x2002 << 112 | number << 80),
        IPv6Address(0x2001_0000 << 96 | number ^ 0xFFFF_FFFF),
    ):
        assert not permitted(str(embedded))


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "240e:0:0:1::1"])
def test_the_public_internet_is_permitted(address):
    assert permitted(address)
    host = f"[{address}]" if ":" in address else address
    assert target(f"https://{host}:8443/x").name == f"{host}:8443"


def test_a_chinese_name_is_known_by_its_ascii_form():
    found = target("https://钩子.例子:8443/收?甲=1")
    assert (found.host, found.port) == ("钩子.例子".encode("idna").decode(), 8443)
    assert found.path == "/%E6%94%B6?%E7%94%B2=1"


def test_this_machine_by_plain_http_is_for_demos_and_tests_only():
    with receiving(answer(204, body=b"")) as receiver:
        assert Outbound(loopback=True).post(receiver.url, b"{}", {"webhook-id": "1"}).status == 204
        assert receiver.got[0].headers["host"] == f"127.0.0.1:{receiver.port}"
        assert faults(receiver.url) == "scheme"
    with pytest.raises(Unreached) as caught:
        Outbound(loopback=True, resolve=lambda *_: ["93.184.215.14"]).post("http://hooks.example/", b"{}", {})
    assert caught.value.code == "address"


def test_t35_a_name_that_resolves_otherwise_a_moment_later_changes_nothing():
    asked = []

    def rebinding(name, port):
        asked.append(name)
        return [HOME] if len(asked) == 1 else ["127.0.0.66"]

    with receiving(answer(200)) as receiver:
        out = Outbound(loopback=True, resolve=rebinding)
        assert out.post(f"http://{NAME}:{receiver.port}/", b"{}", {}).status == 200
        assert asked == [NAME]
        assert receiver.got[0].headers["host"] == f"{NAME}:{receiver.port}"


def test_an_address_that_takes_no_connection_gives_way_to_the_next_checked_one():
    with receiving(answer(200)) as receiver:
        out = Outbound(loopback=True, resolve=lambda *_: ["::1", "127.0.0.9", HOME])
        assert out.post(f"http://{NAME}:{receiver.port}/", b"{}", {}).status == 200


def test_a_redirect_is_an_answer_and_not_followed():
    with receiving(answer(200)) as other, receiving(answer(302, {"Location": other.url})) as receiver:
        assert Outbound(loopback=True).post(receiver.url, b"{}", {}).status == 302
        assert other.connections == 0


def test_the_proxies_of_the_environment_are_not_asked(monkeypatch):
    with receiving(answer(500)) as proxy, receiving(answer(200)) as receiver:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert Outbound(loopback=True).post(receiver.url, b"{}", {}).status == 200
        assert proxy.connections == 0


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 ", b"HTTP/1.1 200 OK\r\nX-Slow: "])
def test_a_receiver_that_trickles_is_cut_off_when_the_time_is_up(head):
    with receiving(trickle(head)) as receiver:
        begun = time.monotonic()
        with pytest.raises(Unreached) as caught:
            Outbound(loopback=True, seconds=1).post(receiver.url, b"{}", {})
        assert caught.value.code in ("timeout", "broken")
        assert time.monotonic() - begun < 2


def test_a_silent_receiver_and_a_silent_resolver_are_given_up_in_time():
    with receiving(lambda request: time.sleep(3)) as receiver, pytest.raises(Unreached) as caught:
        Outbound(loopback=True, seconds=0.5).post(receiver.url, b"{}", {})
    assert caught.value.code == "timeout"
    never = threading.Event()
    with pytest.raises(Unreached) as caught:
        Outbound(seconds=0.3, resolve=lambda *_: never.wait(2) or []).post("https://hooks.example/", b"{}", {})
    assert caught.value.code == "timeout"


@pytest.mark.parametrize(
    "behave",
    [
        flood,
        answer(200, body=b"x" * 5_000_000),
        answer(200, {"Content-Encoding": "gzip"}, gzip.compress(b"0" * 50_000_000)),
    ],
    ids=["never-ending", "huge", "gzip bomb"],
)
def test_of_a_body_64_kilobytes_are_heard_at_most_and_the_status_counts(behave):
    with receiving(behave) as receiver:
        begun = time.monotonic()
        assert Outbound(loopback=True).post(receiver.url, b"{}", {}).status == 200
        assert time.monotonic() - begun < 2


def test_what_is_no_http_and_what_nobody_listens_to_have_their_codes():
    with receiving(lambda request: request.wfile.write(b"SSH-2.0-x\r\n\r\n")) as receiver:
        with pytest.raises(Unreached) as caught:
            Outbound(loopback=True).post(receiver.url, b"{}", {})
        assert caught.value.code == "broken"
        port = receiver.port
    with pytest.raises(Unreached) as caught:
        Outbound(loopback=True).post(f"http://127.0.0.1:{port}/", b"{}", {})
    assert caught.value.code == "connect"
    with pytest.raises(Unreached) as caught:
        Outbound(resolve=lambda *_: []).post("https://hooks.example/", b"{}", {})
    assert caught.value.code == "dns"


def contexts(folder, name):
    """A server's and a client's TLS, with a certificate for a name."""
    key, subject = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    no = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, no)
    (folder / "cert.pem").write_bytes(pem)
    (folder / "key.pem").write_bytes(private)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return server, ssl.create_default_context(cadata=pem.decode())


def test_tls_is_for_the_name_though_the_connection_goes_to_the_address(tmp_path):
    server, client = contexts(tmp_path, NAME)
    names = []
    server.sni_callback = lambda sock, name, context: names.append(name)
    with receiving(answer(200), server) as receiver:
        out = Outbound(loopback=True, resolve=lambda *_: [HOME], trusted=lambda: client)
        assert out.post(f"https://{NAME}:{receiver.port}/", b"{}", {}).status == 200
        assert names == [NAME]
        for url, trusted in (
            (f"https://other.example:{receiver.port}/", out.trusted),
            (f"https://{NAME}:{receiver.port}/", Outbound().trusted),
        ):
            with pytest.raises(Unreached) as caught:
                Outbound(loopback=True, resolve=lambda *_: [HOME], trusted=trusted).post(url, b"{}", {})
            assert caught.value.code == "tls"
        assert len(receiver.got) == 1


NOON = datetime(2026, 7, 20, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("Mon, 20 Jul 2026 04:01:00 GMT", 60),
        ("Mon, 20 Jul 2026 03:00:00 GMT", 0),
        ("soon", None),
        ("１２", None),
        ("-1", None),
        (None, None),
        ("9" * 500, 999_999_999),
    ],
)
def test_retry_after_is_read_in_both_forms_and_never_trips(value, seconds):
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert hooks.retry_after(value, NOON) == expected
