/** `kubectl describe`. Upstream: kubectl/pkg/cmd/describe/describe.go. */
import { flagsOf, FILE_FLAGS } from '../client/flags.ts';
import { foundAt, selectionOf, targetsOf, type Found } from '../client/infos.ts';
import { DESCRIBERS, describeAnything } from '../describe/index.ts';
import type { Describer } from '../describe/describer.ts';
import { DescribeWriter } from '../describe/writer.ts';
import { failure, ServerRefusal, throwAll } from '../failure.ts';
import type { KubeObject } from '../../../sim/api/object.ts';
import type { Session } from '../session.ts';

export const DESCRIBE_FLAGS = flagsOf(
  `${FILE_FLAGS} selector/l all-namespaces/A:bool show-events:bool=true chunk-size:int=500`,
);

export function describe(session: Session): void {
  const { flags } = session;
  const { args } = flags;
  if (args.length === 0 && flags.all('filename').length === 0)
    throw failure(
      'You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.',
    );
  const selection = { ...selectionOf(session), selectsAll: true };
  const failures: Error[] = [];
  let isGuessed = false;
  const found = targetsOf(session, selection).flatMap((target): readonly Found[] => {
    try {
      return foundAt(session, selection, target);
    } catch (error) {
      if (!(error instanceof ServerRefusal)) throw error;
      const similar =
        error.isNotFound && target.name !== undefined
          ? beginningWith(session, target.resource, target.namespace, target.name)
          : [];
      if (similar.length > 0) {
        for (const item of similar) session.say(descriptionOf(session, item));
        isGuessed = true;
        return [];
      }
      failures.push(error);
      return [];
    }
  });
  found.forEach((item, index) => session.out(`${index > 0 ? '\n\n' : ''}${descriptionOf(session, item)}`));
  throwAll(failures);
  if (found.length === 0 && !isGuessed) {
    const isWide = flags.bool('all-namespaces');
    session.complain(isWide ? 'No resources found' : `No resources found in ${session.namespace} namespace.`);
  }
}

/** A name that is not there may be the beginning of some. */
function beginningWith(
  session: Session,
  resource: Found['resource'],
  namespace: string,
  start: string,
): readonly Found[] {
  const all = foundAt(session, { args: [] }, { resource, namespace });
  return all.filter(({ name }) => name.startsWith(start));
}

function descriptionOf(session: Session, { resource, object }: Found): string {
  const writer = new DescribeWriter(session.context.nowMs);
  const describer = DESCRIBERS[resource.group ? `${resource.kind}.${resource.group}` : resource.kind] as
    Describer<KubeObject> | undefined;
  if (describer) describer(session, object, writer);
  else describeAnything(session, object, writer);
  return writer.text();
}
