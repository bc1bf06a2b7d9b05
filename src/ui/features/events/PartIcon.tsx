import {
  BookText,
  CalendarClock,
  Cloud,
  Cog,
  Cpu,
  Database,
  Globe,
  Route,
  Server,
  User,
  type LucideIcon,
} from 'lucide-react';
import type { ClusterPart } from '../../view/story.ts';

const ICONS: Readonly<Record<ClusterPart, LucideIcon>> = {
  client: User,
  'kube-apiserver': Server,
  etcd: Database,
  'kube-scheduler': CalendarClock,
  controllers: Cog,
  kubelet: Cpu,
  'kube-proxy': Route,
  coredns: BookText,
  network: Globe,
  azure: Cloud,
};

/** The part of the cluster that acted, as a small picture; the sentence beside it says the same in words. */
export function PartIcon({ part, size = 14 }: { part: ClusterPart; size?: number }): React.JSX.Element {
  const Icon = ICONS[part];
  return <Icon size={size} aria-hidden className={`part-icon part-${part}`} />;
}
