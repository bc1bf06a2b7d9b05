/** Descriptions of ConfigMaps, Secrets, accounts, Namespaces, quotas and limits. Upstream: kubectl/pkg/describe/describe.go. */
import { byCode } from '../../../sim/api/go-json.ts';
import type { ConfigMap, LimitRange, Namespace, ResourceQuota, Secret, ServiceAccount } from 'kubernetes-types/core/v1';
import { decodeBase64 } from '../../../sim/api/encoding.ts';
import type { KubeObject } from '../../../sim/api/object.ts';
import type { Live } from '../session.ts';
import type { Describer } from './describer.ts';
import { eventsAbout, writeEvents } from './events.ts';
import { writeAnnotations, writeHead, writeLabels, type DescribeWriter } from './writer.ts';

const byteCount = (encoded: string): number => {
  const text = encoded.replace(/=+$/, '');
  return Math.floor((text.length * 3) / 4);
};

export const describeConfigMap: Describer<ConfigMap & KubeObject> = (session, object, writer) => {
  writeHead(writer, object.metadata);
  const { data = {}, binaryData = {} } = object as ConfigMap & { binaryData?: Readonly<Record<string, string>> };
  writer.write(0, '\nData\n====\n');
  for (const key of Object.keys(data).sort(byCode)) writer.write(0, `${key}:\n----\n${data[key]}\n\n`);
  writer.write(0, '\nBinaryData\n====\n');
  for (const key of Object.keys(binaryData).sort(byCode))
    writer.line(0, `${key}: ${byteCount(binaryData[key]!)} bytes`);
  writer.write(0, '\n');
  writeEvents(writer, eventsAbout(session, object));
};

export const describeSecret: Describer<Secret & KubeObject> = (_session, object, writer) => {
  writeHead(writer, object.metadata);
  writer.write(0, `\nType:\t${object.type ?? ''}\n\nData\n====\n`);
  const { data = {} } = object;
  for (const key of Object.keys(data).sort(byCode)) {
    if (key === 'token' && object.type === 'kubernetes.io/service-account-token')
      writer.line(0, `${key}:\t${decodeBase64(data[key]!)}`);
    else writer.line(0, `${key}:\t${byteCount(data[key]!)} bytes`);
  }
};

export const describeServiceAccount: Describer<ServiceAccount & KubeObject> = (session, object, writer) => {
  writeHead(writer, object.metadata);
  const names = (object.imagePullSecrets ?? []).map(({ name = '' }) => name);
  writer.line(0, `Image pull secrets:\t${names[0] ?? '<none>'}`);
  for (const name of names.slice(1)) writer.line(0, `\t${name}`);
  writeEvents(writer, eventsAbout(session, object));
};

export const describeNamespace: Describer<Namespace & KubeObject> = (session, object, writer) => {
  const { metadata, status } = object;
  const name = metadata?.name ?? '';
  writer.line(0, `Name:\t${name}`);
  writeLabels(writer, 'Labels', metadata?.labels);
  writeAnnotations(writer, metadata?.annotations);
  writer.line(0, `Status:\t${status?.phase ?? ''}`);
  const { conditions = [] } = (status ?? {}) as {
    conditions?: readonly {
      type: string;
      status: string;
      lastTransitionTime?: string;
      reason?: string;
      message?: string;
    }[];
  };
  if (conditions.length > 0) {
    writer.write(
      0,
      'Conditions:\n  Type\tStatus\tLastTransitionTime\tReason\tMessage\n  ----\t------\t------------------\t------\t-------\n',
    );
    for (const { type, status: state, lastTransitionTime, reason = '', message = '' } of conditions)
      writer.line(1, `${type}\t${state}\t${String(lastTransitionTime)}\t${reason}\t${message}`);
  }
  const quotas = session.rest.list<ResourceQuota & Live>(session.discovery.named('resourcequotas'), name).items;
  const limits = session.rest.list<LimitRange & Live>(session.discovery.named('limitranges'), name).items;
  if (quotas.length === 0) writer.write(0, '\nNo resource quota.\n');
  else {
    writer.write(0, '\nResource Quotas\n');
    for (const quota of quotas) {
      writer.write(0, `  Name:\t${quota.metadata.name}\n`);
      writeQuota(writer, quota, '  ');
    }
  }
  if (limits.length === 0) writer.write(0, '\nNo LimitRange resource.\n');
  else {
    writer.write(0, '\nResource Limits\n');
    writer.write(0, ' Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio\n');
    writer.write(0, ' ----\t--------\t---\t---\t---------------\t-------------\t-----------------------\n');
    for (const range of limits) writeLimits(writer, range, ' ');
  }
};

function writeQuota(writer: DescribeWriter, { status, spec }: ResourceQuota, indent = ''): void {
  const { scopes } = (spec ?? {}) as { scopes?: readonly string[] };
  if (scopes?.length) writer.write(0, `${indent}Scopes:\t${[...scopes].sort(byCode).join(', ')}\n`);
  writer.write(
    0,
    `${indent}Resource\tUsed\tHard\n${indent}--------\t${indent === '' ? '----' : '---'}\t${indent === '' ? '----' : '---'}\n`,
  );
  const hard = (status?.hard ?? {}) as Readonly<Record<string, string>>;
  const used = (status?.used ?? {}) as Readonly<Record<string, string>>;
  for (const name of Object.keys(hard).sort(byCode))
    writer.write(0, `${indent}${name}\t${used[name] ?? '0'}\t${hard[name]}\n`);
}

export const describeQuota: Describer<ResourceQuota & KubeObject> = (_session, object, writer) => {
  writer.line(0, `Name:\t${object.metadata?.name ?? ''}`);
  writer.line(0, `Namespace:\t${object.metadata?.namespace ?? ''}`);
  writeQuota(writer, object);
};

function writeLimits(writer: DescribeWriter, { spec }: LimitRange, indent = ''): void {
  for (const item of spec?.limits ?? []) {
    const {
      type,
      max = {},
      min = {},
      default: fallback = {},
      defaultRequest = {},
      maxLimitRequestRatio = {},
    } = item as typeof item & { default?: object };
    const parts = [min, max, defaultRequest, fallback, maxLimitRequestRatio] as readonly Readonly<
      Record<string, string>
    >[];
    const names = [...new Set(parts.flatMap((part) => Object.keys(part)))].sort(byCode);
    for (const name of names)
      writer.write(0, `${indent}${type}\t${name}\t${parts.map((part) => part[name] ?? '-').join('\t')}\n`);
  }
}

export const describeLimitRange: Describer<LimitRange & KubeObject> = (_session, object, writer) => {
  writer.line(0, `Name:\t${object.metadata?.name ?? ''}`);
  writer.line(0, `Namespace:\t${object.metadata?.namespace ?? ''}`);
  writer.line(0, 'Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio');
  writer.line(0, '----\t--------\t---\t---\t---------------\t-------------\t-----------------------');
  writeLimits(writer, object);
};
