/**
 * Clients of well-known servers: whether one answers, and nothing beyond. What they would do there is not simulated; they say
 * so and fail, rather than seem to have done it.
 */
import { isWait, type Command } from '../command-io.ts';

interface Client {
  readonly port: number;
  /** Command lines that only ask whether the server is there. */
  readonly asks: RegExp;
  readonly output: (host: string, port: number) => string;
  readonly failure: (host: string, port: number) => string;
  /** Exit codes when nobody answers, and for what is not simulated. */
  readonly code: number;
}

const redis: Client = {
  port: 6379,
  asks: /(^|\s)ping$/i,
  output: () => 'PONG\n',
  failure: (host, port) => `Could not connect to Redis at ${host}:${port}: Connection refused\n`,
  code: 1,
};
const mysql: Client = {
  port: 3306,
  asks: /(^|\s)(ping|status)(\s|$)/,
  output: () => 'mysqld is alive\n',
  failure: (host, port) => `ERROR 2003 (HY000): Can't connect to MySQL server on '${host}:${port}' (111)\n`,
  code: 1,
};
const postgres: Client = {
  port: 5432,
  asks: /^pg_isready/,
  output: (host, port) => `${host}:${port} - accepting connections\n`,
  failure: (host, port) => `${host}:${port} - no response\n`,
  code: 2,
};
const mongo: Client = {
  port: 27017,
  asks: /ping|hello|isMaster/,
  output: () => '{ ok: 1 }\n',
  failure: (host, port) => `MongoNetworkError: connect ECONNREFUSED ${host}:${port}\n`,
  code: 1,
};
const rabbitmq: Client = {
  port: 5672,
  asks: /ping|status|check_/,
  output: () => 'Ping succeeded\n',
  failure: () => 'Error: unable to perform an operation on node. Please see diagnostics information\n',
  code: 69,
};
const grpc: Client = {
  port: 0,
  asks: /./,
  output: () => 'status: SERVING\n',
  failure: (host, port) => `timeout: failed to connect service "${host}:${port}" within 1s\n`,
  code: 2,
};

const PATIENCE_MS = 3_000;
const HERE = /^(localhost|127\.0\.0\.1|::1|0\.0\.0\.0)$/;

const client =
  ({ port: usual, asks, output, failure, code }: Client): Command =>
  (io, [name = '', ...words]) => {
    const line = [name, ...words].join(' ');
    const address = /-addr[= ]:?(\S+)/.exec(line)?.[1] ?? '';
    const host =
      /(?:^|\s)(?:-h\s*|--host[= ])([\w.-]+)/.exec(line)?.[1] ?? (address.replace(/:?\d*$/, '') || '127.0.0.1');
    const given = /(?:^|\s)(?:-p\s*|-P\s*|--port[= ])(\d+)/.exec(line)?.[1] ?? /(\d+)$/.exec(address)?.[1];
    const port = Number(given ?? usual);
    let isThere = HERE.test(host) && io.host.isListening(port);
    if (!HERE.test(host)) {
      const reply = io.ask({ kind: 'tcp', host, port, timeoutMs: PATIENCE_MS });
      if (isWait(reply)) return reply;
      isThere = reply.kind === 'connected';
    }
    if (!isThere) {
      io.err(failure(host, port));
      return code;
    }
    if (!asks.test(line))
      return io.fail('pilothouse', `${line}: not supported, ${name} can only ask whether its server is up`, code);
    io.out(output(host, port));
    return 0;
  };

export const CLIENT_COMMANDS: Readonly<Record<string, Command>> = {
  'redis-cli': client(redis),
  mysql: client(mysql),
  mariadb: client(mysql),
  mysqladmin: client(mysql),
  'mariadb-admin': client(mysql),
  psql: client(postgres),
  pg_isready: client(postgres),
  mongo: client(mongo),
  mongosh: client(mongo),
  rabbitmqctl: client(rabbitmq),
  'rabbitmq-diagnostics': client(rabbitmq),
  grpc_health_probe: client(grpc),
  'grpc-health-probe': client(grpc),
};
