import assert from "node:assert/strict";
import test from "node:test";
import { asJson, creation, request } from "../../socialapp/static/app/passkeys.js";

const bytes = (...all) => new Uint8Array(all).buffer;

test("what the server asks for reaches the browser as bytes, and as a passkey", () => {
  const asked = creation({
    challenge: "-_8",
    user: { id: "MQ", name: "wren" },
    excludeCredentials: [{ id: "AQI", type: "public-key" }],
    authenticatorSelection: { residentKey: "discouraged", requireResidentKey: false },
  });
  assert.deepEqual([...asked.challenge], [251, 255]);
  assert.deepEqual([...asked.user.id], [49]);
  assert.equal(asked.user.name, "wren");
  assert.deepEqual([...asked.excludeCredentials[0].id], [1, 2]);
  assert.deepEqual(asked.authenticatorSelection, {
    residentKey: "required",
    requireResidentKey: true,
    userVerification: "required",
  });
});

test("whoever signs in with any passkey names none", () => {
  assert.deepEqual(request({ challenge: "AA" }).allowCredentials, []);
});

test("an answer leaves as base64url without padding", () => {
  const told = asJson({
    id: "AQI",
    rawId: bytes(1, 2),
    type: "public-key",
    authenticatorAttachment: "platform",
    getClientExtensionResults: () => ({ credProps: { rk: true } }),
    response: {
      clientDataJSON: bytes(251, 255),
      authenticatorData: bytes(0),
      signature: bytes(62, 63, 64, 65),
      userHandle: null,
    },
  });
  assert.equal(told.rawId, "AQI");
  assert.deepEqual(told.response, {
    clientDataJSON: "-_8",
    authenticatorData: "AA",
    signature: "Pj9AQQ",
    userHandle: null,
  });
});
