/** What is said of a resourceVersion that is no number. Upstream: apiserver/pkg/storage/api_object_versioner.go. */
import { badRequest, type Status } from '../api/status.ts';

export function invalidRevision(text: string): Status {
  const parsing = JSON.stringify(text);
  return badRequest(
    `invalid resource version: resourceVersion: Invalid value: ${parsing}: strconv.ParseUint: parsing ${parsing}: invalid syntax`,
  );
}
