/** A line that a Go program writes through klog: severity, month, day, time, process and place. Upstream: k8s.io/klog/v2/internal/buffer/buffer.go. */

/** There are no processes to number here: one stands for kubectl. */
const PROCESS = '1';

export function klogWarning(nowMs: number, place: string, text: string): string {
  const [date = '', time = ''] = new Date(nowMs).toISOString().split('T');
  return `W${date.slice(5).replace('-', '')} ${time.replace('Z', '')}000 ${PROCESS.padStart(7)} ${place}] ${text}\n`;
}
