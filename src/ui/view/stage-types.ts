/** The picture as data: what stands where on the stage, in world units (one is a pixel when nothing is zoomed). */
import type { PodHealth } from './pod-health.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

export type Polyline = readonly Point[];

interface Item extends Box {
  readonly id: string;
}

/** The arrangement for the width at hand: side by side, stacked in two columns, stacked in one. */
export type StageShape = 'wide' | 'medium' | 'tall';

export interface ComponentCard extends Item {
  readonly kind: 'component';
}

/** A pod on its node's card; `x` and `y` are relative to the card. */
export interface PodChip extends Box {
  readonly key: string;
  readonly name: string;
  readonly namespace: string;
  readonly node: string;
  readonly application: string;
  readonly health: PodHealth;
  readonly colour: number;
  readonly restarts: number;
  /** While a Deployment rolls: the revision of this pod, and whether a newer one takes its place. */
  readonly revision: { readonly number: number; readonly isOld: boolean } | undefined;
  /** Whether the filter wants it. */
  readonly isMatch: boolean;
}

/** One resource of a node, in millicores or bytes. What lies between capacity and allocatable is reserved. */
export interface Meter {
  readonly requested: number;
  readonly used: number;
  readonly allocatable: number;
  readonly capacity: number;
}

export interface NodeCard extends Item {
  readonly kind: 'node';
  readonly name: string;
  readonly shortName: string;
  readonly pool: string;
  readonly zone: string;
  readonly isReady: boolean;
  readonly isCordoned: boolean;
  /** Condition types that are true and bad: `MemoryPressure`. */
  readonly pressures: readonly string[];
  readonly taints: readonly string[];
  readonly cpu: Meter;
  readonly memory: Meter;
  readonly pods: readonly PodChip[];
  readonly podCapacity: number;
  readonly isMatch: boolean;
  /** Ports and grid, relative to the card. */
  readonly kubelet: Box;
  readonly kubeProxy: Box;
  readonly grid: Box;
}

export interface ServiceCard extends Item {
  readonly kind: 'service';
  readonly name: string;
  readonly namespace: string;
  readonly type: string;
  readonly address: string;
  readonly ready: number;
  readonly total: number;
  readonly isMatch: boolean;
}

export interface Ground extends Item {
  readonly kind: 'ground';
  readonly title: 'azure' | 'yours';
}

export interface PoolHeading extends Item {
  readonly kind: 'pool';
  readonly name: string;
  readonly mode: string;
  readonly vmSize: string;
  readonly zones: readonly string[];
  readonly count: number;
  readonly ready: number;
  /** A further stretch of a pool whose first one is full. */
  readonly isContinued: boolean;
}

export interface ServicesHeading extends Item {
  readonly kind: 'services';
  readonly count: number;
}

/** Pods that no node has been found for. Its place is always there, so that nothing moves when one comes. */
export interface Tray extends Item {
  readonly kind: 'tray';
  readonly pods: readonly PodChip[];
  readonly podCount: number;
}

export type StageItem = ComponentCard | NodeCard | ServiceCard | Ground | PoolHeading | ServicesHeading | Tray;

/** A line that is always there: packets travel along it. */
export interface StageLine {
  readonly points: Polyline;
  readonly kind: 'control' | 'data';
  /** A short end at a card, not worth drawing from afar. */
  readonly isTwig: boolean;
}
