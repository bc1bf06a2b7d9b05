/**
 * Which node stands where: pools in bands of rows, one under the other. A node keeps its slot; a pool that outgrows its
 * bands gets a further one below everything, so that nobody else moves.
 */
import { NODE_HEIGHT, type StageFrame } from './stage-frame.ts';
import type { Box } from './stage-types.ts';

/** Title, then a rail of control lines, then rows of cards, each with a rail of data lines at its foot. */
const TITLE = 26;
const RAIL = 12;
const ROW = NODE_HEIGHT + 30;
const BAND_GAP = 10;

export interface Band {
  readonly pool: string;
  readonly title: Box;
  readonly rows: number;
  readonly y: number;
  readonly isContinued: boolean;
}

export class BandBook {
  private bands: Band[] = [];
  private readonly places = new Map<string, { band: number; index: number }>();

  /** Under the first bands stand the Services, where the arrangement has them there. */
  private shelf: { readonly after: number; readonly top: number; readonly bottom: number } | undefined;

  constructor(private readonly frame: StageFrame) {}

  /** Keeps room of that height under the bands there are now; gives its top. Later bands go below it. */
  keepShelf(height: number): number {
    this.shelf ??= { after: this.bands.length, top: this.bottom, bottom: this.bottom + height };
    return this.shelf.top;
  }

  get list(): readonly Band[] {
    return this.bands;
  }

  /** The foot of the last band. */
  get bottom(): number {
    const last = this.bands.at(-1);
    const foot = last ? footOf(last) : this.frame.pools.y + 90;
    return this.shelf && this.bands.length <= this.shelf.after ? Math.max(foot, this.shelf.bottom) : foot;
  }

  /** Takes the nodes of each pool in, by name. Bands that have become empty go from the end. */
  settle(pools: ReadonlyMap<string, readonly string[]>): void {
    const present = new Set([...pools.values()].flat());
    for (const name of [...this.places.keys()]) if (!present.has(name)) this.places.delete(name);
    const used = new Set([...this.places.values()].map(({ band, index }) => `${band}/${index}`));
    for (const [pool, names] of pools) {
      const fresh = names.filter((name) => !this.places.has(name));
      for (const [at, name] of fresh.entries()) {
        const place = this.freePlace(pool, used, fresh.length - at);
        this.places.set(name, place);
        used.add(`${place.band}/${place.index}`);
      }
    }
    const filled = new Set([...this.places.values()].map(({ band }) => band));
    while (this.bands.length > (this.shelf?.after ?? 0) && !filled.has(this.bands.length - 1)) this.bands.pop();
  }

  has(name: string): boolean {
    return this.places.has(name);
  }

  boxOf(name: string): Box {
    const { band, index } = this.places.get(name)!;
    const { columns, nodeWidth, pools } = this.frame;
    return {
      x: pools.x + (index % columns) * (nodeWidth + 18),
      y: this.bands[band]!.y + Math.floor(index / columns) * ROW,
      width: nodeWidth,
      height: NODE_HEIGHT,
    };
  }

  private freePlace(pool: string, used: ReadonlySet<string>, waiting: number): { band: number; index: number } {
    for (const [band, { pool: name, rows }] of this.bands.entries()) {
      if (name !== pool) continue;
      for (let index = 0; index < rows * this.frame.columns; index += 1) {
        if (!used.has(`${band}/${index}`)) return { band, index };
      }
    }
    const isFirst = this.bands.length === 0 && !this.shelf;
    const top = isFirst ? this.frame.pools.y : this.bottom + BAND_GAP;
    const { x, width } = this.frame.pools;
    const title = TITLE * this.frame.unit;
    this.bands.push({
      pool,
      title: { x, y: top, width, height: title },
      rows: Math.max(1, Math.ceil(waiting / this.frame.columns)),
      y: top + title + RAIL,
      isContinued: this.bands.some(({ pool: name }) => name === pool),
    });
    return { band: this.bands.length - 1, index: 0 };
  }
}

const footOf = ({ y, rows }: Band): number => y + rows * ROW - 16;

/** The rails of a card: control above it, data below, and the risers at its left. */
export const controlRail = ({ y }: Box): number => y - 8;
export const dataRail = ({ y, height }: Box): number => y + height + 9;
export const controlRiser = ({ x }: Box): number => x - 6;
export const dataRiser = ({ x }: Box): number => x - 11;
