/** Accounts and rooms, made over HTTP before the clock starts. The server runs with STARLING_RATES=off. */
import http from "k6/http";
import { cid } from "./cid.js";

const headers = { "content-type": "application/json" };
/** The server hashes four passwords at once, 100 ms each. */
const atOnce = 8;
/** Members that one command adds. */
const addMax = 100;

/** @returns {{user: string, access: string}[]} signed in, each on one device */
export function people(base, count) {
  const run = Math.random().toString(36).slice(2, 10);
  const made = [];
  for (let from = 0; from < count; from += atOnce) {
    const names = Array.from({ length: Math.min(atOnce, count - from) }, (_, i) => `k6-${run}-${from + i}`);
    const replies = http.batch(
      names.map((name) => {
        const body = JSON.stringify({ name, password: "correct horse battery", device: "k6" });
        return ["POST", `${base}/v1/register`, body, { headers }];
      }),
    );
    for (const reply of replies) {
      const { user, access } = answer(reply);
      made.push({ user, access });
    }
  }
  return made;
}

/** A group of all of them, the first its owner. */
export function room(base, [owner, ...others]) {
  const ask = (path, body) => {
    const text = JSON.stringify({ cid: cid(), ...body });
    const authorized = { ...headers, authorization: `Bearer ${owner.access}` };
    return answer(http.post(`${base}${path}`, text, { headers: authorized }));
  };
  const users = others.map(({ user }) => user);
  const made = ask("/v1/rooms", { name: "k6", members: users.slice(0, addMax) });
  for (let from = addMax; from < users.length; from += addMax) {
    ask(`/v1/rooms/${made.room}/members`, { users: users.slice(from, from + addMax) });
  }
  return made.room;
}

function answer(reply) {
  if (reply.status === 200) return reply.json();
  throw new Error(`the server answered ${reply.status}: ${reply.body}`);
}
