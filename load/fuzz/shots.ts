/** What is fired at a socket: seeded, from plainly broken to almost right. */
import type { Chance } from "../kit/chance.ts";
import { frameOf } from "../kit/wire.ts";
import { hostileValue, nested, objectText } from "./hostile.ts";
import { fittingFields, type Known, type Operation } from "./operations.ts";

export interface Shot {
  kind: string;
  /** Bytes for the wire, frame and all. */
  bytes: Uint8Array;
  /** The text, if it is a text frame of valid UTF-8. */
  text: string | null;
  /** True: the frame is never completed, so that nobody can answer it. */
  truncated: boolean;
}

export interface Ground {
  operations: readonly Operation[];
  known: Known;
  chance: Chance;
}

const opText = 1;
const opBinary = 2;
/** Larger than a frame may be (limits.frameBytesMax), and now and then much larger. */
const hugeBytes = [131_073, 140_000, 300_000, 1_100_000] as const;

export function nextShot(ground: Ground): Shot {
  return ground.chance.pick(generators)(ground);
}

function text(kind: string, value: string): Shot {
  return { kind, bytes: frameOf(opText, Buffer.from(value)), text: value, truncated: false };
}

const generators: readonly ((ground: Ground) => Shot)[] = [
  malformed,
  malformed,
  cut,
  deep,
  huge,
  wrongField,
  wrongField,
  wrongField,
  wrongField,
  wrongEnvelope,
  wrongEnvelope,
  polluted,
  strangeFrame,
  foreign,
  mutated,
  mutated,
  binary,
  badUtf8,
  brokenWebSocket,
  truncatedFrame,
];

function malformed({ chance }: Ground): Shot {
  const garbage = [
    "",
    " ",
    "null",
    "true",
    "42",
    '"text"',
    "[]",
    "[1,2]",
    "{}",
    "{",
    "}",
    "{'id':1}",
    "{id:1}",
    '{"id":1,}',
    '{"id":NaN}',
    '{"id":01}',
    '{"a":1}{"b":2}',
    "/* */{}",
    "\ufeff{}",
    "<xml/>",
    "GET / HTTP/1.1",
    "undefined",
  ];
  const random = () => Buffer.from(chance.bytes(chance.between(1, 60))).toString("latin1");
  return text("malformed", chance.happens(0.5) ? chance.pick(garbage) : random());
}

function cut(ground: Ground): Shot {
  const whole = request(ground);
  return text("cut off JSON", whole.slice(0, ground.chance.between(0, whole.length - 1)));
}

function deep({ chance }: Ground): Shot {
  const depth = chance.pick([17, 50, 1_000, 20_000]);
  const value = nested(depth, chance);
  const forms = [value, `{"id":1,"op":"room.post","in":${value}}`, `{"t":"resume","n":1,"rooms":${value}}`];
  return text("deep", chance.pick(forms));
}

function huge(ground: Ground): Shot {
  const { chance } = ground;
  const size = chance.happens(0.9) ? hugeBytes[0] : chance.pick(hugeBytes);
  const filler = "a".repeat(size);
  const keys = () => Array.from({ length: 5_000 }, (_, i) => [`k${i}`, "1"] as const);
  const forms = [
    () => `{"id":1,"op":"room.post","in":{"text":"${filler}"}}`,
    () => `{"id":"${filler}","op":"account.me"}`,
    () => `{"id":1,"op":"${filler.slice(0, 2_000)}"}`,
    () => `{"t":"${filler.slice(0, 5_000)}"}`,
    () => `{"id":1,"op":"account.sync","in":${objectText(keys())}}`,
    () => `{"t":"resume","n":1,"rooms":${objectText(keys())}}`,
    () => filler,
  ];
  return text("huge", chance.pick(forms)());
}

function request(
  { chance, operations, known }: Ground,
  change = (fields: [string, string][]) => fields,
): string {
  const operation = chance.pick(operations);
  const fields = change(fittingFields(operation, known, chance));
  return `{"id":${chance.between(1, 1e6)},"op":"${operation.name}","in":${objectText(fields)}}`;
}

/** A request that fits but for one thing. */
function wrongField(ground: Ground): Shot {
  const { chance } = ground;
  const changed = request(ground, (fields) => {
    const at = chance.between(0, Math.max(0, fields.length - 1));
    switch (chance.between(0, 3)) {
      case 0:
        return fields.filter((_, index) => index !== at);
      case 1:
        return [
          ...fields,
          [chance.pick(["extra", "__proto__", "constructor", "again"]), hostileValue(chance)],
        ];
      default:
        return fields.map(([name, json], index) => [name, index === at ? hostileValue(chance) : json]);
    }
  });
  return text("wrong field", changed);
}

function wrongEnvelope(ground: Ground): Shot {
  const { chance } = ground;
  const operation = chance.pick(ground.operations).name;
  const name = chance.pick([
    operation,
    operation.toUpperCase(),
    `${operation} `,
    "__proto__",
    "constructor",
    "hasOwnProperty",
    "room",
    "room.",
    "",
    "x".repeat(64),
  ]);
  const fields: [string, string][] = [
    ["id", chance.happens(0.5) ? "7" : hostileValue(chance)],
    ["op", chance.happens(0.7) ? JSON.stringify(name) : hostileValue(chance)],
    ["in", chance.happens(0.3) ? "{}" : hostileValue(chance)],
  ];
  if (chance.happens(0.3)) fields.splice(chance.between(0, 2), 1);
  if (chance.happens(0.3))
    fields.push([chance.pick(["re", "t", "id", "op", "ok", "x"]), hostileValue(chance)]);
  return text("wrong envelope", objectText(fields));
}

function polluted(ground: Ground): Shot {
  const { chance } = ground;
  const poison = chance.pick(['{"admin":true}', '{"role":"owner","user":"x"}', '{"then":{}}', "null", "[]"]);
  const key = chance.pick(["__proto__", "constructor", "prototype"]);
  const forms = [
    () => `{"${key}":${poison},${request(ground).slice(1)}`,
    () => request(ground, (fields) => [[key, poison], ...fields]),
    () => `{"t":"resume","n":1,"rooms":{"${key}":["x",1]}}`,
    () => `{"t":"sync","rooms":{"${key}":["x",1]},"${key}":${poison}}`,
    () => `{"t":"${key}"}`,
  ];
  return text("prototype", chance.pick(forms)());
}

/** Frames that aren't requests, with something wrong. */
function strangeFrame(ground: Ground): Shot {
  const { chance } = ground;
  const room = chance.pick(ground.known.rooms);
  const forms = [
    () => `{"t":"hello","token":${hostileValue(chance)},"tab":"x"}`,
    () =>
      `{"t":"hello","token":"${Buffer.from(chance.bytes(60)).toString("base64url")}","tab":${hostileValue(chance)}}`,
    () => `{"t":"renew","token":${hostileValue(chance)}}`,
    () =>
      `{"t":"renew","token":"eyJhbGciOiJub25lIn0.${Buffer.from(chance.bytes(30)).toString("base64url")}."}`,
    () => `{"t":"resume","n":${hostileValue(chance)},"rooms":{}}`,
    () => `{"t":"resume","n":1,"rooms":{"${room}":${hostileValue(chance)}}}`,
    () => `{"t":"resume","n":1,"rooms":{"${room}":["nonsense",${chance.between(0, 1e9)}]}}`,
    () => `{"t":"sync","rooms":{"${room}":["nonsense",${chance.between(0, 1e9)}]}}`,
    () => `{"t":"sync","rooms":${hostileValue(chance)}}`,
    () => `{"t":${hostileValue(chance)}}`,
    () => '{"t":"welcome","session":"x","user":"x"}',
    () => '{"t":"events","room":"x","epoch":"x","from":1,"events":[]}',
  ];
  return text("strange frame", chance.pick(forms)());
}

/** Well formed, about a room that is another's. */
function foreign(ground: Ground): Shot {
  const others = ground.known.rooms.slice(-1);
  return text("foreign room", request({ ...ground, known: { ...ground.known, rooms: others } }));
}

function mutated(ground: Ground): Shot {
  const { chance } = ground;
  const bytes = [...Buffer.from(request(ground))];
  for (let i = chance.between(1, 4); i > 0; i--) {
    const at = chance.between(0, bytes.length - 1);
    const some = () => chance.between(32, 126);
    chance.pick([
      () => bytes.splice(at, 1),
      () => bytes.splice(at, 0, some()),
      () => bytes.splice(at, 1, some()),
      () => bytes.splice(at, chance.between(1, 10)),
    ])();
  }
  return text("mutated", Buffer.from(bytes).toString("latin1"));
}

function binary(ground: Ground): Shot {
  const { chance } = ground;
  const payload = chance.happens(0.5) ? Buffer.from(request(ground)) : chance.bytes(chance.between(0, 200));
  return { kind: "binary", bytes: frameOf(opBinary, payload), text: null, truncated: false };
}

function badUtf8(ground: Ground): Shot {
  const { chance } = ground;
  const bad = chance.pick([[0xff], [0xc0, 0xaf], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xf8, 0x88], [0x80]]);
  const whole = Buffer.from(request(ground));
  const at = chance.between(1, whole.length - 1);
  const payload = Buffer.concat([whole.subarray(0, at), Buffer.from(bad), whole.subarray(at)]);
  return { kind: "bad UTF-8", bytes: frameOf(opText, payload), text: null, truncated: false };
}

/** Frames that break RFC 6455 itself. */
function brokenWebSocket(ground: Ground): Shot {
  const { chance } = ground;
  const frame = Buffer.from(frameOf(opText, Buffer.from(request(ground))));
  const [first = 0, second = 0] = frame;
  chance.pick([
    () => frame.writeUInt8(first | 0x40, 0),
    () => frame.writeUInt8(first | 0x10, 0),
    () => frame.writeUInt8(0x80 | chance.pick([3, 7, 11, 15]), 0),
    () => frame.writeUInt8(second & 0x7f, 1),
    () => frame.writeUInt8(0x80, 0),
    () => frame.writeUInt8(0x09, 0),
  ])();
  return { kind: "broken WebSocket", bytes: frame, text: null, truncated: false };
}

function truncatedFrame(ground: Ground): Shot {
  const frame = frameOf(opText, Buffer.from(request(ground)));
  const bytes = frame.subarray(0, ground.chance.between(1, frame.length - 1));
  return { kind: "truncated frame", bytes, text: null, truncated: true };
}
