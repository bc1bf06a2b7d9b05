/** Fetches kubectl and helm before any test asks for them, so that no two tests fetch them at once. */
import { kubernetesTools } from '../../../src/node/kubernetes-tools.ts';

export function setup(): void {
  kubernetesTools();
}
