/**
 * Values behind the JSON paths of our printer columns: fields (`.status.pods.matched`) and the one list item whose field
 * has a value (`.status.conditions[?(@.type=="Ready")].status`).
 */
const step = /\.(?<field>[A-Za-z0-9_]+)|\[\?\(@\.(?<key>[A-Za-z0-9_]+)=="(?<value>[^"]*)"\)\]/gy;

/** The value, or undefined if there is none. Throws for a path of another form: that is a defect. */
export function valueAtJsonPath(object: unknown, path: string): unknown {
  let current: unknown = object;
  let length = 0;
  for (const match of path.matchAll(step)) {
    const { field, key = '', value } = match.groups ?? {};
    current = field === undefined ? itemWith(current, key, value) : fieldOf(current, field);
    length += match[0].length;
  }
  if (length !== path.length) throw new TypeError(`not a JSON path of a printer column: ${path}`);
  return current;
}

function fieldOf(value: unknown, field: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Readonly<Record<string, unknown>>)[field];
}

function itemWith(value: unknown, key: string, wanted: string | undefined): unknown {
  if (!Array.isArray(value)) return undefined;
  return value.find((item) => fieldOf(item, key) === wanted) as unknown;
}
