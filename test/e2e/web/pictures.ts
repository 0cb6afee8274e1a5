/**
 * `bun test/e2e/web/pictures.ts FOLDER`: the page as pictures, for the README and for looking at it: a small
 * story told by real clients to a real server.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Client, Room } from "../../../sdk/api.ts";
import { createClient } from "../../../sdk/index.ts";
import { RealServer } from "../server.ts";
import { launch } from "./browser.ts";
import { Person, password } from "./person.ts";

const cast = {
  mira: "Mira Okafor",
  ana: "Ana Silva",
  ben: "Ben Carter",
  chidi: "Chidi Adeyemi",
  dao: "Đào Nguyễn",
  elif: "Elif Kaya",
};
type Name = keyof typeof cast;

const sizes = {
  phone: { width: 390, height: 844 },
  tablet: { width: 820, height: 1180 },
  desktop: { width: 1440, height: 900 },
};

const folder = process.argv[2] ?? "pictures";
await mkdir(folder, { recursive: true });
await using server = await RealServer.start();
const browser = await launch();
const clients = new Map<Name, Client>();

try {
  for (const [name, display] of Object.entries(cast)) {
    const client = createClient({ url: server.url });
    await client.register({ name, password, display });
    await client.connect();
    await client.ready();
    clients.set(name as Name, client);
  }
  const birds = await tell();
  const mira = await Person.signIn(browser, server.url, "mira");
  const typing = setInterval(() => at("elif").room(birds).typing(), 1_000);

  async function picture(name: string, { page } = mira): Promise<void> {
    for (const colorScheme of ["light", "dark"] as const) {
      for (const size of ["phone", "tablet", "desktop"] as const) {
        await page.setViewportSize(sizes[size]);
        await page.emulateMedia({ colorScheme });
        // What the new size sets off is drawn.
        await page.evaluate(
          () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
        );
        await page.screenshot({ path: join(folder, `${name}-${size}-${colorScheme}.png`) });
      }
    }
    await page.setViewportSize(sizes.desktop);
  }

  const { page } = mira;
  const fay = await Person.register(browser, server.url, "fay");
  await fay.page.getByText("Welcome, fay").waitFor();
  await picture("empty", fay);
  await fay.page.getByRole("button", { name: "Settings" }).click();
  await fay.page.getByRole("button", { name: "Sign out", exact: true }).click();
  await fay.page.getByRole("button", { name: "Create an account" }).click();
  await fay.page.getByLabel("Name", { exact: true }).fill("fay fay");
  await fay.page.getByRole("button", { name: "Create account" }).click();
  await picture("sign-in", fay);
  await fay.context.close();

  await mira.row("Harbour birds").waitFor();
  await picture("list");
  await mira.open("Harbour birds");
  await page.getByText("Elif Kaya is typing").waitFor();
  await picture("room");
  await mira.message("I have some pictures").hover();
  await mira.message("I have some pictures").getByRole("button", { name: "React" }).click();
  await picture("reacting");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Details" }).click();
  await page.getByText("@ben").waitFor();
  await picture("details");
  await page.getByRole("button", { name: "Leave the group" }).scrollIntoViewIfNeeded();
  await picture("rules");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByText("This device").waitFor();
  await picture("settings");
  await page.keyboard.press("Escape");
  await mira.context.setOffline(true);
  await mira.say("We are leaving at half past seven sharp.");
  await page.getByText("No connection").waitFor();
  await picture("offline");
  clearInterval(typing);
} finally {
  await Promise.all([...clients.values()].map((client) => client.close()));
  await browser.close();
}

function at(name: Name): Client {
  const client = clients.get(name);
  if (!client) throw new Error(`nobody is called ${name}`);
  return client;
}

function idOf(name: Name): string {
  return at(name).me?.id ?? "";
}

async function say(name: Name, room: Room, text: string, re?: number): Promise<number> {
  const mentions = Object.keys(cast).filter((other) => text.includes(`@${other}`));
  const draft = {
    text,
    mentions: mentions.map((other) => idOf(other as Name)),
    ...(re !== undefined && { re }),
  };
  return (await at(name).room(room.id).send(draft)).seq;
}

/** @returns id of the room that the pictures show */
async function tell(): Promise<string> {
  await at("mira").setProfile({ about: "Builds small boats." });
  const group = (name: string, by: Name, members: Name[]) =>
    at(by).createGroup({ name, members: members.map(idOf) });
  const garden = await group("Neighbourhood garden and shared tools", "elif", ["mira", "ben"]);
  await say("elif", garden, "Compost is done");
  const boat = await group("Boat", "dao", ["mira", "ana", "ben"]);
  for (const text of ["Who has the key of the shed?", "Found it", "Painting on Sunday?"])
    await say("ana", boat, text);
  const withDao = await at("mira").direct(idOf("dao"));
  await say("mira", withDao, "Thank you for the tea");
  await say("dao", withDao, "Cảm ơn bạn!");
  await say(
    "mira",
    await at("mira").direct(idOf("ben")),
    "Sounds good, let's do it that way and see how it goes",
  );

  const birds = await group("Harbour birds", "mira", ["ana", "ben", "chidi", "dao", "elif"]);
  await birds.describe("Where and when they fly.");
  await birds.setRole(idOf("ana"), "admin");
  await birds.setRole(idOf("ben"), "moderator");
  await say("ana", birds, "Good morning!");
  const asked = await say("ana", birds, "Did you see them over the pier last night?");
  await say("mira", birds, "Thousands. The whole sky folded in on itself.", asked);
  const shown = await say(
    "ben",
    birds,
    "I have some pictures. They are a bit blurred, but you can see the shape.",
  );
  for (const name of ["ana", "mira"] as const) await at(name).room(birds.id).react(shown, "❤️", true);
  await at("chidi").room(birds.id).react(shown, "🎉", true);
  await say("chidi", birds, "There is a good article about it: https://example.org/murmuration");
  await at("chidi")
    .room(birds.id)
    .remove(await say("chidi", birds, "wrong room"));
  await say("ana", birds, "Are we still on for Saturday? @mira said that the boat has room for four.");
  const agreed = await say("mira", birds, "Yes!");
  await birds.edit(agreed, "Yes! Half past seven at the little harbour.");
  for (const name of ["ana", "ben", "dao"] as const) await at(name).room(birds.id).react(agreed, "👍", true);
  await say("mira", birds, "Bring something warm,\nand binoculars if you have some");
  await say("elif", birds, "Thank you for having me");
  await say("dao", birds, "I'd bring soup.");
  await say("dao", birds, "And bread.");
  for (const name of ["ana", "ben", "chidi", "dao", "elif"] as const) at(name).room(birds.id).markRead();

  const withAna = await at("ana").direct(idOf("mira"));
  for (const text of ["Look at this one", "It came right over the roof", "Are you free tomorrow?"]) {
    await say("ana", withAna, text);
  }
  at("ben").setAway(true);
  await at("chidi").close();
  return birds.id;
}
