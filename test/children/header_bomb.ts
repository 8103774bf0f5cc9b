import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as torch from 'cresset';

/** Loads files whose JSON would fill a small heap many times over. Prints what it was told. */

const path = join(fs.mkdtempSync(join(tmpdir(), 'cresset-bomb-')), 'bomb.safetensors');

function told(json: string): string {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  fs.writeFileSync(path, length);
  fs.appendFileSync(path, json);
  try {
    torch.load(path);
    return 'loaded';
  } catch (error) {
    return (error as Error).message.replace(path, 'FILE');
  }
}

const size = 2 ** 23;
process.stdout.write(
  JSON.stringify([
    told(`{"a":[${'[],'.repeat(size / 3)}[]]}`),
    told('['.repeat(size)),
    told(`{"__metadata__":{"structure":"[${'{},'.repeat(size / 3)}{}]"}}`),
  ]),
);
fs.rmSync(join(path, '..'), { recursive: true });
