/** One object read from a file, which knows where it and each of its fields stands. */
import { LineCounter, isMap, isSeq, parseAllDocuments } from 'yaml';
import type { Document, Node } from 'yaml';

import { NumasimError } from '../../errors.ts';
import { offsetOfPath } from './line-of-path.ts';
import type { Source } from './read-sources.ts';

/** A JSON object of any kind. */
export type Json = Readonly<Record<string, unknown>>;

/** An object with apiVersion and kind. */
export interface Manifest {
  readonly json: Json;
  readonly apiVersion: string;
  readonly kind: string;
  /** `file:line` of a field (`spec.replicas`), or of the object itself. */
  place(path?: string): string;
}

/** The manifests of one text, and what is wrong with it. */
export interface ParsedSource {
  readonly manifests: readonly Manifest[];
  readonly errors: readonly NumasimError[];
}

/** Reads YAML or JSON, several documents, and lists (`kind: List`, `PodList`, …) as their items. Never throws. */
export function parseManifests({ name, text }: Source): ParsedSource {
  const lineCounter = new LineCounter();
  const lineAt = (offset: number): string => `${name}:${lineCounter.linePos(offset).line || 1}`;
  const manifests: Manifest[] = [];
  const errors: NumasimError[] = [];
  for (const document of documentsOf(text, lineCounter, errors, name)) {
    const [syntaxError] = document.errors;
    if (syntaxError !== undefined) {
      errors.push(new NumasimError('NUMASIM_YAML_SYNTAX', syntaxError.message, lineAt(syntaxError.pos[0])));
      continue;
    }
    const root: Element = { document, node: document.contents, lineAt };
    try {
      const value: unknown = document.toJS();
      if (value !== null) collect(root, value, { manifests, errors });
    } catch (cause) {
      errors.push(syntax(cause, lineAt(root.node?.range?.[0] ?? 0)));
    }
  }
  return { manifests, errors };
}

interface Element {
  readonly document: Document;
  readonly node: Node | null;
  readonly lineAt: (offset: number) => string;
}

interface Collected {
  readonly manifests: Manifest[];
  readonly errors: NumasimError[];
}

function documentsOf(
  text: string,
  lineCounter: LineCounter,
  errors: NumasimError[],
  name: string,
): readonly Document[] {
  try {
    // Merge keys (`<<`) as kubectl reads them.
    const documents = parseAllDocuments(text, { lineCounter, merge: true, prettyErrors: false });
    return 'empty' in documents ? [] : documents;
  } catch (cause) {
    errors.push(syntax(cause, `${name}:1`));
    return [];
  }
}

function collect(element: Element, value: unknown, into: Collected): void {
  const place = (path = ''): string => element.lineAt(offsetOfPath(element.document, element.node, path));
  const problem = headerProblem(value);
  if (problem !== undefined) {
    into.errors.push(new NumasimError('NUMASIM_OBJECT_INVALID', problem, place()));
    return;
  }
  const json = value as Json;
  const [apiVersion, kind] = [json.apiVersion as string, json.kind as string];
  if (kind.endsWith('List') && Array.isArray(json.items)) {
    for (const [index, item] of json.items.entries()) {
      collect({ ...element, node: itemNode(element.node, index) }, item, into);
    }
    return;
  }
  into.manifests.push({ json, apiVersion, kind, place });
}

function headerProblem(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'must be an object with apiVersion, kind and metadata';
  }
  for (const field of ['apiVersion', 'kind']) {
    const content = (value as Json)[field];
    if (typeof content !== 'string' || content === '') return `${field}: is required`;
  }
  return undefined;
}

function itemNode(list: Node | null, index: number): Node | null {
  const items = isMap(list) ? list.get('items', true) : undefined;
  const item: unknown = isSeq(items) ? items.items[index] : undefined;
  return (item as Node | undefined) ?? list;
}

function syntax(cause: unknown, where: string): NumasimError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new NumasimError('NUMASIM_YAML_SYNTAX', message, where, { cause });
}
