/** A condition of a pod or a claim is written with its `lastProbeTime` always: null, since nothing probes. Upstream: api/core/v1/types.go. */
export function writeProbeTimes(object: { status?: { conditions?: readonly object[] | undefined } | undefined }): void {
  const { status } = object;
  const { conditions } = status ?? {};
  if (!conditions || conditions.every((condition) => 'lastProbeTime' in condition)) return;
  object.status = {
    ...status,
    conditions: conditions.map((condition) =>
      'lastProbeTime' in condition ? condition : { lastProbeTime: null, ...condition },
    ),
  };
}
