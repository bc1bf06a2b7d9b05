/** `kubectl set image`. Upstream: kubectl/pkg/cmd/set/set_image.go. */
import type { Container } from 'kubernetes-types/core/v1';
import { failure } from '../../failure.ts';
import type { Session } from '../../session.ts';
import { changePods, foundForSet, splitArgs } from './change-pods.ts';

export function setImage(session: Session): void {
  const { resources, changes } = splitArgs(session.flags.args);
  if (changes.length === 0) throw failure('at least one image update is required');
  const images = changes.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)] as const);
  const failures: Error[] = [];
  const found = foundForSet(session, resources, failures);
  changePods(session, found, failures, 'image updated', (spec) => {
    for (const [name, image] of images) {
      const containers = [...(spec.initContainers ?? []), ...spec.containers].filter(
        (container) => name === '*' || container.name === name,
      );
      if (containers.length === 0) throw failure(`unable to find container named ${JSON.stringify(name)}`);
      for (const container of containers) (container as { image?: string } & Container).image = image;
    }
  });
}
