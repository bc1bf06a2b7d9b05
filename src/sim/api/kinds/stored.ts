/**
 * Kinds that are validated by the schema, stored and shown, while nothing acts on them and no rules of theirs are known
 * here. Columns: pkg/printers/internalversion/printers.go.
 */
import type {
  MutatingWebhookConfiguration,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from 'kubernetes-types/admissionregistration/v1';
import type { Endpoints } from 'kubernetes-types/core/v1';
import type { CertificateSigningRequest } from 'kubernetes-types/certificates/v1';
import type { FlowSchema, PriorityLevelConfiguration } from 'kubernetes-types/flowcontrol/v1';
import type { KindDefinition } from '../kind.ts';
import type { KubeObject } from '../object.ts';
import { setDefault } from '../rules.ts';
import { ageColumn, nameColumn, textColumn } from './columns.ts';
import { validateEndpoints } from './endpoint-rules.ts';
import { createdColumns, firstFew, status, stored } from './stored-kind.ts';

interface ApiService extends KubeObject {
  readonly spec?: { readonly service?: { readonly name?: string; readonly namespace?: string; port?: number } };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string }[];
  };
}

interface ResourceClaim extends KubeObject {
  readonly status?: { readonly allocation?: object; readonly reservedFor?: readonly object[] };
}

interface ResourceSlice extends KubeObject {
  readonly spec?: { readonly nodeName?: string; readonly driver?: string; readonly pool?: { readonly name?: string } };
}

/** Upstream: printResourceClaim. */
function claimState({ metadata, status: found }: ResourceClaim): string {
  const states = [
    ...(metadata?.deletionTimestamp ? ['deleted'] : []),
    ...(found?.allocation ? ['allocated'] : metadata?.deletionTimestamp ? [] : ['pending']),
    ...((found?.reservedFor?.length ?? 0) > 0 ? ['reserved'] : []),
  ];
  return states.join(',');
}

const ADMISSION = 'admissionregistration.k8s.io/v1';
const FLOW = 'flowcontrol.apiserver.k8s.io/v1';
const RESOURCE = 'resource.k8s.io/v1';

const endpointsKind: KindDefinition<Endpoints> = stored<Endpoints>('v1', 'Endpoints', 'endpoints', 'namespaced', {
  shortNames: ['ep'],
  deprecation: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  support: 'simulated',
  canCreateOnUpdate: true,
  etcdPrefix: 'services/endpoints',
  applyDefaults({ subsets }) {
    for (const { ports } of subsets ?? []) for (const port of ports ?? []) setDefault(port, 'protocol', 'TCP');
  },
  validate: validateEndpoints,
  columns: [
    nameColumn(),
    textColumn('Endpoints', ({ subsets }) => {
      const all = (subsets ?? []).flatMap(({ addresses = [], ports = [] }) =>
        ports.flatMap(({ port }) => addresses.map(({ ip }) => `${ip}:${port}`)),
      );
      // With subsets but nothing ready in them, upstream's printer leaves the cell blank.
      return firstFew(all, 3, (subsets ?? []).length > 0 ? '' : '<none>');
    }),
    ageColumn(),
  ],
});

const webhooks = (kind: string, plural: string): KindDefinition<MutatingWebhookConfiguration> =>
  stored<MutatingWebhookConfiguration>(ADMISSION, kind, plural, 'cluster', {
    needsResourceVersion: true,
    hasGeneration: true,
    columns: [nameColumn(), textColumn('Webhooks', (item) => item.webhooks?.length ?? 0), ageColumn()],
  });

export const STORED_KINDS = [
  endpointsKind,
  webhooks('MutatingWebhookConfiguration', 'mutatingwebhookconfigurations'),
  webhooks('ValidatingWebhookConfiguration', 'validatingwebhookconfigurations'),
  stored<ValidatingAdmissionPolicy>(ADMISSION, 'ValidatingAdmissionPolicy', 'validatingadmissionpolicies', 'cluster', {
    hasGeneration: true,
    subresources: status('ValidatingAdmissionPolicy'),
    columns: [
      nameColumn(),
      textColumn('Validations', ({ spec }) => spec?.validations?.length ?? 0),
      textColumn('ParamKind', ({ spec }) =>
        spec?.paramKind ? `${spec.paramKind.apiVersion ?? ''}/${spec.paramKind.kind ?? ''}` : '<unset>',
      ),
      ageColumn(),
    ],
  }),
  stored<ValidatingAdmissionPolicyBinding>(
    ADMISSION,
    'ValidatingAdmissionPolicyBinding',
    'validatingadmissionpolicybindings',
    'cluster',
    {
      hasGeneration: true,
      columns: [
        nameColumn(),
        textColumn('PolicyName', ({ spec }) => spec?.policyName ?? ''),
        textColumn('ParamRef', ({ spec }) =>
          spec?.paramRef?.name ? `${spec.paramRef.namespace ?? '*'}/${spec.paramRef.name}` : '<unset>',
        ),
        ageColumn(),
      ],
    },
  ),
  stored('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'customresourcedefinitions', 'cluster', {
    shortNames: ['crd', 'crds'],
    hasGeneration: true,
    subresources: status('CustomResourceDefinition'),
    columns: createdColumns(),
  }),
  stored<ApiService>('apiregistration.k8s.io/v1', 'APIService', 'apiservices', 'cluster', {
    support: 'simulated',
    nameRule: 'path',
    subresources: status('APIService'),
    applyDefaults({ spec }) {
      if (spec?.service) setDefault(spec.service, 'port', 443);
    },
    columns: [
      nameColumn(),
      textColumn('Service', ({ spec }) =>
        spec?.service ? `${spec.service.namespace ?? ''}/${spec.service.name ?? ''}` : 'Local',
      ),
      textColumn('Available', ({ status: { conditions = [] } = {} }) => {
        const found = conditions.find(({ type }) => type === 'Available');
        if (!found) return 'Unknown';
        return found.status === 'True' ? 'True' : `${found.status} (${found.reason ?? ''})`;
      }),
      ageColumn(),
    ],
  }),
  stored<CertificateSigningRequest>(
    'certificates.k8s.io/v1',
    'CertificateSigningRequest',
    'certificatesigningrequests',
    'cluster',
    {
      shortNames: ['csr'],
      selectableFields: { 'spec.signerName': ({ spec }) => spec.signerName },
      subresources: [
        ...status('CertificateSigningRequest'),
        { name: 'approval', kind: 'CertificateSigningRequest', verbs: ['get', 'patch', 'update'] },
      ],
      // Who asks is written down by the server, whatever the request says of it.
      prepareForCreate(request, { user }) {
        const { username: _name, uid: _uid, groups: _groups, extra: _extra, ...spec } = request.spec ?? {};
        const { name, groups, uid, extra } = user;
        const asked = {
          ...spec,
          username: name,
          groups: [...groups],
          ...(uid ? { uid } : {}),
          ...(extra ? { extra: extra as Record<string, string[]> } : {}),
        };
        Object.assign(request, { spec: asked, status: {} });
      },
      prepareForUpdate(next, old, { formatTime }) {
        next.spec = old.spec;
        const conditions = next.status?.conditions;
        if (!conditions) return;
        const dated = conditions.map((item) => ({
          ...item,
          lastTransitionTime: item.lastTransitionTime ?? formatTime(),
        }));
        next.status = { ...next.status, conditions: dated };
      },
      columns: [
        nameColumn(),
        ageColumn(),
        textColumn('SignerName', ({ spec }) => spec?.signerName ?? ''),
        textColumn('Requestor', ({ spec }) => spec?.username ?? ''),
        textColumn('RequestedDuration', ({ spec }) =>
          spec?.expirationSeconds === undefined ? '<none>' : `${spec.expirationSeconds}s`,
        ),
        textColumn('Condition', (request) => {
          const types = (request.status?.conditions ?? []).map(({ type }) => type);
          const issued = request.status?.certificate ? ['Issued'] : [];
          return [...types, ...issued].join(',') || 'Pending';
        }),
      ],
    },
  ),
  stored<FlowSchema>(FLOW, 'FlowSchema', 'flowschemas', 'cluster', {
    hasGeneration: true,
    subresources: status('FlowSchema'),
    columns: [
      nameColumn(),
      textColumn('PriorityLevel', ({ spec }) => spec?.priorityLevelConfiguration?.name ?? ''),
      textColumn('MatchingPrecedence', ({ spec }) => spec?.matchingPrecedence ?? 1000),
      textColumn('DistinguisherMethod', ({ spec }) => spec?.distinguisherMethod?.type ?? '<none>'),
      ageColumn(),
      textColumn('MissingPL', (schema) => {
        const found = schema.status?.conditions?.find(({ type }) => type === 'Dangling');
        return found?.status ?? '?';
      }),
    ],
  }),
  stored<PriorityLevelConfiguration>(FLOW, 'PriorityLevelConfiguration', 'prioritylevelconfigurations', 'cluster', {
    hasGeneration: true,
    subresources: status('PriorityLevelConfiguration'),
    columns: [
      nameColumn(),
      textColumn('Type', ({ spec }) => spec?.type ?? ''),
      textColumn('NominalConcurrencyShares', ({ spec }) => spec?.limited?.nominalConcurrencyShares ?? '<none>'),
      textColumn('Queues', ({ spec }) => spec?.limited?.limitResponse?.queuing?.queues ?? '<none>'),
      textColumn('HandSize', ({ spec }) => spec?.limited?.limitResponse?.queuing?.handSize ?? '<none>'),
      textColumn('QueueLengthLimit', ({ spec }) => spec?.limited?.limitResponse?.queuing?.queueLengthLimit ?? '<none>'),
      ageColumn(),
    ],
  }),
  stored(RESOURCE, 'DeviceClass', 'deviceclasses', 'cluster', { hasGeneration: true }),
  stored<ResourceClaim>(RESOURCE, 'ResourceClaim', 'resourceclaims', 'namespaced', {
    subresources: status('ResourceClaim'),
    columns: [nameColumn(), textColumn('State', claimState), ageColumn()],
  }),
  stored(RESOURCE, 'ResourceClaimTemplate', 'resourceclaimtemplates', 'namespaced'),
  stored<ResourceSlice>(RESOURCE, 'ResourceSlice', 'resourceslices', 'cluster', {
    hasGeneration: true,
    columns: [
      nameColumn(),
      textColumn('Node', ({ spec }) => spec?.nodeName ?? '<unset>'),
      textColumn('Driver', ({ spec }) => spec?.driver ?? ''),
      textColumn('Pool', ({ spec }) => spec?.pool?.name ?? ''),
      ageColumn(),
    ],
  }),
] as readonly KindDefinition[];
