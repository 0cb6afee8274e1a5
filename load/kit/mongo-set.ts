/**
 * A real replica set: its members are processes on ephemeral ports with folders of their own, killed, frozen and started again by
 * pid. Journals are synced as an operator's would be.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Document, MongoClient } from "mongodb";
import { owned } from "./children.ts";
import { freePorts } from "./port.ts";
import { TcpLink } from "./tcp-link.ts";

export interface MongoSetOptions {
  /** Default 1. */
  members?: number;
  /** How long members wait for a primary before they elect another. Default 2 s; MongoDB's own is 10 s. */
  electionMs?: number;
  /** Everybody reaches a member by a way that can be cut, the other members too. Default: false. */
  linked?: boolean;
}

const setName = "rs0";
/** A start or an election that takes longer is a fault. */
const startMs = 30_000;

class Member {
  readonly port: number;
  /** null: it is reached straight. */
  link: TcpLink | null = null;
  readonly #program: string;
  readonly #dir: string;
  readonly #arguments: readonly string[];
  #child: Bun.Subprocess | null = null;

  constructor(program: string, dir: string, more: readonly string[]) {
    this.#program = program;
    this.#arguments = more;
    this.#dir = dir;
    [this.port = 0] = freePorts(1);
  }

  /** How others reach it. */
  get address(): string {
    return `127.0.0.1:${this.link?.port ?? this.port}`;
  }

  get running(): boolean {
    return this.#child !== null;
  }

  get pid(): number {
    if (this.#child === null) throw new Error("this member doesn't run");
    return this.#child.pid;
  }

  /** Resolves when it answers. */
  async start(): Promise<void> {
    const child = owned(
      Bun.spawn(
        [
          ...[this.#program, "--dbpath", this.#dir, "--port", `${this.port}`, ...this.#arguments],
          ...["--bind_ip", "127.0.0.1", "--nounixsocket", "--quiet"],
          ...["--wiredTigerCacheSizeGB", "0.25", "--oplogSize", "256"],
          ...["--setParameter", "diagnosticDataCollectionEnabled=false"],
          // Fail points: a test says which commands fail, and how.
          ...["--setParameter", "enableTestCommands=1"],
        ],
        { stdin: "ignore", stdout: "ignore", stderr: "inherit" },
      ),
    );
    this.#child = child;
    const ended = child.exited.then((code) => {
      throw new Error(`mongod ended with ${code} before it answered`);
    });
    await Promise.race([this.command({ hello: 1 }), ended]);
    ended.catch(() => {});
  }

  /** To this member, whatever it is in the set. */
  async command(command: Document): Promise<Document> {
    const url = `mongodb://127.0.0.1:${this.port}/?directConnection=true`;
    await using client = new MongoClient(url, { serverSelectionTimeoutMS: startMs });
    return await client.db("admin").command(command);
  }

  freeze(): void {
    this.#child?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#child?.kill("SIGCONT");
  }

  /** As a power cut would; resolves when the process is gone. */
  async kill(): Promise<void> {
    this.#child?.kill("SIGKILL");
    await this.#child?.exited;
    this.#child = null;
  }
}

export type MongoMember = Member;

export class MongoSet implements AsyncDisposable {
  readonly members: readonly Member[];
  readonly #dir: string;

  private constructor(members: readonly Member[], dir: string) {
    this.members = members;
    this.#dir = dir;
  }

  /** Resolves when there is a primary. `program` is part("mongod"). */
  static async start(program: string, options: MongoSetOptions = {}): Promise<MongoSet> {
    const { members = 1, electionMs = 2_000, linked = false } = options;
    const dir = mkdtempSync(join(tmpdir(), "starling-mongo-"));
    await using stack = new AsyncDisposableStack();
    const list = Array.from(
      { length: members },
      (_, i) => new Member(program, mkdtempSync(join(dir, `${i}-`)), ["--replSet", setName]),
    );
    const set = stack.use(new MongoSet(list, dir));
    await Promise.all(list.map((member) => member.start()));
    if (linked) for (const member of list) member.link = await TcpLink.to(member.port);
    await set.#initiate(electionMs);
    await set.primary();
    stack.move();
    return set;
  }

  /** A server that belongs to no set: what we refuse. */
  static async standalone(program: string): Promise<AsyncDisposable & { url: string }> {
    const dir = mkdtempSync(join(tmpdir(), "starling-mongo-"));
    const member = new Member(program, dir, []);
    const alone = new MongoSet([member], dir);
    await member.start();
    return {
      url: `mongodb://${member.address}/starling`,
      [Symbol.asyncDispose]: () => alone[Symbol.asyncDispose](),
    };
  }

  /** Of a database of this name. */
  url(name = "starling"): string {
    const hosts = this.members.map(({ address }) => address).join(",");
    return `mongodb://${hosts}/${name}?replicaSet=${setName}`;
  }

  /** The member that takes writes; waits for an election. */
  async primary(): Promise<Member> {
    await using client = new MongoClient(this.url(), { serverSelectionTimeoutMS: startMs });
    const { me } = await client.db("admin").command({ hello: 1 });
    const found = this.members.find(({ address }) => address === me);
    if (found === undefined) throw new Error("the primary is none of ours");
    return found;
  }

  /** Makes the primary a secondary; resolves when another one, or it itself, is primary again. */
  async stepDown(): Promise<void> {
    const primary = await this.primary();
    await primary.command({ replSetStepDown: 5, secondaryCatchUpPeriodSecs: 2, force: true });
    await this.primary();
  }

  async #initiate(electionTimeoutMillis: number): Promise<void> {
    const [first] = this.members;
    const config = {
      _id: setName,
      members: this.members.map(({ address }, _id) => ({ _id, host: address })),
      settings: {
        electionTimeoutMillis,
        heartbeatIntervalMillis: Math.min(2_000, electionTimeoutMillis / 2),
      },
    };
    await first?.command({ replSetInitiate: config });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.members.map((member) => member.kill()));
    await Promise.all(this.members.map(({ link }) => link?.[Symbol.asyncDispose]()));
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
