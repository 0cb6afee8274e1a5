import { describe, expect, test } from "bun:test";
import { assertServer } from "../../../src/nats/server.ts";

const server = (version: string, cluster?: string) => ({
  version,
  jetstream: true,
  max_payload: 262_144,
  ...(cluster === undefined ? {} : { cluster }),
});

describe("a server in a cluster", () => {
  test.each(["2.9.10", "2.9.21", "2.10.26", "1.99.99", "", "dev"])(
    "of version %p is refused by name",
    (version) => {
      expect(() => assertServer(server(version, "c"))).toThrow(
        `nats-server ${version} can't be used in a cluster`,
      );
    },
  );

  test.each(["2.10.27", "2.10.28", "2.11.0", "2.15.2", "2.16.0-RC.1", "3.0.0"])(
    "of version %p is taken",
    (version) => {
      expect(() => assertServer(server(version, "c"))).not.toThrow();
    },
  );
});

test("a server on its own may be older: it has nobody to disagree with", () => {
  expect(() => assertServer(server("2.9.10"))).not.toThrow();
});

test("a server without JetStream is refused with what to do", () => {
  expect(() => assertServer({ version: "2.15.2", max_payload: 262_144 })).toThrow(
    "jetstream { store_dir: … }",
  );
});

test("a server that takes only small messages is refused with what to set", () => {
  expect(() => assertServer({ ...server("2.15.2"), max_payload: 65_536 })).toThrow(
    "set max_payload to 256KB",
  );
});
