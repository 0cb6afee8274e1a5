import { expect, test } from "bun:test";
import { serversOf } from "../../../src/nats/servers.ts";

test("addresses come apart at commas, with or without a scheme", () => {
  expect(serversOf("nats://a:4222, b:4223,tls://c:4224")).toEqual({
    servers: ["nats://a:4222", "nats://b:4223", "tls://c:4224"],
  });
});

test("credentials leave the addresses: a user with a password, or a token alone", () => {
  expect(serversOf("nats://ana:p%40ss@a:4222,nats://b:4222")).toEqual({
    servers: ["nats://a:4222", "nats://b:4222"],
    user: "ana",
    pass: "p@ss",
  });
  expect(serversOf("nats://secret@a:4222")).toEqual({ servers: ["nats://a:4222"], token: "secret" });
});
