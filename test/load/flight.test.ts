import { describe, expect, test } from "bun:test";
import { Flight } from "../../load/replay/flight.ts";

/** Two connections lead to one server, the third to another one. */
function flightOf(): Flight {
  const flight = new Flight();
  for (const wire of [1, 2]) flight.opened(wire, "a node");
  flight.opened(3, "another node");
  return flight;
}
const send = (flight: Flight, id: number, cid: string, wire = 1) =>
  flight.sent(wire, { id, op: "room.post", in: { cid } });
const ack = (flight: Flight, id: number, at: number, wire = 1) =>
  flight.received(wire, { re: id, ok: { seq: 1, at } });
const refuse = (flight: Flight, id: number, wire = 1) =>
  flight.received(wire, { re: id, error: { code: "forbidden", retryable: false } });

describe("commands in flight at a kill", () => {
  test("one that is sent again and bears an earlier time had landed", () => {
    const flight = flightOf();
    send(flight, 1, "a");
    flight.killed("a node", 100);
    flight.closed(1);
    expect(flight.counts).toEqual({ inFlight: 1, landed: 0, notLanded: 0 });
    send(flight, 2, "a");
    ack(flight, 2, 99);
    expect(flight.counts).toEqual({ inFlight: 1, landed: 1, notLanded: 0 });
  });

  test("one that bears a later time, or was refused, had not", () => {
    const flight = flightOf();
    send(flight, 1, "a");
    send(flight, 2, "b");
    flight.killed("a node", 100);
    flight.closed(1);
    send(flight, 3, "a");
    ack(flight, 3, 101);
    send(flight, 4, "b");
    refuse(flight, 4);
    expect(flight.counts).toEqual({ inFlight: 2, landed: 0, notLanded: 2 });
  });

  test("an answer that was on its way when the server died came in time", () => {
    const flight = flightOf();
    send(flight, 1, "a");
    flight.killed("a node", 100);
    ack(flight, 1, 99);
    flight.closed(1);
    expect(flight.counts.inFlight).toBe(0);
  });

  test("a dropped connection is no kill, and what it carried is not in flight when the server dies later", () => {
    const flight = flightOf();
    send(flight, 1, "a");
    flight.closed(1);
    flight.killed("a node", 100);
    send(flight, 2, "a");
    ack(flight, 2, 101);
    expect(flight.counts.inFlight).toBe(0);
  });

  test("the own event answers as well as the reply, on whatever connection", () => {
    const flight = flightOf();
    send(flight, 1, "a");
    flight.killed("a node", 100);
    flight.closed(1);
    flight.received(2, { t: "events", events: [{ seq: 5, at: 99, cid: "a" }] });
    expect(flight.counts).toEqual({ inFlight: 1, landed: 1, notLanded: 0 });
  });

  test("an answer that says try again is none", () => {
    const flight = flightOf();
    send(flight, 1, "a");
    flight.received(1, { re: 1, error: { code: "unknown", retryable: true } });
    expect(flight.at("a node")).toBe(1);
  });

  test("what another node carries isn't in flight at the end of this one", () => {
    const flight = flightOf();
    send(flight, 1, "a", 3);
    flight.killed("a node", 100);
    flight.closed(3);
    expect(flight.counts.inFlight).toBe(0);
  });

  test("a command that was in flight at two kills counts at both", () => {
    const flight = flightOf();
    send(flight, 1, "a");
    flight.killed("a node", 100);
    flight.closed(1);
    send(flight, 2, "a", 3);
    flight.killed("another node", 200);
    flight.closed(3);
    send(flight, 3, "a", 2);
    ack(flight, 3, 150, 2);
    expect(flight.counts).toEqual({ inFlight: 2, landed: 1, notLanded: 1 });
  });
});
