/**
 * A store of values with one leader: it alone takes writes, and the others copy from it. Who leads stands in a file, which an
 * election by Lease or the program itself writes. Values are a file of its volume. Left out: a log, so that a leader that comes
 * back with writes that nobody has copied loses them, as under asynchronous replication.
 */
import { replied, writeFile, type KeptReply, type KeptRequest } from './kept.ts';

/** The name of the replica that leads. */
export const LEADER_FILE = '/run/leader';
export const VALUES_FILE = 'values';
const KEYS_AT_MOST = 500;
const VALUE_CHARACTERS = 100;

interface Values {
  readonly version: number;
  readonly pairs: readonly (readonly [key: string, value: string])[];
}

/** `version 3`, then a line a pair. */
function read({ files, directory }: KeptRequest): Values {
  const [head = '', ...lines] = (files.read(`${directory}/${VALUES_FILE}`)?.text ?? '').split('\n').filter(Boolean);
  const pairs = lines.map((line) => {
    const [key = '', value = ''] = line.split(/=(.*)/s);
    return [key, value] as const;
  });
  return { version: Number(/^version (\d+)$/.exec(head)?.[1] ?? 0), pairs };
}

const format = ({ version, pairs }: Values): string =>
  `${[`version ${version}`, ...pairs.map(([key, value]) => `${key}=${value}`)].join('\n')}\n`;

/**
 * `GET /` says who leads and how far it is, `GET /leader` is 200 at the leader alone, `GET /dump` is all there is; `GET`,
 * `PUT` and `DELETE /keys/a` read and write.
 */
export function answerValues(request: KeptRequest): KeptReply | undefined {
  const { method, path, body = '' } = request.request;
  const [first, key] = path.split('?')[0]!.split('/').filter(Boolean);
  const { hostname, files } = request;
  const leader = files.read(LEADER_FILE)?.text.trim() ?? '';
  const isLeader = leader === hostname;
  const values = read(request);
  if (first === undefined) {
    const role = isLeader ? 'leader' : 'follower';
    const facts = { replica: hostname, role, leader, version: values.version, keys: values.pairs.length };
    return replied(200, `${JSON.stringify(facts)}\n`);
  }
  if (first === 'healthz') return replied(200, 'ok\n');
  if (first === 'leader') return isLeader ? replied(200, 'leader\n') : replied(503, 'follower\n');
  if (first === 'dump') return replied(200, format(values));
  if (first !== 'keys' || key === undefined) return replied(404, 'not found\n');
  const found = values.pairs.find(([name]) => name === key);
  if (method === 'GET') return found ? replied(200, `${found[1]}\n`) : replied(404, `no value under ${key}\n`);
  if (leader === '') return replied(503, 'nobody leads\n');
  if (!isLeader) return replied(421, `${hostname} is a follower; ${leader} leads\n`);
  return change(request, values, key, method === 'DELETE' ? undefined : body);
}

function change(request: KeptRequest, { version, pairs }: Values, key: string, body: string | undefined): KeptReply {
  const others = pairs.filter(([name]) => name !== key);
  if (body !== undefined && others.length >= KEYS_AT_MOST)
    return replied(507, `no room for more than ${KEYS_AT_MOST}\n`);
  const value = body?.replace(/\s+/g, ' ').trim().slice(0, VALUE_CHARACTERS);
  const next = { version: version + 1, pairs: value === undefined ? others : [...others, [key, value] as const] };
  return writeFile(request, VALUES_FILE, format(next)) ?? replied(200, `version ${next.version}\n`);
}
