/** Servers that scripts start by name, and the port that their command line names. */
import type { Behaviour } from './behaviour.ts';

/** Programs that stay in the foreground and listen. */
export const SERVER =
  /^(?:\S*\/)?(nginx(?!\s+-[tsvV])|httpd|apache2\S*|node|npm\s+(?:run\s+)?start|yarn\s+start|python3?|gunicorn|uvicorn|flask|java|dotnet|php-fpm|redis-server|nc\s+.*-\w*l|ruby|caddy|mysqld|postgres|mongod|rabbitmq-server|docker-entrypoint\.sh|docker-php-entrypoint)\b/;
const PORT = /(?:-p\s*|--port[= ]|--bind[= ]\S*:|http\.server\s+|-l\s*-?p?\s*)(\d{2,5})\b/;

/** A shell's image that was given a server to run listens on the container's ports, and on one named in the line. */
export function served(base: Behaviour, line: string): Behaviour {
  if (base.name !== 'shell') return base;
  const { exit: _exit, ...still } = base;
  const port = PORT.exec(line)?.[1];
  return {
    ...still,
    name: 'plain-server',
    ports: port ? [Number(port)] : [],
    http: { status: 200, body: '{image} on {pod}', latencyMs: [2, 15], errorPercent: 0 },
  };
}
