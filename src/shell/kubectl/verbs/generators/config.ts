/** `kubectl create configmap` and `kubectl create secret`. Upstream: kubectl/pkg/cmd/create/create_{configmap,secret*}.go. */
import { encodeBase64 } from '../../../../sim/api/encoding.ts';
import { withoutEmpty } from '../../client/changes.ts';
import { flagsOf } from '../../client/flags.ts';
import { failure } from '../../failure.ts';
import type { Session } from '../../session.ts';
import type { Generator } from './generator.ts';

const SOURCES = 'from-literal:array from-file:array from-env-file:array append-hash:bool';

/** Keys and texts, in the order of the kinds of source. */
function dataOf({ flags, context }: Session): Readonly<Record<string, string>> {
  const data: Record<string, string> = {};
  const put = (key: string, value: string): void => {
    if (key in data)
      throw failure(
        `cannot add key ${JSON.stringify(key)}, another key by that name already exists in Data for ConfigMap "${flags.args[0]}"`,
      );
    data[key] = value;
  };
  const read = (path: string): string => {
    const text = context.readFile(path);
    if (text === undefined) throw failure(`error reading ${path}: no such file or directory`);
    return text;
  };
  for (const source of flags.all('from-file')) {
    const at = source.indexOf('=');
    const path = at < 0 ? source : source.slice(at + 1);
    const inside = at < 0 ? context.listFiles(path) : [];
    if (inside.length > 0 && context.readFile(path) === undefined) {
      for (const name of [...inside].sort())
        put(name, read(path === '.' ? name : `${path.replace(/\/$/, '')}/${name}`));
    } else put(at < 0 ? (path.split('/').at(-1) ?? path) : source.slice(0, at), read(path));
  }
  for (const literal of flags.all('from-literal')) {
    const at = literal.indexOf('=');
    if (at < 0) throw failure(`invalid literal source ${literal}, expected key=value`);
    put(literal.slice(0, at), literal.slice(at + 1).replace(/^(['"])([\s\S]*)\1$/, '$2'));
  }
  for (const path of flags.all('from-env-file')) {
    for (const line of read(path).split('\n')) {
      if (line.trim() === '' || line.startsWith('#')) continue;
      const at = line.indexOf('=');
      put(at < 0 ? line : line.slice(0, at), at < 0 ? '' : line.slice(at + 1));
    }
  }
  return data;
}

function encoded(data: Readonly<Record<string, string>>): Readonly<Record<string, string>> | undefined {
  const entries = Object.entries(data);
  return entries.length === 0
    ? undefined
    : Object.fromEntries(entries.map(([key, value]) => [key, encodeBase64(value)]));
}

export const configmap: Generator = {
  name: 'configmap',
  failsAs: 'configmap: ',
  aliases: ['cm'],
  resource: 'configmaps',
  flags: flagsOf(SOURCES),
  build: (session, name) => {
    const data = dataOf(session);
    return withoutEmpty({
      apiVersion: 'v1',
      data: Object.keys(data).length > 0 ? data : undefined,
      kind: 'ConfigMap',
      metadata: { name },
    });
  },
};

export const genericSecret: Generator = {
  name: 'generic',
  failsAs: 'secret ',
  resource: 'secrets',
  flags: flagsOf(`${SOURCES} type`),
  build: (session, name) =>
    withoutEmpty({
      apiVersion: 'v1',
      data: encoded(dataOf(session)),
      kind: 'Secret',
      metadata: { name },
      type: session.flags.text('type') || undefined,
    }),
};

export const tlsSecret: Generator = {
  name: 'tls',
  failsAs: 'secret ',
  resource: 'secrets',
  flags: flagsOf('cert key append-hash:bool'),
  build: ({ flags, context }, name) => {
    const [cert, key] = [flags.text('cert'), flags.text('key')];
    if (!cert || !key) throw failure('key and cert must be specified');
    const read = (path: string): string => {
      const text = context.readFile(path);
      if (text === undefined) throw failure(`open ${path}: no such file or directory`);
      return encodeBase64(text);
    };
    return {
      apiVersion: 'v1',
      data: { 'tls.crt': read(cert), 'tls.key': read(key) },
      kind: 'Secret',
      metadata: { name },
      type: 'kubernetes.io/tls',
    };
  },
};

export const dockerSecret: Generator = {
  name: 'docker-registry',
  failsAs: 'secret ',
  resource: 'secrets',
  flags: flagsOf(
    'docker-username docker-password docker-email docker-server=https://index.docker.io/v1/ from-file:array append-hash:bool',
  ),
  build: ({ flags }, name) => {
    const [username, password, email] = ['docker-username', 'docker-password', 'docker-email'].map((flag) =>
      flags.text(flag),
    );
    if (!username)
      throw failure(
        'either --from-file or the combination of --docker-username, --docker-password and --docker-server is required',
      );
    const entry = { username, password, ...(email ? { email } : {}), auth: encodeBase64(`${username}:${password}`) };
    const text = JSON.stringify({ auths: { [flags.text('docker-server')]: entry } });
    return {
      apiVersion: 'v1',
      data: { '.dockerconfigjson': encodeBase64(text) },
      kind: 'Secret',
      metadata: { name },
      type: 'kubernetes.io/dockerconfigjson',
    };
  },
};
