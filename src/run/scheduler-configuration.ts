/** A KubeSchedulerConfiguration as a person writes it, read and checked; the simulation takes it as JSON. */
import { toObjects } from '../manifest/index.ts';
import { parseConfiguration } from '../sim/scheduler/index.ts';
import { RunFault } from './fault.ts';

const refuse = (reason: string): RunFault =>
  new RunFault('options.schedulerConfiguration', `The scheduler configuration cannot be applied: ${reason}.`, {
    reason,
  });

/** JSON of a configuration in YAML; empty for an empty text. Throws a `RunFault` that says where and why it is refused. */
export function schedulerConfigurationJson(text: string): string {
  if (text.trim() === '') return '';
  const objects = toObjects(text);
  if (objects.length !== 1) throw refuse(`one document is expected, and there are ${objects.length}`);
  const parsed = parseConfiguration(objects[0]);
  if (parsed.ok) return JSON.stringify(objects[0]);
  throw refuse(parsed.faults.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; '));
}
