import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PublicName } from './public_surface';

/** "Names": what of PyTorch's there is, by namespace, with links into the reference. Part of the site; never in the tree, so that it cannot be old. */

interface Golden {
  torch: string;
  /** `public` is what PyTorch documents, `other` what it has besides. */
  names: Record<string, { public: string[]; other: string[] }>;
}

/** One namespace; the names are sorted. */
export interface NameRow {
  namespace: string;
  there: string[];
  missing: string[];
  /** Names that PyTorch does not have at all. */
  own: string[];
}

export function read_names(): Golden {
  return JSON.parse(readFileSync(join(__dirname, '../golden/names.json'), 'utf8'));
}

function ours_in(namespace: string, surface: readonly PublicName[]): string[] {
  const prefix = namespace === 'torch' ? 'torch.' : `torch.${namespace}.`;
  const values = surface.filter(({ name, kind }) => name.startsWith(prefix) && kind !== 'interface' && kind !== 'type');
  return values.map(({ name }) => name.slice(prefix.length)).filter((name) => !name.includes('.'));
}

export function compare_names(golden: Golden, surface: readonly PublicName[]): NameRow[] {
  return Object.entries(golden.names).map(([namespace, theirs]) => {
    const ours = new Set(ours_in(namespace, surface));
    const known = new Set([...theirs.public, ...theirs.other]);
    const there = [...ours].filter((name) => known.has(name));
    const missing = theirs.public.filter((name) => !ours.has(name));
    return { namespace, there: there.sort(), missing, own: [...ours].filter((name) => !known.has(name)).sort() };
  });
}

export function write_names_page(golden: Golden, rows: readonly NameRow[]): string {
  const link = (namespace: string, name: string): string =>
    `{@link torch!${namespace === 'torch' ? '' : `${namespace}.`}${name} | ${name}}`;
  const linked = ({ namespace }: NameRow, names: readonly string[]): string =>
    names.map((name) => link(namespace, name)).join(', ');
  const plain = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');
  const total = (of: (row: NameRow) => string[]): number => rows.reduce((sum, row) => sum + of(row).length, 0);
  const sections = rows.map((row) => {
    const title = row.namespace === 'torch' ? 'torch' : `torch.${row.namespace}`;
    const parts = [`## ${title}`, `Here (${row.there.length}): ${linked(row, row.there)}.`];
    if (row.missing.length > 0) parts.push(`Not here (${row.missing.length}): ${plain(row.missing)}.`);
    if (row.own.length > 0) parts.push(`Not in PyTorch (${row.own.length}): ${linked(row, row.own)}.`);
    return parts.join('\n\n');
  });
  return `# Names

Made from the exports of this version and the names of PyTorch ${golden.torch}, when the site was made. ${total((row) => row.there)} names are here,
${total((row) => row.missing)} are not. Left out on both sides is what belongs to other devices, to compilers, and to complex, quantized, sparse and nested tensors.
What a name does otherwise than there is in [Where cresset differs](../../docs/differences.md).

${sections.join('\n\n')}
`;
}
