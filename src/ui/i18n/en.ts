/** English texts. The Korean ones have the same keys, which the types see to. */
import { explainEn } from './explain-en.ts';
import { shellEn } from './shell-en.ts';
import { stageEn } from './stage-en.ts';

export const en = {
  ...explainEn,
  ...shellEn,
  ...stageEn,
  packet: {
    request: 'API request',
    response: 'Answer',
    watch: 'Watch delivery',
    probe: 'Probe',
    dns: 'DNS query',
    traffic: 'Service traffic',
    pull: 'Image pull',
  },
  component: {
    'kube-apiserver': 'API server',
    etcd: 'etcd',
    'kube-scheduler': 'Scheduler',
    'kube-controller-manager': 'Controller manager',
    'cloud-controller-manager': 'Cloud controller',
    client: 'You',
    internet: 'Internet',
    registry: 'Registry',
  },
  editor: {
    apply: 'Apply',
    delete: 'Delete',
    diff: 'Diff',
    loading: 'Loading the editor',
    problems: '{{count}} problems',
    clean: 'No problems found',
    applied: 'Applied: {{list}}',
    nothing: 'Nothing to apply',
    created: 'created',
    configured: 'configured',
    unchanged: 'unchanged',
    deleted: 'deleted',
    error: 'refused',
    hint: 'Ctrl+M lets Tab leave the editor.',
    noDiff: 'Applying would change nothing.',
    line: 'line {{line}}',
    close: 'Close',
  },
  gallery: { title: 'Scenarios', open: 'Open', intro: 'Each opens in the editor; press Apply there.' },
} as const;
