/** Nodes that have the images already. Upstream: framework/plugins/imagelocality/image_locality.go. */
import type { Plugin } from '../framework.ts';
import type { PodInfo } from '../pod-info.ts';

const MIB = 1024 * 1024;
const MIN_BYTES = 23 * MIB;
const MAX_BYTES_PER_CONTAINER = 1000 * MIB;

/** Image names are kept with a tag: `nginx` is `nginx:latest`. */
function normalizedName(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image;
}

interface WantedImages {
  /** With the share of all nodes that have the image. */
  readonly images: readonly { readonly name: string; readonly spread: number }[];
  readonly highest: number;
}

function wantedImages({ pod }: PodInfo, spread: ReadonlyMap<string, number>, nodes: number): WantedImages {
  const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
  return {
    // What no node has counts nowhere.
    images: containers.flatMap(({ image }) => {
      const name = normalizedName(image ?? '');
      const holders = spread.get(name) ?? 0;
      return holders > 0 ? [{ name, spread: holders / nodes }] : [];
    }),
    highest: MAX_BYTES_PER_CONTAINER * containers.length,
  };
}

function presentBytes({ images }: WantedImages, held: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const { name, spread } of images) {
    const size = held.get(name);
    if (size !== undefined) sum += Math.trunc(size * spread);
  }
  return sum;
}

const within = (bytes: number, highest: number): number =>
  bytes < MIN_BYTES ? MIN_BYTES : bytes > highest ? highest : bytes;

export const imageLocality: Plugin<undefined, WantedImages> = {
  name: 'ImageLocality',
  preScore: (pod, _nodes, cluster) => ({ state: wantedImages(pod, cluster.imageSpread, cluster.nodes.length) }),
  score(_pod, node, wanted) {
    if (wanted.images.length === 0) return 0;
    const bytes = within(presentBytes(wanted, node.images), wanted.highest);
    if (bytes === MIN_BYTES) return 0;
    return Math.trunc((100 * (bytes - MIN_BYTES)) / (wanted.highest - MIN_BYTES));
  },
  explainScore(_pod, { images }, wanted, { raw, index }) {
    const present = presentBytes(wanted, images);
    const counted = within(present, wanted.highest);
    const bytes = wanted.images
      .filter(({ name }) => images.has(name))
      .map(({ name, spread }) => `${images.get(name)} × ${Math.round(spread * 1000) / 1000}`);
    return [
      { label: 'bytes present × share of nodes that have them', expression: bytes.join(' + ') || '0', result: present },
      {
        label: 'score',
        expression: `100 × (${counted} − ${MIN_BYTES}) / (${wanted.highest} − ${MIN_BYTES})`,
        result: raw[index] ?? 0,
      },
    ];
  },
};
