/**
 * A histogram for what happens thousands of times a second: an observation costs tens of nanoseconds, where prom-client
 * checks and hashes labels each time and takes a microsecond. To a registry it looks like any other metric.
 */
import type { Histogram, Registry } from "prom-client";

interface Series {
  /** Observations per bucket; the last one is for what lies above all bounds. */
  counts: number[];
  sum: number;
}

interface Value {
  labels: Record<string, string | number>;
  value: number;
  metricName: string;
}

export interface DistributionOptions {
  name: string;
  help: string;
  /** Upper bounds of the buckets, rising. */
  bounds: readonly number[];
  /** Name of the one label; default none. */
  label?: string;
}

export class Distribution {
  readonly name: string;
  readonly help: string;
  readonly #bounds: readonly number[];
  readonly #label: string | null;
  /** By the label's value. */
  readonly #series = new Map<string, Series>();

  constructor({ name, help, bounds, label }: DistributionOptions, registry: Registry) {
    this.name = name;
    this.help = help;
    this.#bounds = bounds;
    this.#label = label ?? null;
    if (label === undefined) this.#of("");
    // A registry uses a name and `get`; its type asks for prom-client's whole class.
    registry.registerMetric(this as unknown as Histogram);
  }

  observe(value: number, label = ""): void {
    const series = this.#of(label);
    series.sum += value;
    let bucket = 0;
    while (bucket < this.#bounds.length && value > (this.#bounds[bucket] as number)) bucket++;
    series.counts[bucket] = (series.counts[bucket] as number) + 1;
  }

  /** What a registry prints. */
  async get() {
    const values = [...this.#series].flatMap(([label, series]) => this.#valuesOf(label, series));
    return { name: this.name, help: this.help, type: "histogram", values, aggregator: "sum" };
  }

  #of(label: string): Series {
    let series = this.#series.get(label);
    if (series === undefined) {
      series = { counts: new Array(this.#bounds.length + 1).fill(0), sum: 0 };
      this.#series.set(label, series);
    }
    return series;
  }

  /** Buckets are cumulative, as Prometheus wants them. */
  #valuesOf(label: string, { counts, sum }: Series): Value[] {
    const labels: Value["labels"] = this.#label === null ? {} : { [this.#label]: label };
    let count = 0;
    const buckets = counts.map((added, bucket): Value => {
      count += added;
      const le = this.#bounds[bucket] ?? "+Inf";
      return { labels: { le, ...labels }, value: count, metricName: `${this.name}_bucket` };
    });
    return [
      ...buckets,
      { labels, value: sum, metricName: `${this.name}_sum` },
      { labels, value: count, metricName: `${this.name}_count` },
    ];
  }
}
