"""J6.7: the phone rings when a clip is ready, and does not when that is turned off."""

from __future__ import annotations

import base64
import json
import secrets
import time
from typing import TYPE_CHECKING, Any

from common import World, good
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from rendering import PATIENCE, finished, order
from troupe_client.api.notices import (
    me_notice_settings_partial_update,
    me_push_create,
    me_push_retrieve,
    notices_list,
)
from troupe_client.models import (
    NoticeSettingsRead,
    PatchedNoticeSettingsWriteRequest,
    Problem,
    PushKeysWriteRequest,
    PushRead,
    PushWriteRequest,
)

if TYPE_CHECKING:
    from troupe_client import AuthenticatedClient

KIND = "clip-ready"


class Device:
    """A key pair and a secret; it opens what is pushed to it (RFC 8291)."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._secret = secrets.token_bytes(16)

    def keys(self) -> PushKeysWriteRequest:
        return PushKeysWriteRequest(
            p256dh=_text(self._point()), auth=_text(self._secret)
        )

    def opened(self, body: bytes) -> Any:
        salt, length = body[:16], body[20]
        point, sealed = body[21 : 21 + length], body[21 + length :]
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        shared = self._key.exchange(ec.ECDH(), theirs)
        info = b"WebPush: info\0" + self._point() + point
        seed = _derived(shared, self._secret, info, 32)
        key = _derived(seed, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _derived(seed, salt, b"Content-Encoding: nonce\0", 12)
        return json.loads(AESGCM(key).decrypt(nonce, sealed, None)[:-1])

    def _point(self) -> bytes:
        return self._key.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _derived(key: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(key)


def switch(app: AuthenticatedClient, **ways: bool) -> NoticeSettingsRead:
    body = PatchedNoticeSettingsWriteRequest.from_dict({"switches": {KIND: ways}})
    answer = me_notice_settings_partial_update.sync(client=app, body=body)
    return good(NoticeSettingsRead, answer)


def register(app: AuthenticatedClient, world: World) -> Device:
    awake = PatchedNoticeSettingsWriteRequest(quiet=False)
    me_notice_settings_partial_update.sync(client=app, body=awake)
    phone = Device()
    body = PushWriteRequest(
        endpoint=world.push_endpoint(), keys=phone.keys(), label="Phone"
    )
    answer = me_push_create.sync(client=app, body=body)
    assert not isinstance(answer, Problem), answer
    mine = good(PushRead, me_push_retrieve.sync(client=app)).mine
    assert [one.label for one in mine] == ["Phone"], mine
    return phone


def rung_for(clip: str, world: World, phone: Device) -> list[str]:
    """Everything that rang so far, once the phone has rung for this clip."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        rung = [json.dumps(phone.opened(one)) for one in world.pushed()]
        if any(clip in one for one in rung):
            return rung
        time.sleep(0.3)
    raise AssertionError(f"nobody rang for {clip}: {rung}")


def be_rung(
    app: AuthenticatedClient, world: World, phone: Device, character: str, clip: str
) -> None:
    """`clip` was ordered after the phone was registered."""
    finished(app, clip)
    rung_for(clip, world, phone)
    switch(app, push=False)
    quiet, _ = order(app, character, "Nobody rings for this one.")
    finished(app, quiet)
    news = notices_list.sync(client=app)
    assert news is not None
    assert not isinstance(news, Problem), news
    assert any(quiet in str(one.url) for one in news.results), news.results
    # One more that rings: what was to be pushed before it has been.
    switch(app, push=True)
    loud, _ = order(app, character, "But for this one.")
    finished(app, loud)
    rung = rung_for(loud, world, phone)
    assert not any(quiet in one for one in rung), rung
    print("rung for a clip that was ready; not with that kind turned off")
