/** Parts that the manifests of the gallery are put together from; what comes out is plain YAML. */

interface DeploymentParts {
  readonly replicas?: number;
  readonly namespace?: string;
  /** Lines of the container, without their indentation. */
  readonly container?: string;
  /** Lines of the pod's spec beside the containers. */
  readonly pod?: string;
  /** Lines of the Deployment's spec. */
  readonly spec?: string;
}

const indented = (text: string | undefined, by: number): string =>
  (text ?? '').replace(/^(?=.)/gm, ' '.repeat(by)).replace(/(.)$/, '$1\n');

const placed = (name: string, namespace: string | undefined): string =>
  `metadata:\n  name: ${name}\n${namespace ? `  namespace: ${namespace}\n` : ''}`;

const template = (name: string, image: string, { container, pod }: DeploymentParts): string => `  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
${indented(pod, 6)}      containers:
        - name: ${name}
          image: ${image}
${indented(container, 10)}`;

export function deployment(name: string, image: string, parts: DeploymentParts = {}): string {
  return `apiVersion: apps/v1
kind: Deployment
${placed(name, parts.namespace)}spec:
  replicas: ${parts.replicas ?? 1}
${indented(parts.spec, 2)}${template(name, image, parts)}`;
}

export function daemonSet(name: string, image: string, parts: DeploymentParts = {}): string {
  return `apiVersion: apps/v1
kind: DaemonSet
${placed(name, parts.namespace)}spec:
${template(name, image, parts)}`;
}

interface ServiceParts {
  readonly namespace?: string;
  readonly port?: number;
  /** Lines of the Service's spec. */
  readonly spec?: string;
  readonly selector?: string;
}

export function service(name: string, targetPort: number | string, parts: ServiceParts = {}): string {
  return `apiVersion: v1
kind: Service
${placed(name, parts.namespace)}spec:
${indented(parts.spec, 2)}  selector:
    app: ${parts.selector ?? name}
  ports:
    - port: ${parts.port ?? 80}
      targetPort: ${targetPort}
`;
}

export const namespace = (name: string): string => `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${name}\n`;

export const together = (...documents: readonly string[]): string => documents.join('---\n');

export const ports = (port: number, name?: string): string =>
  `ports:\n  - ${name ? `name: ${name}\n    ` : ''}containerPort: ${port}`;

export const readiness = (port: number | string, path = '/'): string =>
  `readinessProbe:\n  httpGet:\n    path: ${path}\n    port: ${port}\n  periodSeconds: 2`;

export const lines = (...parts: readonly string[]): string => parts.join('\n');

/** Sends requests to an address, twice a second. */
export const visitor = (url: string, inNamespace?: string): string =>
  deployment('visitor', 'pilothouse/client:1.0', {
    ...(inNamespace ? { namespace: inNamespace } : {}),
    container: `env:\n  - name: TARGET_URL\n    value: ${url}`,
  });
