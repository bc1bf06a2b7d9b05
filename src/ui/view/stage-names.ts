/** Names as the stage shows them: short, never cut to sameness, and a colour that stays with an application. */
import type { Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../../sim/api/object.ts';

/** Data colours of the palette. */
const COLOUR_COUNT = 7;

export function colourOf(text: string): number {
  let hash = 0;
  for (const character of text) hash = (hash * 31 + character.charCodeAt(0)) | 0;
  return Math.abs(hash) % COLOUR_COUNT;
}

/** Cuts the middle of a name and keeps its end, where names of one set differ. */
export function shorten(name: string, length: number): string {
  if (name.length <= length) return name;
  const tail = Math.ceil((length - 1) * 0.6);
  return `${name.slice(0, length - 1 - tail)}…${name.slice(-tail)}`;
}

/** `aks-nodepool1-12345678-vmss000002` is `vmss000002` beside its pool's title; any other name stays whole. */
export function shortNodeName(name: string): string {
  return /^aks-.+-\d+-(vmss[0-9a-z]+)$/.exec(name)?.[1] ?? name;
}

/** The application a pod belongs to: the name of its owner without the hash of a ReplicaSet. */
export function applicationOf(pod: Stored<Pod>): string {
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller) ?? pod.metadata.ownerReferences?.[0];
  if (!owner) return pod.metadata.name;
  return owner.kind === 'ReplicaSet' ? owner.name.replace(/-[a-z0-9]{5,10}$/, '') : owner.name;
}
