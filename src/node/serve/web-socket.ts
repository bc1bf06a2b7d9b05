/**
 * WebSockets of clients nobody can be sure of: messages have a limit, who does not read is cut off, and a fault in one
 * connection ends that connection alone. Upstream: apiserver/pkg/util/proxy/streamtunnel.go, apimachinery/pkg/util/httpstream.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';

/** Clients cut what they copy into parts of 32 KiB. */
const MESSAGE_LIMIT_BYTES = 1024 * 1024;
/** Bytes that may wait for a client who does not read. */
export const SLOW_CLIENT_BYTES = 4 * 1024 * 1024;
const GOING_AWAY = 1001;
const PROTOCOL_ERROR = 1002;
const OUR_FAULT = 1011;

/** `choose` picks one of the protocols on offer. */
export function webSocketServer(choose: (offered: ReadonlySet<string>) => string | false): WebSocketServer {
  return new WebSocketServer({ noServer: true, maxPayload: MESSAGE_LIMIT_BYTES, handleProtocols: choose });
}

/** The bytes do not speak the protocol that was agreed on. */
export class ProtocolFault extends Error {}

export interface Upgrade {
  readonly incoming: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** Ends the handshake; a bad one is answered with 400 by the library. */
export function accept(
  server: WebSocketServer,
  { incoming, socket, head }: Upgrade,
  take: (client: WebSocket) => void,
): void {
  server.handleUpgrade(incoming, socket, head, (client) => {
    // The library answers a broken frame with a close of its own; without a listener the process would end.
    client.on('error', () => undefined);
    guarded(client, () => take(client));
  });
}

/** Hands over each message, and ends the connection at the first that cannot be dealt with. */
export function onMessage(client: WebSocket, take: (data: Buffer) => void): void {
  client.on('message', (data: Buffer) => guarded(client, () => take(data)));
}

/** Does what a connection asks for; what goes wrong ends it. */
export function guarded(client: WebSocket, work: () => void): void {
  try {
    work();
  } catch (error) {
    client.removeAllListeners('message');
    if (error instanceof ProtocolFault) return client.close(PROTOCOL_ERROR, error.message);
    console.error(error);
    client.close(OUR_FAULT, 'internal error');
  }
}

export function sendTo(client: WebSocket, data: Buffer): void {
  if (client.readyState !== client.OPEN) return;
  if (client.bufferedAmount > SLOW_CLIENT_BYTES) client.terminate();
  else client.send(data);
}

/** Tells all clients that the server ends. */
export function endClients({ clients }: WebSocketServer): void {
  for (const client of clients) {
    client.removeAllListeners('message');
    client.close(GOING_AWAY, 'the server is shutting down');
  }
}
