/** `kubectl certificate approve` and `deny`. Upstream: kubectl/pkg/cmd/certificates/certificates.go. */
import type { CertificateSigningRequest } from 'kubernetes-types/certificates/v1';
import { each } from '../client/changes.ts';
import { flagsOf, FILE_FLAGS, PRINT_FLAGS } from '../client/flags.ts';
import { liveObjects, selectionOf } from '../client/infos.ts';
import { pathOf } from '../client/rest.ts';
import { failure, throwAll } from '../failure.ts';
import { changePrinter } from '../printers/output.ts';
import type { Live, Session } from '../session.ts';

export const CERTIFICATE_FLAGS = flagsOf(`${FILE_FLAGS} ${PRINT_FLAGS} force:bool`);

interface Decision {
  readonly type: string;
  readonly opposite: string;
  readonly reason: string;
  readonly message: string;
  readonly told: string;
}

const APPROVAL: Decision = {
  type: 'Approved',
  opposite: 'Denied',
  reason: 'KubectlApprove',
  message: 'This CSR was approved by kubectl certificate approve.',
  told: 'approved',
};
const DENIAL: Decision = {
  type: 'Denied',
  opposite: 'Approved',
  reason: 'KubectlDeny',
  message: 'This CSR was denied by kubectl certificate deny.',
  told: 'denied',
};

export const approve = (session: Session): void => decide(session, APPROVAL);
export const deny = (session: Session): void => decide(session, DENIAL);

function decide(session: Session, decision: Decision): void {
  const { flags, rest } = session;
  const hasFiles = flags.all('filename').length > 0;
  if (flags.args.length === 0 && !hasFiles && !flags.text('kustomize'))
    throw failure('one or more CSRs must be specified as <name> or -f <filename>');
  const tell = changePrinter(session);
  const failures: Error[] = [];
  const args = hasFiles ? [] : ['certificatesigningrequests', ...flags.args];
  const found = liveObjects(session, selectionOf(session, args), failures);
  each(found, failures, ({ resource, name, object }) => {
    if (resource.kind !== 'CertificateSigningRequest')
      throw failure(
        `can only handle CertificateSigningRequest.certificates.k8s.io objects, got ${[resource.kind, resource.group].filter(Boolean).join('.')}`,
      );
    const decided = withDecision(object as Request, decision, session.context.nowMs);
    if (decided !== object || flags.bool('force'))
      rest.json('PUT', pathOf(resource, '', name, 'approval'), { body: decided });
    tell(decision.told, object);
  });
  if (found.length === 0 && failures.length === 0) session.say('No resources found');
  throwAll(failures);
}

type Request = CertificateSigningRequest & Live;

/** The same object when it has been decided so before. */
function withDecision(request: Request, { type, opposite, reason, message }: Decision, nowMs: number): Request {
  const { conditions = [] } = request.status ?? {};
  const known = conditions.find((condition) => condition.type === type || condition.type === opposite);
  if (known?.type === opposite)
    throw failure(`certificate signing request ${JSON.stringify(request.metadata.name)} is already ${opposite}`);
  if (known) return request;
  const lastUpdateTime = new Date(nowMs).toISOString().replace(/\.\d+Z$/, 'Z');
  const added = { type, status: 'True', reason, message, lastUpdateTime };
  return { ...request, status: { ...request.status, conditions: [...conditions, added] } };
}
