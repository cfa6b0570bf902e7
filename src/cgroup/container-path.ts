/** Where a container's cgroup lies below its pod's: the runtime names it after the container's id. */
import type { CgroupConfig, OciBehaviour } from './config.ts';

/** Each runtime's prefix; with systemd it separates prefix and id by `-` and makes a scope of it. */
const scopePrefix = { Containerd: 'cri-containerd', CriO: 'crio', Docker: 'docker' } as const;

/**
 * The container's directories, outermost first; the last is where its tasks live. One, except under crun with the
 * systemd driver, which makes a `container` directory inside the scope.
 */
export function containerPaths(
  podPath: string,
  id: string,
  config: CgroupConfig,
  oci: OciBehaviour,
): readonly string[] {
  const outer = `${podPath}/${leafName(id, config)}`;
  return config.driver === 'Systemd' && oci.ociRuntime === 'Crun' ? [outer, `${outer}/container`] : [outer];
}

function leafName(id: string, { driver, runtime }: CgroupConfig): string {
  if (driver === 'Systemd') return `${scopePrefix[runtime]}-${id}.scope`;
  // Of the three only CRI-O keeps its prefix without systemd.
  return runtime === 'CriO' ? `crio-${id}` : id;
}
