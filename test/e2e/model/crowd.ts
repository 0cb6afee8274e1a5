/** People to draw from: making an account costs a slow hash, so they go from run to run. Their rooms don't. */
import { Person } from "./person.ts";

export class Crowd {
  readonly #url: string;
  readonly #people: Person[] = [];
  /** Pairs whose direct room was used up by an earlier run. */
  readonly #met = new Set<string>();

  constructor(url: string) {
    this.#url = url;
  }

  /** Four people; the first and the second, and the second and the third, have never met. */
  async take(): Promise<Person[]> {
    const found = this.#strangers() ?? (await this.#grow());
    const [one, two, three] = found as [Person, Person, Person];
    this.#met.add(pairOf(one, two)).add(pairOf(two, three));
    const fourth = this.#people.find((person) => !found.includes(person)) as Person;
    const taken = [...found, fourth];
    await Promise.all(taken.map((person) => person.arrive()));
    return taken;
  }

  #strangers(): Person[] | null {
    if (this.#people.length < 4) return null;
    for (const two of this.#people) {
      const [one, three] = this.#people.filter(
        (other) => other !== two && !this.#met.has(pairOf(other, two)),
      );
      if (one !== undefined && three !== undefined) return [one, two, three];
    }
    return null;
  }

  async #grow(): Promise<Person[]> {
    const fresh = await Promise.all(Array.from({ length: 4 }, () => Person.register(this.#url)));
    this.#people.push(...fresh);
    return fresh.slice(0, 3);
  }
}

function pairOf(a: Person, b: Person): string {
  return [a.id, b.id].sort().join(" ");
}
