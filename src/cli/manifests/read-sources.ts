/** The texts behind `-f`: files, the manifests directly in a directory, standard input. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { NumasimError } from '../../errors.ts';

/** A text with manifests, and its name in messages. */
export interface Source {
  readonly name: string;
  readonly text: string;
}

/** What could be read, and what could not. */
export interface ReadSources {
  readonly sources: readonly Source[];
  readonly errors: readonly NumasimError[];
}

/** The extensions kubectl takes from a directory. */
const isManifestName = (name: string): boolean => /\.(yaml|yml|json)$/u.test(name);

/** Tells kustomize what to do with the files beside it; holds no object itself. */
const kustomizationNames: ReadonlySet<string> = new Set(['kustomization.yaml', 'kustomization.yml']);

/**
 * Reads each path once, in the order given. A directory stands for its `.yaml`, `.yml` and `.json` files by name,
 * without subdirectories, as for `kubectl apply -f`; `-` for standard input.
 */
export async function readSources(
  paths: readonly string[],
  readStdin: () => Promise<string>,
): Promise<ReadSources> {
  const sources: Source[] = [];
  const errors: NumasimError[] = [];
  const seen = new Set<string>();
  for (const path of paths) {
    try {
      const files = (await filesOf(path)).filter((file) => !seen.has(resolve(file)));
      for (const file of files) {
        seen.add(resolve(file));
        sources.push(await read(file, readStdin));
      }
    } catch (error) {
      if (!(error instanceof NumasimError)) throw error;
      errors.push(error);
    }
  }
  return { sources, errors };
}

async function filesOf(path: string): Promise<readonly string[]> {
  if (path === '-') return [path];
  const about = await readable(path, stat(path));
  if (!about.isDirectory()) return [path];
  const names = await readable(path, readdir(path));
  const files = names
    .filter((name) => isManifestName(name) && !kustomizationNames.has(name))
    .sort()
    .map((name) => join(path, name));
  if (files.length === 0) {
    throw new NumasimError('NUMASIM_NO_MANIFESTS', 'no .yaml, .yml or .json file in this directory', path);
  }
  return files;
}

async function read(file: string, readStdin: () => Promise<string>): Promise<Source> {
  if (file === '-') return { name: 'stdin', text: await readable('stdin', readStdin()) };
  return { name: file, text: await readable(file, readFile(file, 'utf8')) };
}

async function readable<Value>(where: string, reading: Promise<Value>): Promise<Value> {
  try {
    return await reading;
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    throw new NumasimError('NUMASIM_FILE_UNREADABLE', reasons[code] ?? 'cannot be read', where, { cause });
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'may not be read (permission denied)',
  EISDIR: 'is a directory',
};
