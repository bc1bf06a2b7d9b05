/** Descriptions of volumes, claims and storage classes. Upstream: kubectl/pkg/describe/describe.go. */
import type { PersistentVolume, PersistentVolumeClaim, Pod } from 'kubernetes-types/core/v1';
import type { StorageClass } from 'kubernetes-types/storage/v1';
import type { KubeObject } from '../../../sim/api/object.ts';
import type { Live } from '../session.ts';
import type { Describer } from './describer.ts';
import { eventsAbout, writeEvents } from './events.ts';
import { boolText, labelList, rfc1123, writeAnnotations, writeLabels } from './writer.ts';

const MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

/** In the order of upstream: RWO, ROX, RWX, RWOP. */
const modesText = (modes: readonly string[] = []): string =>
  Object.keys(MODES)
    .filter((mode) => modes.includes(mode))
    .map((mode) => MODES[mode])
    .join(',');

export const describeVolume: Describer<PersistentVolume & KubeObject> = (session, object, writer) => {
  const { metadata, spec, status } = object;
  writer.line(0, `Name:\t${metadata?.name ?? ''}`);
  writeLabels(writer, 'Labels', metadata?.labels);
  writeAnnotations(writer, metadata?.annotations);
  writer.line(0, `Finalizers:\t[${(metadata?.finalizers ?? []).join(' ')}]`);
  writer.line(0, `StorageClass:\t${spec?.storageClassName ?? ''}`);
  writer.line(
    0,
    metadata?.deletionTimestamp
      ? `Status:\tTerminating (lasts ${writer.since(metadata.deletionTimestamp)})`
      : `Status:\t${status?.phase ?? ''}`,
  );
  writer.line(0, spec?.claimRef ? `Claim:\t${spec.claimRef.namespace}/${spec.claimRef.name}` : 'Claim:\t');
  writer.line(0, `Reclaim Policy:\t${spec?.persistentVolumeReclaimPolicy ?? ''}`);
  writer.line(0, `Access Modes:\t${modesText(spec?.accessModes)}`);
  if (spec?.volumeMode) writer.line(0, `VolumeMode:\t${spec.volumeMode}`);
  writer.line(0, `Capacity:\t${String(spec?.capacity?.['storage'] ?? '')}`);
  const terms = spec?.nodeAffinity?.required?.nodeSelectorTerms;
  if (!spec?.nodeAffinity) writer.line(0, 'Node Affinity:\t<none>');
  else {
    writer.line(0, 'Node Affinity:\t');
    writer.line(1, 'Required Terms:\t');
    (terms ?? []).forEach(({ matchExpressions = [] }, index) => {
      writer.write(2, `Term ${index}:\t`);
      if (matchExpressions.length === 0) writer.write(0, '<none>\n');
      matchExpressions.forEach(({ key, operator, values = [] }, place) =>
        writer.write(
          0,
          `${place === 0 ? '' : '\t'}${key} ${operator.toLowerCase()}${values.length > 0 ? ` [${values.join(', ')}]` : ''}\n`,
        ),
      );
    });
  }
  writer.line(0, `Message:\t${status?.message ?? ''}`);
  writer.line(0, 'Source:');
  const { csi, hostPath, nfs } = spec ?? {};
  if (csi) {
    writer.line(1, 'Type:\tCSI (a Container Storage Interface (CSI) volume source)');
    writer.line(1, `Driver:\t${csi.driver}`);
    writer.line(1, `FSType:\t${csi.fsType ?? ''}`);
    writer.line(1, `VolumeHandle:\t${csi.volumeHandle}`);
    writer.line(1, `ReadOnly:\t${csi.readOnly ?? false}`);
    const keys = Object.keys(csi.volumeAttributes ?? {}).sort();
    writer.write(0, '    VolumeAttributes:\t');
    if (keys.length === 0) writer.write(0, '<none>\n');
    keys.forEach((key, index) =>
      writer.write(0, `${index === 0 ? '' : '\t'}    ${key}=${csi.volumeAttributes![key]}\n`),
    );
  } else if (hostPath) {
    writer.write(
      0,
      `    Type:\tHostPath (bare host directory volume)\n    Path:\t${hostPath.path}\n    HostPathType:\t${hostPath.type ?? '<none>'}\n`,
    );
  } else if (nfs) {
    writer.write(
      0,
      `    Type:\tNFS (an NFS mount that lasts the lifetime of a pod)\n    Server:\t${nfs.server}\n    Path:\t${nfs.path}\n    ReadOnly:\t${nfs.readOnly ?? false}\n`,
    );
  } else writer.line(1, '<unknown>');
  writeEvents(writer, eventsAbout(session, object));
};

export const describeClaim: Describer<PersistentVolumeClaim & KubeObject> = (session, object, writer) => {
  const { metadata, spec, status } = object;
  writer.line(0, `Name:\t${metadata?.name ?? ''}`);
  writer.line(0, `Namespace:\t${metadata?.namespace ?? ''}`);
  writer.line(0, `StorageClass:\t${spec?.storageClassName ?? ''}`);
  writer.line(
    0,
    metadata?.deletionTimestamp
      ? `Status:\tTerminating (lasts ${writer.since(metadata.deletionTimestamp)})`
      : `Status:\t${status?.phase ?? ''}`,
  );
  writer.line(0, `Volume:\t${spec?.volumeName ?? ''}`);
  writeLabels(writer, 'Labels', metadata?.labels);
  writeAnnotations(writer, metadata?.annotations);
  writer.line(0, `Finalizers:\t[${(metadata?.finalizers ?? []).join(' ')}]`);
  const isBound = Boolean(spec?.volumeName);
  writer.line(0, `Capacity:\t${isBound ? String(status?.capacity?.['storage'] ?? '') : ''}`);
  writer.line(0, `Access Modes:\t${isBound ? modesText(status?.accessModes) : ''}`);
  if (spec?.volumeMode) writer.line(0, `VolumeMode:\t${spec.volumeMode}`);
  const { dataSource } = spec ?? {};
  if (dataSource) {
    writer.line(0, 'DataSource:');
    if (dataSource.apiGroup) writer.line(1, `APIGroup:\t${dataSource.apiGroup}`);
    writer.line(1, `Kind:\t${dataSource.kind}`);
    writer.line(1, `Name:\t${dataSource.name}`);
  }
  const pods = session.rest.list<Pod & Live>(session.discovery.named('pods'), metadata?.namespace ?? '', {
    limit: 500,
  }).items;
  const users = pods.filter(({ spec: pod }) =>
    pod?.volumes?.some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === metadata?.name),
  );
  writer.write(0, 'Used By:\t');
  if (users.length === 0) writer.write(0, '<none>\n');
  users.forEach(({ metadata: { name } }, index) => writer.write(0, `${index === 0 ? '' : '\t'}${name}\n`));
  if (status?.conditions?.length) {
    writer.write(
      0,
      'Conditions:\n  Type\tStatus\tLastProbeTime\tLastTransitionTime\tReason\tMessage\n  ----\t------\t-----------------\t------------------\t------\t-------\n',
    );
    for (const {
      type,
      status: state,
      lastProbeTime,
      lastTransitionTime,
      reason = '',
      message = '',
    } of status.conditions)
      writer.line(
        1,
        `${type} \t${state} \t${String(lastProbeTime ?? 'Mon, 01 Jan 0001 00:00:00 +0000')} \t${String(lastTransitionTime ?? '')} \t${reason} \t${message}`,
      );
  }
  writeEvents(writer, eventsAbout(session, object));
};

export const describeStorageClass: Describer<StorageClass & KubeObject> = (session, object, writer) => {
  const { metadata } = object;
  const isDefault = metadata?.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true';
  writer.line(0, `Name:\t${metadata?.name ?? ''}`);
  writer.line(0, `IsDefaultClass:\t${isDefault ? 'Yes' : 'No'}`);
  writer.line(0, `Annotations:\t${labelList(metadata?.annotations)}`);
  writer.line(0, `Provisioner:\t${object.provisioner}`);
  writer.line(0, `Parameters:\t${labelList(object.parameters)}`);
  writer.line(
    0,
    `AllowVolumeExpansion:\t${object.allowVolumeExpansion === undefined ? '<unset>' : boolText(object.allowVolumeExpansion)}`,
  );
  const options = object.mountOptions ?? [];
  if (options.length === 0) writer.line(0, 'MountOptions:\t<none>');
  else {
    writer.line(0, 'MountOptions:');
    for (const option of options) writer.line(1, option);
  }
  writer.line(0, `ReclaimPolicy:\t${object.reclaimPolicy ?? ''}`);
  writer.line(0, `VolumeBindingMode:\t${object.volumeBindingMode ?? ''}`);
  writeEvents(writer, eventsAbout(session, object));
};

type DriverNode = KubeObject & {
  readonly spec?: {
    readonly drivers?: readonly {
      readonly name: string;
      readonly nodeID: string;
      readonly topologyKeys?: readonly string[] | null;
      readonly allocatable?: { readonly count?: number };
    }[];
  };
};

export const describeCsiNode: Describer<DriverNode> = (session, object, writer) => {
  const { metadata, spec } = object;
  writer.line(0, `Name:\t${metadata?.name ?? ''}`);
  writeLabels(writer, 'Labels', metadata?.labels);
  writeAnnotations(writer, metadata?.annotations);
  writer.line(0, `CreationTimestamp:\t${rfc1123(metadata?.creationTimestamp)}`);
  writer.line(0, 'Spec:');
  if (spec?.drivers) writer.line(1, 'Drivers:');
  for (const { name, nodeID, topologyKeys, allocatable } of spec?.drivers ?? []) {
    writer.line(2, `${name}:`);
    writer.line(3, `Node ID:\t${nodeID}`);
    if (allocatable?.count !== undefined) {
      writer.line(3, 'Allocatables:');
      writer.line(4, `Count:\t${allocatable.count}`);
    }
    if (topologyKeys) writer.line(3, `Topology Keys:\t[${topologyKeys.join(' ')}]`);
  }
  writeEvents(writer, eventsAbout(session, object));
};
