/** Programs of scripted images, for the shell in virtual time: what they print is what their containers log. */

/** `$(NAME)`, as manifests refer to variables, becomes what the shell knows it by. */
const reference = (text: string): string => text.replace(/\$\(([A-Za-z_]\w*)\)/g, '${$1}').replace(/["`\\]/g, '\\$&');

export interface ConsumerOptions {
  /** Of the queue: `http://queue/orders`. */
  readonly url: string;
  readonly secondsPerMessage: string;
  /** How many of a hundred messages it fails at, and leaves to be delivered again. */
  readonly failPercent: string;
}

/** Takes messages one by one, settles each when its work is done, and ends after the one in hand when it is told to. */
export const consumer = ({ url, secondsPerMessage, failPercent }: ConsumerOptions): string => `
trap 'echo "stopping: takes no more messages"; stopping=1' TERM
queue="${reference(url)}"
echo "consumer of $queue"
while [ -z "$stopping" ]; do
  if ! message=$(curl -sf -m 5 -X POST "$queue/take"); then
    echo "no answer from $queue"
    sleep 5
    continue
  fi
  if [ -z "$message" ]; then
    sleep 2
    continue
  fi
  id=\${message%% *}
  echo "message $id: \${message#* }"
  sleep ${secondsPerMessage}
  if [ $((RANDOM % 100)) -lt ${failPercent} ]; then
    echo "message $id failed"
  elif curl -sf -m 5 -X DELETE "$queue/$id" > /dev/null; then
    echo "message $id done"
  else
    echo "message $id took too long: its lock is lost"
  fi
done
`;

export interface ReplicaOptions {
  /** The headless Service under which replicas find each other. */
  readonly peers: string;
  readonly port: number;
  readonly directory: string;
  readonly everySeconds: number;
  /** The replica with ordinal 0 leads, whoever is up; otherwise an election says who does. */
  readonly isOrdinal: boolean;
}

/** A follower copies all values from the leader. */
export const replica = ({ peers, port, directory, everySeconds, isOrdinal }: ReplicaOptions): string => `
mkdir -p ${directory} /run
${isOrdinal ? 'echo "${HOSTNAME%-*}-0" > /run/leader' : ''}
values=${directory}/values
[ -f $values ] && echo "found $(head -n 1 $values) in ${directory}"
while true; do
  leader=$(cat /run/leader 2>/dev/null)
  if [ "$leader" != "$seen" ]; then
    [ "$leader" = "$HOSTNAME" ] && echo "leads" || echo "follows \${leader:-nobody}"
    seen=$leader
  fi
  if [ -n "$leader" ] && [ "$leader" != "$HOSTNAME" ]; then
    if dump=$(curl -sf -m 3 "http://$leader.${reference(peers)}:${port}/dump"); then
      answers=1
      if [ "$dump" != "$(cat $values 2>/dev/null)" ]; then
        echo "$dump" > $values
        echo "copied $(head -n 1 $values) from $leader"
      fi
    elif [ "$answers" != 0 ]; then
      answers=0
      echo "no answer from the leader $leader"
    fi
  fi
  sleep ${everySeconds}
done
`;

/** Ends where it cannot connect, and stays up otherwise. */
export const needing = (address: string, code: number, log: string | undefined): string => {
  const { host = '', port = '80' } = /^(?:\w+:\/\/)?(?<host>[^:/]+)(?::(?<port>\d+))?/.exec(address)?.groups ?? {};
  return `
if ! nc -z -w 5 "${reference(host)}" ${port}; then
  echo "${reference(log ?? `cannot connect to ${host}:${port}`)}" >&2
  exit ${code}
fi
tail -f /dev/null
`;
};

/** Works through a number of items and ends. */
export const batch = `
items=\${ITEMS:-10}
i=1
while [ "$i" -le "$items" ]; do
  sleep "\${SECONDS_PER_ITEM:-1}"
  if [ "$i" = "\${FAIL_AT:-0}" ]; then
    echo "item $i of $items failed" >&2
    exit "\${EXIT_CODE:-1}"
  fi
  echo "item $i of $items done"
  i=$((i + 1))
done
`;

/** What a CronJob runs: looks at the time, does a little, and ends. */
export const report = `
echo "report of $(date -u +%Y-%m-%dT%H:%M:%SZ)"
sleep "\${DURATION_SECONDS:-5}"
echo "report written"
`;
