/** `kubectl create deployment`, `job`, `cronjob`, `namespace`, `serviceaccount`, `priorityclass`, `quota`, `poddisruptionbudget`. */
import { withoutEmpty } from '../../client/changes.ts';
import { flagsOf } from '../../client/flags.ts';
import { failure } from '../../failure.ts';
import type { Live, Session } from '../../session.ts';
import type { Generator } from './generator.ts';
import { labelsOf, portOf } from './parts.ts';

/** The last part of an image's name, without tag and digest, made a label. */
function containerName(image: string): string {
  const last = image.split('/').at(-1) ?? image;
  return last
    .split(':')[0]!
    .split('@')[0]!
    .toLowerCase()
    .replace(/[^-a-z0-9]/g, '-');
}

export const deployment: Generator = {
  name: 'deployment',
  failsAs: 'deployment: ',
  aliases: ['deploy'],
  resource: 'deployments.apps',
  flags: flagsOf('image:list port:int=-1 replicas/r:int=1'),
  required: ['image'],
  build: ({ flags }, name) => {
    const images = flags.all('image');
    const words = flags.args.slice(1);
    if (images.length > 1 && words.length > 0) throw failure('cannot specify multiple --image options and command');
    if (flags.int('replicas') < 0) throw failure(`--replicas must be greater than or equal to 0`);
    const port = flags.int('port');
    const labels = { app: name };
    const containers = images.map((image) =>
      withoutEmpty({
        command: words.length > 0 ? words : undefined,
        image,
        name: containerName(image),
        resources: {},
      }),
    );
    if (port >= 0 && containers[0]) containers[0] = { ...containers[0], ports: [{ containerPort: port }] };
    return {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { labels, name },
      spec: {
        replicas: flags.int('replicas'),
        selector: { matchLabels: labels },
        strategy: {},
        template: { metadata: { labels }, spec: { containers } },
      },
      status: {},
    };
  },
};

function jobTemplate(name: string, image: string, words: readonly string[], restartPolicy: string): object {
  return {
    metadata: {},
    spec: {
      containers: [withoutEmpty({ command: words.length > 0 ? words : undefined, image, name, resources: {} })],
      restartPolicy,
    },
  };
}

export const job: Generator = {
  name: 'job',
  failsAs: 'job: ',
  resource: 'jobs.batch',
  flags: flagsOf('image from'),
  build: (session, name) => {
    const { flags } = session;
    const from = flags.text('from');
    const words = flags.args.slice(1);
    if (from && flags.text('image'))
      throw failure(
        'if any flags in the group [image from] are set none of the others can be; [from image] were all set',
      );
    if (!from && !flags.text('image')) throw failure('either --image or --from must be specified');
    if (from) return jobFrom(session, name, from);
    return {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name },
      spec: { template: jobTemplate(name, flags.text('image'), words, 'Never') },
      status: {},
    };
  },
};

interface CronJob extends Live {
  readonly spec: {
    readonly jobTemplate: {
      readonly metadata?: { readonly labels?: object; readonly annotations?: object };
      readonly spec: object;
    };
  };
}

function jobFrom(session: Session, name: string, from: string): object {
  const [type = '', source = ''] = from.split('/');
  const resource = session.discovery.named(type);
  if (resource.kind !== 'CronJob') throw failure(`from must be an existing cronjob`);
  const cron = session.rest.get<CronJob>(resource, session.namespace, source);
  const { metadata, spec } = cron.spec.jobTemplate;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      annotations: { 'cronjob.kubernetes.io/instantiate': 'manual', ...metadata?.annotations },
      ...(metadata?.labels ? { labels: metadata.labels } : {}),
      name,
      ownerReferences: [
        { apiVersion: 'batch/v1', controller: true, kind: 'CronJob', name: cron.metadata.name, uid: cron.metadata.uid },
      ],
    },
    spec,
    status: {},
  };
}

export const cronjob: Generator = {
  name: 'cronjob',
  failsAs: 'cronjob: ',
  aliases: ['cj'],
  resource: 'cronjobs.batch',
  flags: flagsOf('image schedule restart=OnFailure'),
  required: ['image', 'schedule'],
  build: ({ flags }, name) => ({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name },
    spec: {
      jobTemplate: {
        metadata: { name },
        spec: { template: jobTemplate(name, flags.text('image'), flags.args.slice(1), flags.text('restart')) },
      },
      schedule: flags.text('schedule'),
    },
    status: {},
  }),
};

export const namespace: Generator = {
  name: 'namespace',
  aliases: ['ns'],
  resource: 'namespaces',
  flags: [],
  build: (_, name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: {}, status: {} }),
};

export const serviceaccount: Generator = {
  name: 'serviceaccount',
  failsAs: 'serviceaccount: ',
  aliases: ['sa'],
  resource: 'serviceaccounts',
  flags: [],
  build: (_, name) => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } }),
};

export const priorityclass: Generator = {
  name: 'priorityclass',
  failsAs: 'priorityclass: ',
  aliases: ['pc'],
  resource: 'priorityclasses.scheduling.k8s.io',
  flags: flagsOf('value:int=0 description global-default:bool preemption-policy=PreemptLowerPriority'),
  build: ({ flags }, name) =>
    withoutEmpty({
      apiVersion: 'scheduling.k8s.io/v1',
      description: flags.text('description') || undefined,
      globalDefault: flags.bool('global-default') || undefined,
      kind: 'PriorityClass',
      metadata: { name },
      preemptionPolicy: flags.text('preemption-policy'),
      value: flags.int('value'),
    }),
};

export const quota: Generator = {
  name: 'quota',
  failsAs: 'quota: ',
  aliases: ['resourcequota'],
  resource: 'resourcequotas',
  flags: flagsOf('hard scopes'),
  build: ({ flags }, name) => {
    const hard = flags.text('hard');
    const scopes = flags.text('scopes').split(',').filter(Boolean);
    return {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name },
      spec: withoutEmpty({
        hard: hard ? hardOf(hard) : undefined,
        scopes: scopes.length > 0 ? scopes : undefined,
      }),
      status: {},
    };
  },
};

function hardOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const [key = '', value, ...rest] = pair.split('=');
      if (value === undefined || rest.length > 0)
        throw failure(`Invalid argument syntax ${pair}, expected <resource>=<value>`);
      return [key, value];
    }),
  );
}

export const poddisruptionbudget: Generator = {
  name: 'poddisruptionbudget',
  failsAs: 'poddisruptionbudgets: ',
  aliases: ['pdb'],
  resource: 'poddisruptionbudgets.policy',
  flags: flagsOf('selector min-available max-unavailable'),
  build: ({ flags }, name) => {
    const [least, most] = [flags.text('min-available'), flags.text('max-unavailable')];
    if (!flags.text('selector')) throw failure('a selector must be specified');
    if (!least && !most) throw failure('one of min-available or max-unavailable must be specified');
    if (least && most) throw failure('min-available and max-unavailable cannot be both specified');
    return {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name },
      spec: {
        ...(most ? { maxUnavailable: portOf(most) } : { minAvailable: portOf(least) }),
        selector: { matchLabels: labelsOf(flags.text('selector')) },
      },
      status: { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 },
    };
  },
};
