/**
 * Queues with locked receive, as Azure Service Bus has them: a message that is taken is locked for 30 s, and comes back when it
 * is not settled by then; after ten deliveries it is put aside. One file a queue, so that they live as long as its volume.
 * Left out: sessions, topics, scheduled messages, renewal of a lock.
 */
import { replied, writeFile, type KeptReply, type KeptRequest } from './kept.ts';

const LOCK_MS = 30_000;
const DELIVERIES_AT_MOST = 10;
const MESSAGES_AT_MOST = 1_000;
const MESSAGE_CHARACTERS = 60;

interface Message {
  readonly id: number;
  readonly deliveries: number;
  /** Virtual milliseconds; 0 where nobody has it. */
  readonly lockedUntil: number;
  readonly text: string;
}

interface Queue {
  readonly next: number;
  readonly done: number;
  readonly dead: number;
  readonly messages: readonly Message[];
}

export interface QueueDepth {
  readonly queue: string;
  readonly ready: number;
  readonly locked: number;
  readonly done: number;
  readonly dead: number;
}

const SUFFIX = '.queue';
const EMPTY: Queue = { next: 1, done: 0, dead: 0, messages: [] };

/** `next 4 done 2 dead 0`, then a line a message: id, deliveries, end of its lock, text. */
function read({ files, directory, nowMs }: KeptRequest, name: string): Queue {
  const text = files.read(`${directory}/${name}${SUFFIX}`)?.text;
  if (text === undefined) return EMPTY;
  const [head = '', ...lines] = text.split('\n').filter((line) => line !== '');
  const [, next = '1', done = '0', dead = '0'] = /^next (\d+) done (\d+) dead (\d+)$/.exec(head) ?? [];
  const messages = lines.map((line): Message => {
    const [id, deliveries, until, ...words] = line.split(' ');
    const lockedUntil = Number(until) > nowMs ? Number(until) : 0;
    return { id: Number(id), deliveries: Number(deliveries), lockedUntil, text: words.join(' ') };
  });
  const isLost = ({ lockedUntil, deliveries }: Message): boolean =>
    lockedUntil === 0 && deliveries >= DELIVERIES_AT_MOST;
  return {
    next: Number(next),
    done: Number(done),
    dead: Number(dead) + messages.filter(isLost).length,
    messages: messages.filter((message) => !isLost(message)),
  };
}

function write(request: KeptRequest, name: string, { next, done, dead, messages }: Queue): KeptReply | undefined {
  const lines = messages.map(({ id, deliveries, lockedUntil, text }) => `${id} ${deliveries} ${lockedUntil} ${text}`);
  return writeFile(request, `${name}${SUFFIX}`, `${[`next ${next} done ${done} dead ${dead}`, ...lines].join('\n')}\n`);
}

function depthOf(queue: string, { messages, done, dead }: Queue): QueueDepth {
  const locked = messages.filter(({ lockedUntil }) => lockedUntil > 0).length;
  return { queue, ready: messages.length - locked, locked, done, dead };
}

/** Every queue there is, by name. */
export function depthsOf(request: Pick<KeptRequest, 'files' | 'directory' | 'nowMs'>): readonly QueueDepth[] {
  const whole = { ...request, request: { method: 'GET', path: '/', host: '', port: 0 }, hostname: '' };
  return request.files
    .list(request.directory)
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => name.slice(0, -SUFFIX.length))
    .map((name) => depthOf(name, read(whole, name)));
}

/**
 * `GET /` and `GET /orders` tell the depth; `POST /orders` puts a message in, `POST /orders/take` takes one, `DELETE /orders/7`
 * settles it.
 */
export function answerQueue(request: KeptRequest): KeptReply | undefined {
  const { method, path, body = '' } = request.request;
  const [name, what] = path.split('?')[0]!.split('/').filter(Boolean);
  if (name === undefined) return replied(200, `${JSON.stringify(depthsOf(request))}\n`);
  if (name === 'healthz') return replied(200, 'ok\n');
  if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name)) return replied(400, `${name} is no name of a queue\n`);
  const queue = read(request, name);
  if (method === 'GET') return replied(200, `${JSON.stringify(depthOf(name, queue))}\n`);
  if (method === 'POST' && what === 'take') return take(request, name, queue);
  if (method === 'POST' && what === undefined) return put(request, name, queue, body);
  if (method === 'DELETE' && what !== undefined) return settle(request, name, queue, Number(what));
  return replied(405, `${method} is not for ${path}\n`);
}

function put(request: KeptRequest, name: string, queue: Queue, body: string): KeptReply {
  if (queue.messages.length >= MESSAGES_AT_MOST) return replied(507, `queue ${name} is full: ${MESSAGES_AT_MOST}\n`);
  const text = body.replace(/\s+/g, ' ').trim().slice(0, MESSAGE_CHARACTERS);
  const message: Message = { id: queue.next, deliveries: 0, lockedUntil: 0, text };
  const fault = write(request, name, { ...queue, next: queue.next + 1, messages: [...queue.messages, message] });
  return fault ?? replied(201, `${message.id}\n`);
}

function take(request: KeptRequest, name: string, queue: Queue): KeptReply {
  const found = queue.messages.find(({ lockedUntil }) => lockedUntil === 0);
  if (!found) return replied(204);
  const taken = { ...found, deliveries: found.deliveries + 1, lockedUntil: request.nowMs + LOCK_MS };
  const messages = queue.messages.map((message) => (message === found ? taken : message));
  return write(request, name, { ...queue, messages }) ?? replied(200, `${taken.id} ${taken.text}\n`);
}

function settle(request: KeptRequest, name: string, queue: Queue, id: number): KeptReply {
  const found = queue.messages.find((message) => message.id === id && message.lockedUntil > 0);
  if (!found) return replied(410, `the lock of message ${id} is lost\n`);
  const messages = queue.messages.filter((message) => message !== found);
  return write(request, name, { ...queue, done: queue.done + 1, messages }) ?? replied(200, 'done\n');
}
