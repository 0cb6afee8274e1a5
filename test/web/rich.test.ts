import { describe, expect, test } from "bun:test";
import { mentionedNames, piecesOf } from "../../web/text/rich.ts";

const nobody = new Set<string>();
const links = (text: string) =>
  piecesOf(text, nobody).flatMap((piece) => (piece.type === "link" ? piece.href : []));
const whole = (text: string) =>
  piecesOf(text, new Set(["ana", "ana.b"]))
    .map((piece) => piece.text)
    .join("");

describe("a message's text", () => {
  test("http and https addresses become links, other schemes stay text", () => {
    expect(links("see https://example.org/a and http://example.org")).toEqual([
      "https://example.org/a",
      "http://example.org/",
    ]);
    expect(links("javascript:alert(1) data:text/html,x ftp://example.org file:///etc/passwd")).toEqual([]);
  });

  test("punctuation of the sentence isn't part of the address", () => {
    expect(links("(https://example.org/x).")).toEqual(["https://example.org/x"]);
    expect(links("https://en.example.org/Starling_(bird), really!")).toEqual([
      "https://en.example.org/Starling_(bird)",
    ]);
    expect(links("is it https://example.org/?")).toEqual(["https://example.org/"]);
  });

  test("markup stays text", () => {
    expect(piecesOf('<img src=x onerror="alert(1)">', nobody)).toEqual([
      { type: "text", text: '<img src=x onerror="alert(1)">' },
    ]);
  });

  test("nothing of the text is lost or doubled", () => {
    for (const text of ["", "@ana", "a @ana. b", "@ana.b.", "x@ana @bob https://a.b/@ana!", "\n@ANA\n"]) {
      expect(whole(text)).toBe(text);
    }
  });

  test("a mention is a known name behind an @, whatever its case", () => {
    const known = new Set(["ana", "ana.b", "ben"]);
    expect(mentionedNames("hi @Ana and @ben!", known)).toEqual(["ana", "ben"]);
    expect(mentionedNames("@ana. @ana.b. @ana.c", known)).toEqual(["ana", "ana.b"]);
    expect(mentionedNames("mail me at x@ana or @nobody", known)).toEqual([]);
  });

  test("only those are marked that the message names", () => {
    expect(piecesOf("@ana and @ben", new Set(["ben"]))).toEqual([
      { type: "text", text: "@ana and " },
      { type: "mention", text: "@ben" },
    ]);
  });
});
