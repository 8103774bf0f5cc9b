import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { __version__ } from '../backend';
import { fail } from '../errors';
import { root } from '../native/machine';
import { entries } from './catalog';
import { pack } from './pack';
import type { FileSetup, LiveSetup, Setup } from './protocol';

/** The page as text. scripts/bundle.mjs has put style and script into it; here it gets its data and the policy that allows just those two. */

export interface Page {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

const template_file = join(root, 'dist/chunks/explore_page.html');

export function live_page(): Page {
  const setup: LiveSetup = { kind: 'live', version: __version__, entries };
  return fill(setup, "connect-src 'self'");
}

/** The first panel alone, with every curve that its sliders can reach. */
export function file_page(): Page {
  const setup: FileSetup = { kind: 'file', version: __version__, ...pack() };
  return fill(setup, "connect-src 'none'");
}

function fill(setup: Setup, connect: string): Page {
  const template = read_template();
  const only = (tag: string): string => {
    const [, text] = template.match(new RegExp(`<${tag}>([^]*?)</${tag}>`))!;
    return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  };
  const policy = [
    "default-src 'none'",
    `script-src ${only('script')}`,
    `style-src ${only('style')}`,
    'img-src data:',
    connect,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  // In JSON `<` stands in strings only, where this means the same and cannot end the element.
  const data = JSON.stringify(setup).replaceAll('<', '\\u003c');
  const html = template
    .replace(`content="default-src 'none'"`, () => `content="${policy}"`)
    .replace('id="setup">{}<', () => `id="setup">${data}<`);
  return {
    html,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': `${policy}; frame-ancestors 'none'`,
      'Referrer-Policy': 'no-referrer',
    },
  };
}

function read_template(): string {
  try {
    return readFileSync(template_file, 'utf8');
  } catch {
    return fail('explore', `${template_file} is missing; run npm run build:ts`);
  }
}
