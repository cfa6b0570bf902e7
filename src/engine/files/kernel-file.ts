/** A file of the simulated kernel. A read-only file has no `write`. */
export interface KernelFile {
  readonly read: () => string;
  /** @throws KernelError when the kernel refuses the text; then nothing has changed */
  readonly write?: (text: string) => void;
}

/** Finds the file behind a path, or undefined if this part of the tree has none. */
export type FileLookup = (path: string) => KernelFile | undefined;
