/** The two kinds that only keep a number of pods. Upstream: pkg/controller/replicaset, pkg/controller/replication. */
import type { LabelSelector } from 'kubernetes-types/meta/v1';
import { selectorOf, selectorOfMap, type Labels } from '../../api/selectors.ts';
import type { Manager } from '../managed-controller.ts';
import { ReplicaController } from './replica-controller.ts';

export class ReplicaSetController extends ReplicaController {
  constructor(manager: Manager) {
    super(manager, {
      resource: 'replicasets.apps',
      kind: 'ReplicaSet',
      name: 'replicaset',
      reporter: 'replicaset-controller',
      selectorOf: ({ spec }) => selectorOf((spec as { selector?: LabelSelector } | undefined)?.selector),
    });
  }
}

export class ReplicationControllerController extends ReplicaController {
  constructor(manager: Manager) {
    super(manager, {
      resource: 'replicationcontrollers',
      kind: 'ReplicationController',
      name: 'replication',
      reporter: 'replication-controller',
      selectorOf({ spec }) {
        const { selector } = (spec ?? {}) as { selector?: Labels };
        return selector && Object.keys(selector).length > 0 ? selectorOfMap(selector) : undefined;
      },
    });
  }
}
