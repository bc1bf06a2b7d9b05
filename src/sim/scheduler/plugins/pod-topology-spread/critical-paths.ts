/**
 * The two emptiest domains of a constraint, kept while preemption tries pods on and off a node. As upstream does it, the
 * second can be out of date after updates. Upstream: framework/plugins/podtopologyspread/filtering.go (criticalPaths).
 */
interface Path {
  value: string;
  count: number;
}

const NONE = 2 ** 31 - 1;

export class CriticalPaths {
  private constructor(
    private first: Path,
    private second: Path,
  ) {}

  static of(counts: ReadonlyMap<string, number>): CriticalPaths {
    let first: Path = { value: '', count: NONE };
    let second: Path = { value: '', count: NONE };
    const isBefore = (value: string, count: number, path: Path): boolean =>
      count < path.count || (count === path.count && value < path.value);
    for (const [value, count] of counts) {
      if (isBefore(value, count, first)) {
        second = first;
        first = { value, count };
      } else if (isBefore(value, count, second)) second = { value, count };
    }
    return new CriticalPaths(first, second);
  }

  get minimum(): number {
    return this.first.count;
  }

  copy(): CriticalPaths {
    return new CriticalPaths({ ...this.first }, { ...this.second });
  }

  update(value: string, count: number): void {
    if (value === this.first.value || value === this.second.value) {
      if (value === this.first.value) this.first.count = count;
      else this.second.count = count;
      if (this.first.count > this.second.count) [this.first, this.second] = [this.second, this.first];
      return;
    }
    if (count < this.first.count) {
      this.second = this.first;
      this.first = { value, count };
    } else if (count < this.second.count) this.second = { value, count };
  }
}
