/** A directory under `/sys/fs/cgroup` with the files somebody wrote, or that read differently because of it. */

/** File name (`cpu.weight`, `cpu.max`, `memory.max`, …) → its one-line content in the kernel's format. */
export type CgroupValues = Readonly<Record<string, string>>;

/** One directory. */
export interface CgroupDirectory {
  /** From the cgroup root, with a leading slash: `/kubepods.slice/kubepods-burstable.slice`. */
  readonly path: string;
  readonly values: CgroupValues;
}
