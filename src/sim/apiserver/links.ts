/** How long a message takes between the API server and a client, by where the client stands. */
import { CLIENT } from '../kernel/index.ts';
import { LINK_MS } from './request.ts';

export function linkMs(component: string): number {
  if (component === CLIENT || component.startsWith(`${CLIENT}/`)) return LINK_MS.client;
  return component.startsWith('node/') || component.startsWith('coredns/') ? LINK_MS.node : LINK_MS.controlPlane;
}
