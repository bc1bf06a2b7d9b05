/** Nodes that have the images already. Upstream: framework/plugins/imagelocality/image_locality.go. */
import type { Pod } from 'kubernetes-types/core/v1';
import type { Plugin, Snapshot } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';

const MIB = 1024 * 1024;
const MIN_BYTES = 23 * MIB;
const MAX_BYTES_PER_CONTAINER = 1000 * MIB;

/** Image names are kept with a tag: `nginx` is `nginx:latest`. */
function normalizedName(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image;
}

function imagesOf(pod: Pod): readonly string[] {
  return [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].map(({ image }) =>
    normalizedName(image ?? ''),
  );
}

function presentBytes(pod: Pod, node: NodeInfo, { nodes, imageSpread }: Snapshot): number {
  return imagesOf(pod).reduce((sum, image) => {
    const size = node.images.get(image);
    return size === undefined ? sum : sum + Math.trunc((size * (imageSpread.get(image) ?? 0)) / nodes.length);
  }, 0);
}

export const imageLocality: Plugin = {
  name: 'ImageLocality',
  score(pod, node, snapshot) {
    const highest = MAX_BYTES_PER_CONTAINER * imagesOf(pod).length;
    const bytes = Math.min(Math.max(presentBytes(pod, node, snapshot), MIN_BYTES), highest);
    return Math.trunc((100 * (bytes - MIN_BYTES)) / (highest - MIN_BYTES));
  },
  explainScore(pod, _node, { raw }, index) {
    const highest = MAX_BYTES_PER_CONTAINER * imagesOf(pod).length;
    return [
      {
        label: 'score',
        expression: `100 × (bytes present, spread over nodes, within ${MIN_BYTES} … ${highest} − ${MIN_BYTES}) / (${highest} − ${MIN_BYTES})`,
        result: raw[index] ?? 0,
      },
    ];
  },
};
