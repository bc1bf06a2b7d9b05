/** `kubectl set env`. Upstream: kubectl/pkg/cmd/set/{set_env.go,env}. Left out: `--resolve`, environment from stdin. */
import type { Container, EnvVar } from 'kubernetes-types/core/v1';
import { flagsOf } from '../../client/flags.ts';
import { podSpecOf } from '../../client/pod-template.ts';
import type { Found } from '../../client/infos.ts';
import { failure } from '../../failure.ts';
import type { Session } from '../../session.ts';
import { changePods, foundForSet, SET_FLAGS, splitArgs } from './change-pods.ts';

export const SET_ENV_FLAGS = [
  ...flagsOf('containers/c=* env/e:array from prefix keys:list list:bool resolve:bool overwrite:bool=true'),
  ...SET_FLAGS,
];

export function setEnv(session: Session): void {
  const { flags } = session;
  const { resources, changes } = splitArgs(flags.args);
  const failures: Error[] = [];
  const found = foundForSet(session, resources, failures);
  const words = [...changes, ...flags.all('env')];
  const removed = words.filter((word) => !word.includes('=')).map((word) => word.slice(0, -1));
  const set = [...words.filter((word) => word.includes('=')).map(variableOf), ...sourced(session)];
  if (flags.bool('list') && words.length === 0) return listEnv(session, found);
  changePods(session, found, failures, 'env updated', (spec) => {
    const containers = [...(spec.initContainers ?? []), ...spec.containers].filter(({ name }) =>
      isChosen(session, name),
    );
    if (containers.length === 0)
      session.complain(`warning: no containers found matching ${JSON.stringify(flags.text('containers'))}`);
    for (const container of containers) update(session, container, set, removed);
  });
}

const isChosen = ({ flags }: Session, name: string): boolean => {
  const pattern = flags.text('containers');
  return new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  ).test(name);
};

function variableOf(word: string): EnvVar {
  const at = word.indexOf('=');
  const name = word.slice(0, at);
  if (!/^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(name))
    throw failure(`invalid environment variable name: ${JSON.stringify(name)}`);
  const value = word.slice(at + 1);
  return { name, ...(value === '' ? {} : { value }) };
}

/** `--from=configmap/settings`: one variable for each key. */
function sourced(session: Session): readonly EnvVar[] {
  const { flags } = session;
  const from = flags.text('from');
  if (!from) return [];
  const [type = '', name = ''] = from.split('/');
  const resource = session.discovery.named(type);
  const source = session.rest.get<{ data?: Readonly<Record<string, string>> }>(resource, session.namespace, name);
  const wanted = flags.all('keys');
  const keys = Object.keys(source.data ?? {})
    .sort()
    .filter((key) => wanted.length === 0 || wanted.includes(key));
  const reference =
    resource.kind === 'Secret' ? 'secretKeyRef' : resource.kind === 'ConfigMap' ? 'configMapKeyRef' : '';
  if (!reference) throw failure(`unsupported resource specified in --from`);
  for (const key of keys) {
    const name = variableName(key);
    if (name !== key) session.complain(`Warning: key ${key} transferred to ${name}`);
  }
  return keys.map((key) => ({
    name: `${flags.text('prefix')}${variableName(key)}`,
    valueFrom: { [reference]: { key, name } },
  }));
}

const variableName = (key: string): string => key.toUpperCase().replace(/[^A-Z0-9_]/g, '_');

function update(session: Session, container: Container, set: readonly EnvVar[], removed: readonly string[]): void {
  const before = container.env ?? [];
  if (!session.flags.bool('overwrite')) {
    const taken = set.find(({ name }) => before.some((item) => item.name === name));
    if (taken)
      throw failure(
        `'${taken.name}' already has a value (${before.find(({ name }) => name === taken.name)?.value ?? ''}), and --overwrite is false`,
      );
  }
  const kept = before.filter(({ name }) => !removed.includes(name));
  const changed = kept.map((item) => set.find(({ name }) => name === item.name) ?? item);
  const fresh = set.filter(({ name }) => !kept.some((item) => item.name === name));
  const next = [...changed, ...fresh];
  const draft = container as { env?: EnvVar[] };
  if (next.length > 0) draft.env = next;
  else delete draft.env;
}

function listEnv(session: Session, found: readonly Found[]): void {
  for (const { object, name, resource } of found) {
    const spec = podSpecOf(object);
    for (const container of [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])]) {
      session.say(`# ${resource.kind} ${name}, container ${container.name}`);
      for (const variable of container.env ?? []) session.say(variableText(variable));
    }
  }
}

function variableText({ name, value = '', valueFrom }: EnvVar): string {
  if (!valueFrom) return `${name}=${value}`;
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = valueFrom;
  if (fieldRef) return `# ${name} from field path ${fieldRef.fieldPath}`;
  if (resourceFieldRef) return `# ${name} from resource field ${resourceFieldRef.resource}`;
  if (configMapKeyRef) return `# ${name} from configmap ${configMapKeyRef.name}, key ${configMapKeyRef.key}`;
  if (secretKeyRef) return `# ${name} from secret ${secretKeyRef.name}, key ${secretKeyRef.key}`;
  return `# ${name} unknown source`;
}
