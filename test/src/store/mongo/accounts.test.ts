import { expect, test } from "bun:test";
import type { Session } from "../../../../actors/ports.ts";
import { platform } from "../../../../src/platform.ts";
import { openMongo } from "../../../../src/store/mongo/open.ts";
import { mongod, mongoForFile } from "../../../contract/mongo.ts";
import { account } from "../../../contract/store.contract.ts";

const session: Session = {
  ...{ id: "s", user: "ana", device: "d", label: "Firefox" },
  ...{ createdAt: 2, lastSeenAt: 2, expiresAt: 1_000 },
  ...{ counter: 0, rotatedAt: 2, revokedAt: null },
};

/** A sign-in needs a tenth of it. */
const commitMs = 1_000;

if (mongod === null) test.skip("MongoDB's accounts (get it with: npm run parts mongod)", () => {});
else {
  const set = mongoForFile();

  test("whoever signs in on another node while a new password is being committed finds that one", async () => {
    const primary = await (await set()).primary();
    const url = (await set()).url();
    await using one = await openMongo({ url, platform });
    await using two = await openMongo({ url, platform });
    await one.store.accounts.create(account("ana"));

    const { count } = await primary.command({
      configureFailPoint: "failCommand",
      mode: { times: 1 },
      data: {
        ...{ failCommands: ["commitTransaction"], appName: "starling" },
        ...{ blockConnection: true, blockTimeMS: commitMs },
      },
    });
    const changing = one.store.accounts.setPassword("ana", "new", "none", 70);
    await primary.command({ waitForFailPoint: "failCommand", timesEntered: count + 1, maxTimeMS: 10_000 });
    await two.store.sessions.create(session, 9);
    expect((await two.store.accounts.byId("ana"))?.password).toBe("new");
    expect(await changing).toEqual([]);
  });
}
