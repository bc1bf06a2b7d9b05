/** English texts. The Korean ones have the same keys, which the types see to. */
import { chartsEn } from './charts-en.ts';
import { checksEn } from './checks-en.ts';
import { clientsEn } from './clients-en.ts';
import { editorEn } from './editor-en.ts';
import { explainEn } from './explain-en.ts';
import { schedulerEn } from './scheduler-en.ts';
import { picturesEn } from './pictures-en.ts';
import { shellEn } from './shell-en.ts';
import { stageEn } from './stage-en.ts';
import { supportEn } from './support-en.ts';

export const en = {
  ...chartsEn,
  ...checksEn,
  ...clientsEn,
  ...editorEn,
  ...explainEn,
  ...schedulerEn,
  ...picturesEn,
  ...shellEn,
  ...stageEn,
  ...supportEn,
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
    client: 'kubectl',
    'client/dashboard': 'Dashboard',
    'client/pipeline': 'Pipeline',
    internet: 'Internet',
    registry: 'Registry',
  },
} as const;
