/** The imperative generators of `kubectl create`. */
import { flagsOf, DRY_RUN_FLAG, PRINT_FLAGS } from '../../client/flags.ts';
import { pathOf } from '../../client/rest.ts';
import type { Command } from '../../commands.ts';
import { failure, ServerRefusal, usageFailure } from '../../failure.ts';
import { outputPrinter } from '../../printers/output.ts';
import type { Session } from '../../session.ts';
import { clusterrole, clusterrolebinding, role, rolebinding } from './access.ts';
import { configmap, dockerSecret, genericSecret, tlsSecret } from './config.ts';
import { generate, GENERATOR_FLAGS, type Generator } from './generator.ts';
import { clusterip, externalname, ingress, loadbalancer, nodeport } from './network.ts';
import {
  cronjob,
  deployment,
  job,
  namespace,
  poddisruptionbudget,
  priorityclass,
  quota,
  serviceaccount,
} from './workloads.ts';

const commandOf = (generator: Generator): Command => ({
  name: generator.name,
  ...(generator.aliases ? { aliases: generator.aliases } : {}),
  flags: [...generator.flags, ...GENERATOR_FLAGS],
  ...(generator.required ? { required: generator.required } : {}),
  run: (session) => generate(session, generator),
});

const group = (name: string, aliases: readonly string[], generators: readonly Generator[]): Command => ({
  name,
  aliases,
  flags: [],
  parts: generators.map(commandOf),
});

function asToken<T>(ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    if (!(error instanceof ServerRefusal)) throw error;
    throw failure(`failed to create token: ${error.message}`);
  }
}

/** `kubectl create token ACCOUNT`: a token of the account, alone on its line. */
function token(session: Session): void {
  const { flags, command, rest, namespace: place } = session;
  const [account, ...more] = flags.args;
  if (!account || more.length > 0)
    throw usageFailure(command, `exactly one NAME is required, got ${flags.args.length}`);
  const audiences = flags.all('audience');
  const seconds = flags.duration('duration') / 1000;
  const printer = outputPrinter(session);
  const resource = session.discovery.named('serviceaccounts');
  const ask = (): unknown =>
    rest.json('POST', pathOf(resource, place, account, 'token'), {
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        metadata: {},
        spec: {
          audiences: audiences.length > 0 ? audiences : null,
          ...(seconds > 0 ? { expirationSeconds: seconds } : {}),
        },
      },
    });
  const answer = asToken(ask) as { readonly status?: { readonly token?: string } };
  if (printer) session.out(printer.print(answer));
  else session.say(answer.status?.token ?? '');
}

export const GENERATORS: readonly Command[] = [
  ...[namespace, quota].map(commandOf),
  group('secret', [], [dockerSecret, genericSecret, tlsSecret]),
  ...[configmap, serviceaccount].map(commandOf),
  group('service', ['svc'], [clusterip, externalname, loadbalancer, nodeport]),
  ...[
    deployment,
    clusterrole,
    clusterrolebinding,
    role,
    rolebinding,
    poddisruptionbudget,
    priorityclass,
    job,
    cronjob,
    ingress,
  ].map(commandOf),
  {
    name: 'token',
    flags: flagsOf(
      `${PRINT_FLAGS} ${DRY_RUN_FLAG} audience:array duration:duration=0s bound-object-kind bound-object-name bound-object-uid`,
    ),
    run: token,
  },
];
