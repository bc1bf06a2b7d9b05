/**
 * The server's half of SPDY/3.1, as far as port forwarding speaks it: streams that the client opens, data both ways, ends
 * of either half. Upstream: moby/spdystream; SPDY protocol draft 3.1. Left out: flow control and priorities, which the
 * client does not use, and streams that the server opens.
 */
import { Duplex } from 'node:stream';
import { Unzlib } from 'fflate';
import { SPDY_DICTIONARY } from './spdy-dictionary.ts';
import { ProtocolFault } from './web-socket.ts';

const SYN_STREAM = 1;
const SYN_REPLY = 2;
const RST_STREAM = 3;
const PING = 6;
const GOAWAY = 7;
/** The status of a reset: the stream is no longer needed. */
const CANCEL = 5;
const FIN = 0x01;
const CONTROL = 0x80;
const VERSION = 3;
const HEAD_BYTES = 8;
/** No frame of a client that forwards a port is longer. */
const FRAME_LIMIT = 1024 * 1024;
const STREAM_LIMIT = 1_000;
/** Headers of a stream, packed and unpacked. They are unpacked bit by bit, so that a small block cannot become a huge one. */
const HEADERS_LIMIT = 16 * 1024;
const UNPACK_BYTES = 512;
/** Bytes of one stream that may wait for who reads it. */
const BACKLOG_BYTES = 1024 * 1024;

/** A deflate block that is not compressed, and not the last. */
const stored = (bytes: readonly number[]): readonly number[] => [
  0x00,
  bytes.length,
  0x00,
  ~bytes.length & 0xff,
  0xff,
  ...bytes,
];

export type SpdyHeaders = Readonly<Record<string, string>>;

/** One stream: what the client writes can be read, what is written goes to the client. */
export class SpdyStream extends Duplex {
  constructor(
    private readonly connection: SpdyConnection,
    readonly id: number,
    readonly headers: SpdyHeaders,
  ) {
    super({ allowHalfOpen: true });
  }

  override _read(): void {
    // What comes is pushed as it comes.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.connection.sendData(this.id, chunk, false);
    done();
  }

  override _final(done: () => void): void {
    this.connection.sendData(this.id, Buffer.alloc(0), true);
    done();
  }

  /** Who waits for the other half of a stream that ends before its time is told so. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.writableFinished) this.connection.reset(this.id);
    done(error);
  }
}

export interface SpdyPorts {
  send(bytes: Buffer): void;
  opened(stream: SpdyStream): void;
}

export class SpdyConnection {
  /** What has come of the next frame, and how much is needed to go on. */
  private parts: Buffer[] = [];
  private partsLength = 0;
  private wanted = HEAD_BYTES;
  private readonly streams = new Map<number, SpdyStream>();
  private readonly inflater: Unzlib;
  private inflated: Buffer[] = [];
  private hasReplied = false;

  constructor(private readonly ports: SpdyPorts) {
    this.inflater = new Unzlib({ dictionary: SPDY_DICTIONARY }, (part) => this.inflated.push(Buffer.from(part)));
  }

  /** Bytes from the client. Throws a `ProtocolFault` where they are no SPDY. */
  receive(bytes: Buffer): void {
    this.parts.push(bytes);
    this.partsLength += bytes.length;
    if (this.partsLength < this.wanted) return;
    let waiting = Buffer.concat(this.parts);
    this.wanted = HEAD_BYTES;
    while (waiting.length >= HEAD_BYTES) {
      const length = waiting.readUIntBE(5, 3);
      if (length > FRAME_LIMIT) throw new ProtocolFault(`a frame of ${length} bytes`);
      this.wanted = HEAD_BYTES + length;
      if (waiting.length < this.wanted) break;
      this.frame(waiting.subarray(0, HEAD_BYTES), waiting.subarray(HEAD_BYTES, this.wanted));
      waiting = waiting.subarray(this.wanted);
      this.wanted = HEAD_BYTES;
    }
    this.parts = [waiting];
    this.partsLength = waiting.length;
  }

  private frame(head: Buffer, body: Buffer): void {
    if (((head[0] ?? 0) & CONTROL) === 0) return this.data(head, body);
    try {
      this.control(head, body);
    } catch (error) {
      // A body that is shorter than its own numbers say.
      if (error instanceof RangeError) throw new ProtocolFault('a frame that is cut short');
      throw error;
    }
  }

  /** The client has gone. */
  close(): void {
    const streams = [...this.streams.values()];
    this.streams.clear();
    for (const stream of streams) stream.destroy();
  }

  /** Tells the client that a stream is over, unless it was the client who said so. */
  reset(id: number): void {
    if (!this.streams.delete(id)) return;
    const body = Buffer.alloc(8);
    body.writeUInt32BE(id);
    body.writeUInt32BE(CANCEL, 4);
    this.sendControl(RST_STREAM, body);
  }

  sendData(id: number, data: Buffer, isEnd: boolean): void {
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeUInt32BE(id);
    head[4] = isEnd ? FIN : 0;
    head.writeUIntBE(data.length, 5, 3);
    this.ports.send(Buffer.concat([head, data]));
  }

  private sendControl(type: number, body: Buffer): void {
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeUInt16BE((CONTROL << 8) | VERSION);
    head.writeUInt16BE(type, 2);
    head.writeUIntBE(body.length, 5, 3);
    this.ports.send(Buffer.concat([head, body]));
  }

  private data(head: Buffer, body: Buffer): void {
    const stream = this.streams.get(head.readUInt32BE() & 0x7fffffff);
    if (!stream) return;
    if (stream.readableLength > BACKLOG_BYTES) return void stream.destroy();
    if (body.length > 0) stream.push(Buffer.from(body));
    if (((head[4] ?? 0) & FIN) !== 0) stream.push(null);
  }

  private control(head: Buffer, body: Buffer): void {
    switch (head.readUInt16BE(2)) {
      case SYN_STREAM:
        return this.open(body, ((head[4] ?? 0) & FIN) !== 0);
      case RST_STREAM: {
        const id = body.readUInt32BE() & 0x7fffffff;
        const stream = this.streams.get(id);
        this.streams.delete(id);
        stream?.destroy();
        return;
      }
      case PING:
        return this.sendControl(PING, Buffer.from(body));
      case GOAWAY:
        // It only says that the client opens no more streams; it waits for the ends of those that it has.
        return;
      default:
        return;
    }
  }

  private open(body: Buffer, isEnded: boolean): void {
    if (body.length < 10) throw new ProtocolFault('a stream without headers');
    const id = body.readUInt32BE() & 0x7fffffff;
    if (this.streams.has(id)) throw new ProtocolFault(`stream ${id} is opened twice`);
    const headers = this.headersOf(body.subarray(10));
    if (this.streams.size >= STREAM_LIMIT) throw new ProtocolFault('too many streams');
    const stream = new SpdyStream(this, id, headers);
    this.streams.set(id, stream);
    stream.on('close', () => this.streams.delete(id));
    stream.on('error', () => undefined);
    const reply = Buffer.alloc(4);
    reply.writeUInt32BE(id);
    this.sendControl(SYN_REPLY, Buffer.concat([reply, this.noHeaders()]));
    this.ports.opened(stream);
    if (isEnded) stream.push(null);
  }

  private headersOf(block: Buffer): SpdyHeaders {
    const bytes = this.unpacked(block);
    const headers: Record<string, string> = {};
    let at = 0;
    const word = (): string => {
      const length = bytes.readUInt32BE(at);
      const text = bytes.toString('utf8', at + 4, at + 4 + length);
      at += 4 + length;
      return text;
    };
    const count = bytes.readUInt32BE(at);
    at += 4;
    for (let left = count; left > 0; left -= 1) headers[word().toLowerCase()] = word();
    return headers;
  }

  private unpacked(block: Buffer): Buffer {
    if (block.length > HEADERS_LIMIT) throw new ProtocolFault('headers that are too long');
    this.inflated = [];
    for (let at = 0; at < block.length; at += UNPACK_BYTES) {
      this.inflate(block.subarray(at, at + UNPACK_BYTES));
      const length = this.inflated.reduce((sum, part) => sum + part.length, 0);
      if (length > HEADERS_LIMIT) throw new ProtocolFault('headers that are too long');
    }
    return Buffer.concat(this.inflated);
  }

  private inflate(part: Buffer): void {
    try {
      this.inflater.push(part, false);
    } catch {
      throw new ProtocolFault('headers that cannot be unpacked');
    }
  }

  /** No headers, as a block that is stored uncompressed; the first begins the deflate stream of the connection. */
  private noHeaders(): Buffer {
    const begin = this.hasReplied ? [] : [0x78, 0x20, 0xe3, 0xc6, 0xa7, 0xc2];
    this.hasReplied = true;
    // An empty block after it tells Go's reader to give out what it has.
    return Buffer.from([...begin, ...stored([0, 0, 0, 0]), ...stored([])]);
  }
}
