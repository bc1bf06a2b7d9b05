/** The kubeconfig that kubectl, helm and every other client read. */
import { stringify } from 'yaml';
import type { Credentials } from './authority.ts';
import { writeWhole } from './whole-file.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

export function kubeconfigText(
  server: string,
  cluster: string,
  { authority, admin, adminName }: Credentials,
  namespace?: string,
): string {
  const user = `${adminName}_${cluster}`;
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: cluster, cluster: { server, 'certificate-authority-data': base64(authority) } }],
    users: [
      {
        name: user,
        user: { 'client-certificate-data': base64(admin.certificate), 'client-key-data': base64(admin.key) },
      },
    ],
    contexts: [{ name: cluster, context: { cluster, user, ...(namespace ? { namespace } : {}) } }],
    'current-context': cluster,
    preferences: {},
  });
}

export const writeKubeconfig = (file: string, text: string): void => writeWhole(file, text);
