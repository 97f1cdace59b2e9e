"""Push: a small push service gets what we send, and a browser's own key opens it."""

from __future__ import annotations

import base64
import http.server
import json
import ssl
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.utils import timezone
from rest_framework.test import APIClient

from socialapp.notices import services
from socialapp.notices.models import Notice, NoticeSettings, Push, PushSubscription
from socialapp.notices.pushers import Arrival, Parcel, Target
from socialapp.notices.pushers.web import WebPusher, decode, encode, encrypt
from socialapp.notices.services.subscribing import MOST
from socialapp.notices.tests.certificates import certified
from socialapp.notices.tests.telling import like, person

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django import Settings

    from conftest import ClientOf
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]


class Browser:
    """What subscribes: a key pair and a secret, and RFC 8291 read from its side."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.secret = b"sixteen secrets."
        self.p256dh = encode(point_of(self.key.public_key()))
        self.auth = encode(self.secret)

    def opened(self, body: bytes) -> Any:
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        assert size >= len(body) - 21 - length
        theirs = body[21 : 21 + length]
        sealed = body[21 + length :]
        sender = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        shared = self.key.exchange(ec.ECDH(), sender)
        info = b"WebPush: info\0" + point_of(self.key.public_key()) + theirs
        seed = derived(self.secret, shared, info, 32)
        key = derived(salt, seed, b"Content-Encoding: aes128gcm\0", 16)
        nonce = derived(salt, seed, b"Content-Encoding: nonce\0", 12)
        plain = AESGCM(key).decrypt(nonce, sealed, None)
        assert plain[-1:] == b"\2"
        return json.loads(plain[:-1])


def point_of(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )


def derived(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


@dataclass
class Service:
    """Takes what is posted to it, and answers what it is told to."""

    url: str
    ca_file: str
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    status: int = 201
    headers: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of 127.0.0.1, in one file."""
    file = tmp_path_factory.mktemp("push") / "push.pem"
    file.write_bytes(certified("127.0.0.1"))
    return file


@pytest.fixture
def service(certificate: Path, settings: Settings, tmp_path: Path) -> Iterator[Service]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.got.append((self.path, dict(self.headers), body))
            self.send_response(found.status)
            for name, value in found.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    url = f"https://127.0.0.1:{server.server_port}"
    found = Service(url, str(certificate))
    settings.PUSHER = {
        "BACKEND": "socialapp.notices.pushers.web.WebPusher",
        "OPTIONS": {
            "key_file": str(tmp_path / "vapid.key"),
            "contact": "mailto:house@example.com",
            "private": True,
            "ca_file": str(certificate),
        },
    }
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def browser() -> Browser:
    return Browser()


def subscribe(whose: User, browser: Browser, service: Service) -> PushSubscription:
    services.change_settings(person=whose, quiet=False)
    return services.subscribe(
        person=whose,
        endpoint=f"{service.url}/send/alice?x=1",
        p256dh=browser.p256dh,
        auth=browser.auth,
        label="Chromium on Android",
    )


def ready(whose: User, about: str = "clip:1") -> None:
    services.notify(
        people=[whose],
        kind=Notice.Kind.CLIP_READY,
        about=about,
        lead="“Night calls” is ready.",
        words="14 seconds.",
        url="/clips/x/",
    )


def test_the_example_of_the_standard_comes_out_to_the_byte() -> None:
    """RFC 8291, appendix A."""
    number = int.from_bytes(
        decode("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big"
    )
    target = Target(
        "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV",
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6S"
        "RpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
    )
    sealed = encrypt(
        b"When I grow up, I want to be a watermelon",
        target,
        salt=decode("DGv6ra1nlYgDCS1FRnbzlw"),
        ours=ec.derive_private_key(number, ec.SECP256R1()),
    )
    assert encode(sealed) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6"
        "e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZ"
        "wbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_news_arrives_and_only_the_browser_can_read_it(
    alice: User, browser: Browser, service: Service
) -> None:
    device = subscribe(alice, browser, service)
    ready(alice)
    assert services.send_pushes() == 1
    ((path, headers, body),) = service.got
    assert path == "/send/alice?x=1"
    assert b"Night" not in body
    assert browser.opened(body) == {
        "title": "“Night calls” is ready.",
        "body": "14 seconds.",
        "url": "/clips/x/",
        "tag": Notice.objects.get().key,
    }
    assert headers["Content-Encoding"] == "aes128gcm"
    assert headers["TTL"] == "86400"
    assert len(headers["Topic"]) == 32
    device.refresh_from_db()
    assert device.last_ok is not None
    assert not Push.objects.exists()
    assert services.send_pushes() == 0


def test_the_sender_proves_who_it_is(
    alice: User, browser: Browser, service: Service
) -> None:
    """RFC 8292: a token for this service, signed with the key browsers subscribed to."""
    subscribe(alice, browser, service)
    ready(alice)
    services.send_pushes()
    scheme, _, rest = service.got[0][1]["Authorization"].partition(" ")
    given = dict(pair.strip().split("=", 1) for pair in rest.split(","))
    assert scheme == "vapid"
    client = APIClient()
    client.force_authenticate(alice)
    assert client.get("/api/v1/me/push/").json()["public_key"] == given["k"]
    signed, _, signature = given["t"].rpartition(".")
    claims = json.loads(base64.urlsafe_b64decode(signed.split(".")[1] + "=="))
    assert claims["aud"] == service.url
    assert claims["sub"] == "mailto:house@example.com"
    assert claims["exp"] < timezone.now().timestamp() + 24 * 3600
    raw = decode(signature)
    r, s = (int.from_bytes(half, "big") for half in (raw[:32], raw[32:]))
    key = ec.EllipticCurvePublicKey.from_encoded_point(
        ec.SECP256R1(), decode(given["k"])
    )
    key.verify(
        utils.encode_dss_signature(r, s), signed.encode(), ec.ECDSA(hashes.SHA256())
    )


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(
    alice: User, browser: Browser, service: Service, status: int
) -> None:
    subscribe(alice, browser, service)
    ready(alice)
    service.status = status
    assert services.send_pushes() == 0
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_service_is_left_alone_for_as_long_as_it_asks(
    alice: User, browser: Browser, service: Service, status: int
) -> None:
    device = subscribe(alice, browser, service)
    ready(alice)
    service.status, service.headers = status, {"Retry-After": "600"}
    services.send_pushes()
    push = Push.objects.get()
    assert push.due > timezone.now() + timedelta(minutes=9)
    assert (push.tries, push.lease) == (1, None)
    assert services.send_pushes() == 0
    assert len(service.got) == 1
    service.status = 201
    Push.objects.update(due=timezone.now())
    assert services.send_pushes() == 1
    device.refresh_from_db()
    assert device.failures == 0


def test_a_parcel_that_is_refused_is_dropped_and_a_dead_browser_with_it(
    alice: User, browser: Browser, service: Service
) -> None:
    device = subscribe(alice, browser, service)
    service.status = 413
    ready(alice)
    services.send_pushes()
    device.refresh_from_db()
    assert device.failures == 1
    assert not Push.objects.exists()
    PushSubscription.objects.update(failures=19)
    ready(alice, "clip:2")
    services.send_pushes()
    assert not PushSubscription.objects.exists()


def test_a_redirect_is_not_followed(
    alice: User, browser: Browser, service: Service
) -> None:
    subscribe(alice, browser, service)
    service.status, service.headers = 307, {"Location": f"{service.url}/elsewhere"}
    ready(alice)
    services.send_pushes()
    assert [path for path, _, _ in service.got] == ["/send/alice?x=1"]


def test_what_was_seen_or_switched_off_meanwhile_does_not_ring(
    alice: User, bob: User, browser: Browser, service: Service
) -> None:
    subscribe(alice, browser, service)
    ready(alice)
    services.mark_seen(person=alice)
    services.send_pushes()
    ready(alice, "clip:2")
    services.switch(person=alice, kind="clip-ready", way="push", on=False)
    services.send_pushes()
    ready(alice, "clip:3")
    like(alice, bob)
    assert not Push.objects.exists()
    assert service.got == []


def test_quiet_hours_delay_and_do_not_drop(
    alice: User, browser: Browser, service: Service
) -> None:
    subscribe(alice, browser, service)
    hour = timezone.now().hour
    services.change_settings(
        person=alice, quiet=True, quiet_from=hour, quiet_until=(hour + 3) % 24
    )
    ready(alice)
    push = Push.objects.get()
    assert timedelta(hours=1) < push.due - timezone.now() < timedelta(hours=4)
    assert push.good_until > push.due
    assert services.send_pushes() == 0
    NoticeSettings.objects.update(quiet=False)
    Push.objects.update(due=timezone.now())
    assert services.send_pushes() == 1


def test_nothing_rings_for_the_young_at_night(
    browser: Browser, service: Service
) -> None:
    now = timezone.now()
    for hours in range(-12, 12):
        if (now.hour + hours) % 24 == 23:
            zone = f"Etc/GMT{-hours:+d}"
    teen = person("teen", age=15, time_zone=zone)
    subscribe(teen, browser, service)
    ready(teen)
    assert services.send_pushes() == 0
    assert Push.objects.get().due > now + timedelta(hours=6)


def test_a_storm_rings_once(
    alice: User, bob: User, mallory: User, browser: Browser, service: Service
) -> None:
    subscribe(alice, browser, service)
    services.switch(person=alice, kind="post-liked", way="push", on=True)
    like(alice, bob, mallory, person("ada"))
    services.send_pushes()
    told = [browser.opened(body)["title"] for _, _, body in service.got]
    assert told == ["@ada, @mallory and 1 other liked “Fog”."]
    like(alice, person("ben"))
    assert services.send_pushes() == 0


def test_a_push_has_one_worker_and_outlives_it(
    alice: User, browser: Browser, service: Service
) -> None:
    subscribe(alice, browser, service)
    ready(alice)
    Push.objects.update(lease=timezone.now() + timedelta(minutes=5))
    assert services.send_pushes() == 0
    Push.objects.update(lease=timezone.now() - timedelta(seconds=1))
    assert services.wake_due()["pushes"] == 0, "it was asked for a moment ago"
    Push.objects.update(woken=timezone.now() - timedelta(minutes=2))
    assert services.wake_due()["pushes"] == 1
    assert services.send_pushes() == 1


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.com/x",
        "https://127.0.0.1/x",
        "https://10.0.0.7/x",
        "https://[::1]/x",
        "https://[::ffff:169.254.169.254]/x",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/x",
        "https://push.example.com:6379/x",
        "https://user@push.example.com/x",
        "https://push.example.com:x/",
        "https://push.example.com/\r\nHost: x",
        "ftp://push.example.com/",
        "",
        "x" * 900,
    ],
)
def test_an_endpoint_that_is_none_is_refused(
    alice: User, browser: Browser, endpoint: str, tmp_path: Path
) -> None:
    pusher = WebPusher(key_file=str(tmp_path / "key"), contact="mailto:x@example.com")
    target = Target(endpoint, browser.p256dh, browser.auth)
    assert pusher.complaint(target)
    parcel = Parcel(payload=b"{}", seconds=60, topic="x")
    assert pusher.push(target, parcel).arrival == Arrival.REFUSED


def test_a_name_that_leads_inside_is_not_followed(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name looks public when it is registered, and answers 10.0.0.7 later."""
    pusher = WebPusher(key_file=str(tmp_path / "key"), contact="mailto:x@example.com")
    target = Target("https://push.example.com/x", browser.p256dh, browser.auth)
    assert pusher.complaint(target) == ""
    answers = [(2, 1, 6, "", ("93.184.216.34", 443)), (2, 1, 6, "", ("10.0.0.7", 443))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: answers)
    outcome = pusher.push(target, Parcel(payload=b"{}", seconds=60, topic="x"))
    assert outcome.arrival == Arrival.REFUSED
    assert "private network" in outcome.note


def test_keys_that_are_none_are_refused(alice: User, service: Service) -> None:
    client = APIClient()
    client.force_authenticate(alice)
    good = Browser()
    for p256dh, auth in (
        ("!!", good.auth),
        (encode(b"\4" + bytes(64)), good.auth),
        (good.p256dh, encode(b"short")),
    ):
        asked = {
            "endpoint": f"{service.url}/x",
            "keys": {"p256dh": p256dh, "auth": auth},
        }
        refused = client.post("/api/v1/me/push/", asked)
        assert refused.status_code == 400
        assert "keys" in refused.json()["detail"]


def test_browsers_are_listed_added_and_removed_over_the_api(
    alice: User, bob: User, browser: Browser, service: Service, client_of: ClientOf
) -> None:
    client = APIClient()
    assert client.get("/api/v1/me/push/").status_code == 401
    client.force_authenticate(alice)
    asked = {
        "endpoint": f"{service.url}/x",
        "keys": {"p256dh": browser.p256dh, "auth": browser.auth},
        "label": "Chromium on Android",
    }
    for _ in range(2):
        assert client.post("/api/v1/me/push/", asked).status_code == 201
    (mine,) = client.get("/api/v1/me/push/").json()["mine"]
    assert mine["label"] == "Chromium on Android"
    assert "endpoint" not in mine
    assert b"Chromium on Android" in client_of(alice).get("/notices/settings/").content
    other = client_of(bob)
    url = f"/notices/settings/devices/{mine['key']}/remove/"
    assert other.post(url).status_code == 404
    for _ in range(2):
        gone = client.delete(f"/api/v1/me/push/?key={mine['key']}")
        assert gone.status_code == 204
    assert not PushSubscription.objects.exists()


def test_a_browser_belongs_to_who_signed_in_last(
    alice: User, bob: User, browser: Browser, service: Service
) -> None:
    subscribe(alice, browser, service)
    ready(alice)
    subscribe(bob, browser, service)
    assert [one.person for one in PushSubscription.objects.all()] == [bob]
    assert services.send_pushes() == 0


def test_nobody_collects_browsers(
    alice: User, browser: Browser, service: Service
) -> None:
    for number in range(MOST + 2):
        services.subscribe(
            person=alice,
            endpoint=f"{service.url}/{number}",
            p256dh=browser.p256dh,
            auth=browser.auth,
        )
    kept = PushSubscription.objects.order_by("pk").values_list("endpoint", flat=True)
    assert [one.rpartition("/")[2] for one in kept] == [str(n) for n in range(2, 12)]


def test_the_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    file = tmp_path / "credentials" / "vapid.key"
    first = WebPusher(key_file=str(file), contact="mailto:x@example.com")
    again = WebPusher(key_file=str(file), contact="mailto:x@example.com")
    assert first.public_key == again.public_key
    assert file.stat().st_mode & 0o077 == 0
    given = WebPusher(key=file.read_text(), contact="mailto:x@example.com")
    assert given.public_key == first.public_key
    with pytest.raises(ValueError, match="VAPID_KEY"):
        WebPusher(key="nonsense", contact="mailto:x@example.com")
