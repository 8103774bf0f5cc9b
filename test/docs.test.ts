import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compare_names, read_names, write_names_page } from './support/names_page';
import { type PublicName, read_surface } from './support/public_surface';

/** The reference: what users can import is explained, with an example. test/doc_examples.test.ts runs the examples. */

const root = join(__dirname, '..');
const surface = read_surface();
const site = JSON.parse(readFileSync(join(root, 'typedoc.json'), 'utf8'));
const names = new Set(surface.map(({ name }) => name));

/** `relu_` says of itself that it is `relu` in place. */
const is_twin = ({ name }: PublicName): boolean => name.endsWith('_') && names.has(name.slice(0, -1));
const places = (found: readonly PublicName[]): string[] => found.map(({ name, at }) => `${at} ${name}`);

test('the whole surface is read', () => {
  const kinds = new Map(surface.map(({ name, kind }) => [name, kind]));
  expect(kinds.get('torch.add')).toBe('function');
  expect(kinds.get('torch.Tensor.add')).toBe('method');
  expect(kinds.get('torch.nn.LeakyReLU')).toBe('class');
  expect(kinds.get('torch.nn.LinearOptions')).toBe('interface');
  expect(kinds.get('kernels.alloc')).toBe('function');
  expect(kinds.get('jest.TensorMatchers')).toBe('interface');
  expect(surface.length).toBeGreaterThan(1000);
});

test('everything public has TSDoc, options field by field', () => {
  const interfaces = new Set(surface.filter(({ kind }) => kind === 'interface').map(({ name }) => name));
  // What the fields of classes are, their options or their class say.
  const explained = ({ name, kind }: PublicName): boolean =>
    kind === 'field' && !interfaces.has(name.slice(0, name.lastIndexOf('.')));
  expect(places(surface.filter((each) => each.text === '' && !explained(each) && !is_twin(each)))).toEqual([]);
});

test('every function and class has an example', () => {
  const bare = surface.filter(
    (each) => each.examples === 0 && (each.kind === 'function' || each.kind === 'class') && !is_twin(each),
  );
  expect(places(bare)).toEqual([]);
});

test('the page of names: what is here, what is not, what is our own', () => {
  const [torch, nn] = compare_names(
    {
      torch: '2',
      names: { torch: { public: ['add', 'svd'], other: ['relu'] }, nn: { public: ['Linear'], other: [] } },
    },
    surface,
  );
  expect(torch.there).toEqual(['add', 'relu']);
  expect(torch.missing).toEqual(['svd']);
  expect(torch.own).toContain('from_typed_array');
  expect(torch.own).not.toContain('TensorOptions');
  expect(nn.there).toEqual(['Linear']);
  const golden = read_names();
  const page = write_names_page(golden, compare_names(golden, surface));
  expect(page).toContain('{@link torch!nn.functional.leaky_relu | leaky_relu}');
  expect(page).toContain('## torch.Tensor\n');
});

test('the site has every entry of the package', () => {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const sources = Object.keys(exports).filter((path) => path !== './package.json');
  expect(site.entryPoints).toEqual(sources.map((path) => `lib/${path === '.' ? 'index' : path.slice(2)}.ts`));
});

test('the site has every guide', () => {
  const guides = readdirSync(join(root, 'docs')).filter((file) => file.endsWith('.md'));
  expect([site.readme, ...site.projectDocuments]).toEqual(expect.arrayContaining(guides.map((file) => `docs/${file}`)));
});

test('links between the pages lead somewhere', () => {
  const pages: string[] = [site.readme, ...site.projectDocuments, 'README.md'];
  const broken = pages.flatMap((page) => {
    if (page.startsWith('build/')) return [];
    const links = readFileSync(join(root, page), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g);
    return [...links].flatMap(([, link]) => (existsSync(join(root, dirname(page), link)) ? [] : [`${page}: ${link}`]));
  });
  expect(broken).toEqual([]);
});
