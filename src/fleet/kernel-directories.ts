/** Makes cgroup directories in a simulated kernel and writes their files, as a kubelet and a runtime do. */
import type { CgroupDirectory } from '../cgroup/cgroup-directory.ts';
import { CGROUP_ROOT } from '../engine/kernel.ts';
import type { Kernel } from '../engine/kernel.ts';

const CONTROLLERS = '+cpuset +cpu +memory';

/** The path of a file of a cgroup; `''` is the root cgroup. */
export function cgroupFile(cgroup: string, file: string): string {
  return `${CGROUP_ROOT}${cgroup}/${file}`;
}

/** Lets a directory's children have its controllers. */
export function handDown(kernel: Kernel, cgroup: string): void {
  kernel.write(cgroupFile(cgroup, 'cgroup.subtree_control'), CONTROLLERS);
}

/** Makes a directory that holds other directories, if it is missing, and writes its values. */
export function makeInner(kernel: Kernel, directory: CgroupDirectory): void {
  if (!kernel.hasCgroup(directory.path)) {
    kernel.mkdir(directory.path);
    handDown(kernel, directory.path);
  }
  writeValues(kernel, directory);
}

/** Makes a container's directories; only the innermost, `leaf`, may hold tasks. */
export function makeContainer(kernel: Kernel, directories: readonly CgroupDirectory[], leaf: string): void {
  for (const directory of directories) {
    if (directory.path === leaf) kernel.mkdir(directory.path);
    else makeInner(kernel, directory);
  }
}

/** Writes the files of a directory that read otherwise. Files this kernel does not have (huge page limits) are passed over. */
export function writeValues(kernel: Kernel, { path, values }: CgroupDirectory): void {
  for (const [file, text] of Object.entries(values)) {
    const at = cgroupFile(path, file);
    if (kernel.exists(at)) writeIfDifferent(kernel, at, text);
  }
}

export function writeIfDifferent(kernel: Kernel, path: string, text: string): void {
  if (kernel.read(path).trim() !== text) kernel.write(path, text);
}
