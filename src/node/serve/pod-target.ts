/**
 * Which container of which pod a request for logs or exec is about, and whether the asker may.
 * Upstream: pkg/registry/core/pod/{strategy,rest/log}.go.
 */
import type { Pod } from 'kubernetes-types/core/v1';
import { refusal, askedOf, type Caller, type HttpAnswer, type HttpQuestion } from '../../sim/apiserver/http.ts';
import { attributesOf, authorizeUser, denial } from '../../sim/apiserver/authorization/authorize.ts';
import { kindOf } from '../../sim/api/index.ts';
import type { Stored } from '../../sim/api/object.ts';
import { badRequest, notFound } from '../../sim/api/status.ts';
import type { World } from '../../sim/world.ts';

export interface PodTarget {
  readonly pod: Stored<Pod>;
  readonly container: string;
  readonly query: URLSearchParams;
}

const PATH = /^\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/]+)\/(log|exec|attach|portforward)$/;

export function podSubresourceOf(path: string): 'log' | 'exec' | 'attach' | 'portforward' | undefined {
  return PATH.exec(path.replace(/\?.*$/, ''))?.[3] as 'log' | 'exec' | 'attach' | 'portforward' | undefined;
}

export function podTargetOf(world: World, question: HttpQuestion, caller: Caller): PodTarget | HttpAnswer {
  const { path, query, identity } = askedOf(world.api, question, caller);
  const [, namespace = '', name = '', subresource = ''] = PATH.exec(path) ?? [];
  if (!identity.ok) return refusal(identity.status);
  const attributes = attributesOf('get', kindOf('v1', 'Pod')!, { namespace, name, subresource });
  const asked = subresource === 'log' ? attributes : { ...attributes, verb: 'create' };
  const isGet = question.method === 'GET' && subresource !== 'log';
  const verdict = authorizeUser(world.api, identity.user, isGet ? attributes : asked);
  if (!verdict.isAllowed) return refusal(denial(identity.user, asked, verdict.reason));
  const pod = world.find('pods', namespace, name) as Stored<Pod> | undefined;
  if (!pod) return refusal(notFound('pods', name));
  if (subresource === 'portforward') return { pod, container: '', query };
  const container = query.get('container') ?? '';
  const chosen = chooseContainer(pod, container);
  return typeof chosen === 'string' ? { pod, container: chosen, query } : chosen;
}

function chooseContainer(pod: Stored<Pod>, wanted: string): string | HttpAnswer {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = pod.spec ?? {};
  const names = containers.map(({ name }) => name);
  const inits = initContainers.map(({ name }) => name);
  const guests = ephemeralContainers.map(({ name }) => name);
  const podName = pod.metadata.name;
  if (wanted !== '') {
    if ([...names, ...inits, ...guests].includes(wanted)) return wanted;
    return refusal(badRequest(`container ${wanted} is not valid for pod ${podName}`));
  }
  const annotated = pod.metadata.annotations?.['kubectl.kubernetes.io/default-container'];
  if (annotated && names.includes(annotated)) return annotated;
  if (names.length === 1 && names[0] !== undefined) return names[0];
  const also = inits.length > 0 ? ` or one of the init containers: [${inits.join(' ')}]` : '';
  return refusal(
    badRequest(`a container name must be specified for pod ${podName}, choose one of: [${names.join(' ')}]${also}`),
  );
}

type Statuses = NonNullable<NonNullable<Pod['status']>['containerStatuses']>;

export function containerStatusOf(pod: Pod, container: string): Statuses[number] | undefined {
  const { containerStatuses = [], initContainerStatuses = [], ephemeralContainerStatuses = [] } = pod.status ?? {};
  return [...containerStatuses, ...initContainerStatuses, ...ephemeralContainerStatuses].find(
    ({ name }) => name === container,
  );
}
