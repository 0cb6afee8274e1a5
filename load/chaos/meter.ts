/** Reads the nodes' /metrics, each start of each node apart: what a killed one had counted stays counted. */

/** A node that doesn't answer so soon isn't waited for: it may be frozen. */
const answerMs = 1_000;

type Series = ReadonlyMap<string, number>;

export class Meter {
  /** Newest reading, by node and start. */
  readonly #read = new Map<string, Series>();

  async read(node: string, url: string): Promise<Series | null> {
    const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(answerMs) })
      .then((response) => response.text())
      .catch(() => null);
    if (answer === null) return null;
    const series = seriesOf(answer);
    this.#read.set(node, series);
    return series;
  }

  /** Of all nodes and starts. @param name with its labels, as `starling_x{result="ok"}` */
  total(name: string): number {
    return [...this.#read.values()].reduce((sum, series) => sum + (series.get(name) ?? 0), 0);
  }
}

export function seriesOf(text: string): Series {
  const series = new Map<string, number>();
  for (const line of text.split("\n")) {
    const [, name, value] = /^(\S+?(?:\{[^}]*\})?) (\S+)/u.exec(line) ?? [];
    if (name !== undefined && !line.startsWith("#")) series.set(name, Number(value));
  }
  return series;
}
