/** `kubectl config`. Upstream: client-go/tools/clientcmd/api, kubectl/pkg/cmd/config. Left out: credentials and clusters of one's own. */
import { flagsOf } from '../client/flags.ts';
import { failure } from '../failure.ts';
import type { KubeconfigState } from '../context.ts';
import type { Session } from '../session.ts';
import { goYaml } from '../text/go-yaml.ts';
import { jsonPathText, parseJsonPath } from '../text/json-path.ts';
import { tabbed, TABLE_TABS } from '../text/tab-writer.ts';

export const CONFIG_VIEW_FLAGS = flagsOf('output/o=yaml minify:bool flatten:bool raw:bool merge:bool=true template');
export const CONTEXTS_FLAGS = flagsOf('output/o no-headers:bool');
export const SET_CONTEXT_FLAGS = flagsOf('current:bool');

export function configView(session: Session): void {
  const { config } = session.context;
  const isCurrent = (name: string): boolean => !session.flags.bool('minify') || name === config.currentContext;
  const contexts = config.contexts.filter(({ name }) => isCurrent(name));
  const shown = {
    kind: 'Config',
    apiVersion: 'v1',
    clusters: config.clusters
      .filter(({ name }) => contexts.some(({ cluster }) => cluster === name))
      .map(({ name, server }) => ({ name, cluster: { server, 'certificate-authority-data': 'DATA+OMITTED' } })),
    users: config.users
      .filter(({ name }) => contexts.some(({ user }) => user === name))
      .map(({ name }) => ({
        name,
        user: { 'client-certificate-data': 'DATA+OMITTED', 'client-key-data': 'DATA+OMITTED' },
      })),
    contexts: contexts.map(({ name, cluster, user, namespace }) => ({
      name,
      context: { cluster, user, ...(namespace ? { namespace } : {}) },
    })),
    'current-context': config.currentContext,
  };
  const output = session.flags.text('output');
  if (output === 'json') return session.out(`${JSON.stringify(shown, undefined, 4)}\n`);
  const template = /^jsonpath=([\s\S]*)$/.exec(output)?.[1];
  if (template !== undefined) return session.out(pathText(template, shown));
  session.out(goYaml(shown));
}

export function getContexts(session: Session): void {
  const { flags, context } = session;
  const { config } = context;
  const [wanted] = flags.args;
  const contexts = config.contexts.filter(({ name }) => wanted === undefined || name === wanted);
  if (wanted !== undefined && contexts.length === 0) throw failure(`context ${wanted} not found`);
  if (flags.text('output') === 'name') return contexts.forEach(({ name }) => session.say(name));
  const rows = contexts.map(({ name, cluster, user, namespace = '' }) => [
    name === config.currentContext ? '*' : '',
    name,
    cluster,
    user,
    namespace,
  ]);
  const lines = flags.bool('no-headers') ? rows : [['CURRENT', 'NAME', 'CLUSTER', 'AUTHINFO', 'NAMESPACE'], ...rows];
  session.out(tabbed(lines.map((line) => `${line.join('\t')}\n`).join(''), TABLE_TABS));
}

export function currentContext(session: Session): void {
  session.say(session.context.config.currentContext);
}

export function useContext(session: Session): void {
  const { flags, context } = session;
  const [name = ''] = flags.args;
  if (!context.config.contexts.some((item) => item.name === name))
    throw failure(`no context exists with the name: ${JSON.stringify(name)}`);
  session.config = { ...context.config, currentContext: name };
  session.say(`Switched to context ${JSON.stringify(name)}.`);
}

export function setContext(session: Session): void {
  const { flags, context } = session;
  const { config } = context;
  const [given] = flags.args;
  if (!given && !flags.bool('current')) throw failure('you must specify a non-empty context name or --current');
  const name = given ?? config.currentContext;
  const known = config.contexts.find((item) => item.name === name);
  const namespace = flags.has('namespace') ? flags.text('namespace') : known?.namespace;
  const next = {
    name,
    cluster: flags.text('cluster') || (known?.cluster ?? ''),
    user: flags.text('user') || (known?.user ?? ''),
    ...(namespace ? { namespace } : {}),
  };
  const contexts = known ? config.contexts.map((item) => (item === known ? next : item)) : [...config.contexts, next];
  session.config = { ...config, contexts } satisfies KubeconfigState;
  session.say(`Context ${JSON.stringify(name)} ${known ? 'modified' : 'created'}.`);
}

export function getClusters(session: Session): void {
  session.say('NAME');
  for (const { name } of session.context.config.clusters) session.say(name);
}

export function getUsers(session: Session): void {
  session.say('NAME');
  for (const { name } of session.context.config.users) session.say(name);
}
const pathText = (template: string, value: unknown): string => jsonPathText(parseJsonPath(template), value, true);
