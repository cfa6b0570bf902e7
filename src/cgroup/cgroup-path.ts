/**
 * Names of cgroups as the kubelet forms them. Inside it a cgroup is a list of names; the driver decides how that list
 * becomes a path. cgroupfs joins them. systemd has one flat name space in which `-` nests, so each level repeats its
 * parents' names and a `-` inside a name is written `_`.
 */
import type { CgroupConfig } from './config.ts';

/** The kubelet's own name of a cgroup, outermost first: `['kubepods', 'burstable', 'pod<uid>']`. */
export type CgroupName = readonly string[];

/** The names of a `cgroupRoot` such as `/kubelet` or `/a/b-c`; none for `/` and for no root. */
export function rootName(root: string | undefined): CgroupName {
  return (root ?? '').split('/').filter((part) => part !== '');
}

/** The path of a kubelet's cgroup from the cgroup root; `/` for no names. */
export function cgroupPath(name: CgroupName, driver: CgroupConfig['driver']): string {
  if (driver === 'Cgroupfs') return `/${name.join('/')}`;
  const escaped = name.map((part) => part.replaceAll('-', '_'));
  return `/${escaped.map((_, index) => `${escaped.slice(0, index + 1).join('-')}.slice`).join('/')}`;
}
