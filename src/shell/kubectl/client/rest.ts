/** Requests as kubectl sends them, and answers as it reads them. Upstream: client-go/rest/request.go. */
import type { KubeObject, Status } from '../../../sim/api/object.ts';
import { isConnectionRefused } from '../../../sim/api/status.ts';
import type { KubectlContext, RestAnswer } from '../context.ts';
import { CommandFailure, failure, ServerRefusal } from '../failure.ts';
import { goJson, isMapping } from '../../../sim/api/go-json.ts';
import type { FlagValues } from './flags.ts';
import { apiVersionOf, type Resource } from './discovery.ts';

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface CallOptions {
  readonly query?: Query;
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: unknown;
}

const AGENT = 'kubectl/v1.35.2 (linux/amd64) kubernetes/fdc9d74';
export const TABLE_ACCEPT =
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';

export interface Listed<T> {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly T[];
}

export class Rest {
  /** Warnings of the server, as they come; each is told once. */
  readonly warnings: string[] = [];

  constructor(
    private readonly context: KubectlContext,
    private readonly flags: FlagValues,
  ) {}

  raw(method: string, path: string, { query, accept, contentType, body }: CallOptions = {}): RestAnswer {
    const answer = this.context.request({
      method,
      path: path + queryText(query),
      headers: {
        'user-agent': AGENT,
        accept: accept ?? 'application/json',
        ...(body === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
        ...this.impersonation(),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : goJson(body) }),
    });
    if (answer.status === 503 && isRefusedConnection(answer)) throw new CommandFailure(refusedText(this.context));
    for (const text of warningsOf(answer)) if (!this.warnings.includes(text)) this.warnings.push(text);
    return answer;
  }

  /** The answer's object; a refusal is thrown. */
  json(method: string, path: string, options?: CallOptions): unknown {
    const answer = this.raw(method, path, options);
    const value = parsed(answer);
    if (answer.status < 400) return value;
    if (isMapping(value) && value['kind'] === 'Status') throw new ServerRefusal(value as unknown as Status);
    throw failure(`the server responded with the status code ${answer.status}`);
  }

  get<T = KubeObject>(resource: Resource, namespace: string, name: string, query?: Query): T {
    return this.json('GET', pathOf(resource, namespace, name), query ? { query } : {}) as T;
  }

  /** Undefined when there is none. */
  find<T = KubeObject>(resource: Resource, namespace: string, name: string): T | undefined {
    try {
      return this.get<T>(resource, namespace, name);
    } catch (error) {
      if (error instanceof ServerRefusal && error.isNotFound) return undefined;
      throw error;
    }
  }

  /** All pages. */
  list<T = KubeObject>(resource: Resource, namespace: string, query: Query = {}): Listed<T> & { items: readonly T[] } {
    const items: T[] = [];
    let next: string | undefined;
    let first: Listed<T> | undefined;
    do {
      const page = this.json('GET', pathOf(resource, namespace), {
        query: { ...query, ...(next ? { continue: next } : {}) },
      }) as Listed<T>;
      first ??= page;
      items.push(...(page.items ?? []));
      next = page.metadata?.continue;
    } while (next);
    return { ...first, items };
  }

  private impersonation(): Readonly<Record<string, string>> {
    const user = this.flags.text('as');
    const groups = this.flags.all('as-group');
    return {
      ...(user ? { 'impersonate-user': user } : {}),
      ...(groups.length > 0 ? { 'impersonate-group': groups.join(',') } : {}),
      ...(this.flags.text('token') ? { authorization: `Bearer ${this.flags.text('token')}` } : {}),
    };
  }
}

export function pathOf(resource: Resource, namespace: string, name = '', subresource = ''): string {
  const base = resource.group ? `/apis/${apiVersionOf(resource)}` : `/api/${resource.version}`;
  const scope = resource.isNamespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const parts = [name, subresource].filter(Boolean).map(encodeURIComponent);
  return [`${base}${scope}/${resource.plural}`, ...parts].join('/');
}

function queryText(query: Query = {}): string {
  const parts = Object.entries(query)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`);
  return parts.length > 0 ? `?${parts.join('&')}` : '';
}

function isRefusedConnection(answer: RestAnswer): boolean {
  const value = parsed(answer);
  return isMapping(value) && isConnectionRefused(value);
}

/** Upstream: kubectl/pkg/cmd/util/helpers.go (StandardErrorMessage). */
function refusedText({ config }: KubectlContext): string {
  const { cluster } = config.contexts.find(({ name }) => name === config.currentContext) ?? {};
  const server = config.clusters.find(({ name }) => name === cluster)?.server ?? '';
  const host = server.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  return `The connection to the server ${host} was refused - did you specify the right host or port?`;
}

function parsed({ body, status }: RestAnswer): unknown {
  if (body === '') return undefined;
  try {
    return JSON.parse(body) as unknown;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    if (status < 400) return body;
    return undefined;
  }
}

/** `299 - "text"`, several behind commas. */
function warningsOf({ headers }: RestAnswer): readonly string[] {
  const text = headers['warning'] ?? headers['Warning'] ?? '';
  return [...text.matchAll(/299 \S+ ("(?:[^"\\]|\\.)*")/g)].map(([, quoted]) => JSON.parse(quoted!) as string);
}
