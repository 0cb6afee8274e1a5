import { describe, expect, test } from "bun:test";
import { errors } from "../../actors/room/errors.ts";
import type { Profile } from "../../sdk/api.ts";
import { matching, mentionAt } from "../../web/composer/mention-match.ts";
import { neighbour } from "../../web/rooms/neighbour.ts";
import { codeOf, say } from "../../web/session/errors.ts";
import { deviceLabel } from "../../web/sign-in/device-label.ts";
import { displayFault, loginFault, passwordFault } from "../../web/sign-in/faults.ts";
import { hueOf, initialsOf, joined } from "../../web/text/names.ts";
import { briefly, dayName, dayOf, since } from "../../web/text/when.ts";
import { noteSubjects, noteWords } from "../../web/timeline/note-words.ts";

const now = new Date(2026, 10, 21, 14, 5).getTime();
const hour = 3_600_000;
const ago = (hours: number) => now - hours * hour;
const weekday = (style: "long" | "short", at: number) =>
  new Intl.DateTimeFormat(undefined, { weekday: style }).format(at);

describe("days", () => {
  test("have names as people say them", () => {
    expect([0, 14, 15].map((hours) => dayName(ago(hours), now))).toEqual(["Today", "Today", "Yesterday"]);
    expect(dayName(ago(24 * 3), now)).toBe(weekday("long", ago(24 * 3)));
    expect(dayName(new Date(2025, 10, 21).getTime(), now)).toContain("2025");
  });

  test("follow the calendar, not 24 hours", () => {
    expect(
      dayOf(new Date(2026, 10, 21, 0, 1).getTime()) - dayOf(new Date(2026, 10, 20, 23, 59).getTime()),
    ).toBe(1);
  });

  test("in the list, today shows the time, the week its day", () => {
    expect(briefly(now, now)).toMatch(/05/);
    expect(briefly(ago(48), now)).toBe(weekday("short", ago(48)));
  });

  test("last seen is said in steps", () => {
    const said = [0.01, 0.02, 0.5, 3, 20].map((hours) => since(ago(hours), now));
    expect(said.slice(0, 3)).toEqual(["just now", "a minute ago", "30 minutes ago"]);
    expect(said[3]).toStartWith("today at");
    expect(said[4]).toStartWith("yesterday at");
  });
});

describe("names", () => {
  test("initials are whole characters", () => {
    expect(["Ana Maria Silva", "ana", "đào nguyễn", "", "👩‍🚀 x"].map(initialsOf)).toEqual([
      "AS",
      "A",
      "ĐN",
      "?",
      "👩X",
    ]);
  });

  test("a colour belongs to an id", () => {
    expect(hueOf("abc")).toBe(hueOf("abc"));
    expect(new Set(["a", "b", "c", "d"].map(hueOf)).size).toBeGreaterThan(1);
  });

  test("two colours are one, or far enough apart to be told", () => {
    const all = [...new Set(Array.from({ length: 200 }, (_, i) => hueOf(`user ${i}`)))].sort((a, b) => a - b);
    expect(all.length).toBeGreaterThan(12);
    for (const [i, hue] of all.slice(1).entries()) expect(hue - (all[i] ?? 0)).toBeGreaterThanOrEqual(18);
  });

  test("lists are said, long ones shortened", () => {
    expect(joined(["A"])).toBe("A");
    expect(joined(["A", "B"])).toBe("A and B");
    expect(joined(["A", "B", "C", "D", "E"])).toBe("A, B and 3 others");
  });

  test("a device is named by browser and system", () => {
    const phone =
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604.1";
    const laptop = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    expect([phone, laptop, "curl"].map(deviceLabel)).toEqual([
      "Safari on iPhone",
      "Firefox on Linux",
      "Browser",
    ]);
  });
});

describe("mentions", () => {
  const people = [
    ["ben", "Ben Carter"],
    ["ana", "Ana Silva"],
    ["carla", "Beatriz"],
  ].map(([name = "", display = ""]): Profile => ({ id: name, name, display, about: "" }));

  test("are offered for the word behind an @ at the caret", () => {
    expect(mentionAt("hi @Be", 6)).toEqual({ from: 3, typed: "be" });
    expect(mentionAt("@", 1)).toEqual({ from: 0, typed: "" });
    expect(mentionAt("mail@be", 7)).toBeNull();
    expect(mentionAt("@be done", 8)).toBeNull();
  });

  test("login names come before shown names", () => {
    expect(matching(people, "be").map((person) => person.name)).toEqual(["ben", "carla"]);
    expect(matching(people, "sil").map((person) => person.name)).toEqual(["ana"]);
  });
});

describe("the next room", () => {
  const rooms = [
    { id: "a", unread: 0 },
    { id: "b", unread: 2 },
    { id: "c", unread: 0 },
  ];

  test("follows the list, round the corner", () => {
    expect(neighbour(rooms, "c", 1, false)).toBe("a");
    expect(neighbour(rooms, "a", -1, false)).toBe("c");
    expect(neighbour(rooms, null, 1, false)).toBe("a");
    expect(neighbour(rooms, null, -1, false)).toBe("c");
  });

  test("can skip what is read, and may not exist", () => {
    expect(neighbour(rooms, "c", 1, true)).toBe("b");
    expect(neighbour(rooms, "b", 1, true)).toBeNull();
    expect(neighbour([], null, 1, false)).toBeNull();
  });
});

describe("errors", () => {
  test("each code has words for people", () => {
    for (const code of Object.keys(errors)) {
      const error = Object.assign(new Error("for developers"), { code });
      expect(codeOf(error)).toBe(code as keyof typeof errors);
      expect(say(error)).not.toContain("developers");
      expect(say(error)).toMatch(/^[A-Z].*\.$/);
    }
  });

  test("anything else is a lost connection", () => {
    expect(say(new TypeError("fetch failed"))).toContain("can't be reached");
    expect(codeOf({ code: "invalid" })).toBeNull();
  });
});

describe("what somebody wants to be called", () => {
  test("is refused in words, never cut", () => {
    expect(loginFault("ana_b-2.c")).toBeNull();
    expect(loginFault("")).toContain("needed");
    expect(loginFault("a")).toContain("At least 2");
    expect(loginFault("ana b")).toContain("Only letters");
    expect(loginFault("a".repeat(33))).toBe("At most 32 characters: this has 33.");
    expect(displayFault("a".repeat(65))).toContain("At most 64");
    expect(passwordFault("short")).toContain("At least 10");
    expect(passwordFault("p".repeat(257))).toContain("At most 256");
    expect(passwordFault("correct horse battery")).toBeNull();
  });
});

describe("notes", () => {
  test("say who did what to whom", () => {
    expect(noteWords({ kind: "added", user: "u" }, "Ana", "Ben")).toBe("Ana added Ben");
    expect(noteWords({ kind: "role", user: "u", role: "admin" }, "Ana", "you")).toBe("Ana made you an admin");
    expect(noteWords({ kind: "renamed", name: "Boat" }, "You", "")).toBe("You named the group “Boat”");
  });

  test("of a new group say with whom", () => {
    const event = {
      kind: "created",
      room: { kind: "group", name: "Boat" },
      members: [{ user: "a" }, { user: "b" }],
    };
    expect(noteSubjects(event, "a")).toEqual(["b"]);
    expect(noteWords(event, "You", "Ben")).toBe("You made the group “Boat” with Ben");
    expect(noteWords(event, "You", "")).toBe("You made the group “Boat”");
  });

  test("of an unknown kind say nothing", () => {
    expect(noteWords({ kind: "constructor" }, "Ana", "")).toBe("");
    expect(noteWords({}, "Ana", "")).toBe("");
  });
});
