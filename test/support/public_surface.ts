import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import * as ts from 'typescript';
import { compile } from './compile';

/** What users can import, with its documentation, read from the sources by the compiler. */

export interface PublicName {
  /** `torch.nn.Linear`, `torch.Tensor.add`; of a subpath `kernels.leaky_relu`. */
  name: string;
  kind: 'function' | 'class' | 'interface' | 'type' | 'value' | 'method' | 'field';
  /** Of the declaration, `lib/nn/modules/linear.ts:12`. */
  at: string;
  /** TSDoc, its own or inherited; empty where there is none. */
  text: string;
  examples: number;
}

const root = join(__dirname, '../..');

/** The sources of package.json's exports: `.` is lib/index.ts, `./kernels` lib/kernels.ts. */
function entries(): { prefix: string; file: string }[] {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { exports: object };
  return Object.keys(exports)
    .filter((path) => path !== './package.json')
    .map((path) => ({
      prefix: path === '.' ? 'torch' : path.slice(2),
      file: join(root, 'lib', `${path === '.' ? 'index' : path.slice(2)}.ts`),
    }));
}

export function read_surface(): PublicName[] {
  const files = entries().map(({ file }) => file);
  const program = compile(files);
  const reader = new Reader(program.getTypeChecker());
  for (const { prefix, file } of entries()) reader.read_module(prefix, program.getSourceFile(file)!);
  return reader.names;
}

class Reader {
  readonly names: PublicName[] = [];
  private readonly seen = new Set<ts.Symbol>();

  constructor(private readonly checker: ts.TypeChecker) {}

  read_module(prefix: string, source: ts.SourceFile): void {
    const module = this.checker.getSymbolAtLocation(source);
    if (module === undefined) throw new Error(`${source.fileName} exports nothing`);
    this.read_exports(prefix, module);
  }

  private read_exports(prefix: string, module: ts.Symbol): void {
    for (const exported of this.checker.getExportsOfModule(module)) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(exported) : exported;
      const name = `${prefix}.${exported.name}`;
      if (symbol.flags & ts.SymbolFlags.ValueModule) this.read_exports(name, symbol);
      else this.read_name(name, symbol);
    }
  }

  private read_name(name: string, symbol: ts.Symbol): void {
    const kind = this.kind_of(symbol);
    this.add(name, kind, symbol);
    if (this.seen.has(symbol) || (kind !== 'class' && kind !== 'interface')) return;
    this.seen.add(symbol);
    const type = this.checker.getDeclaredTypeOfSymbol(symbol) as ts.InterfaceType;
    for (const member of this.members(type, symbol)) {
      const method = (member.flags & (ts.SymbolFlags.Method | ts.SymbolFlags.Function)) !== 0;
      this.add(`${name}.${member.name}`, method ? 'method' : 'field', member);
    }
  }

  /** Those that the class itself declares and users may use. */
  private members(type: ts.InterfaceType, symbol: ts.Symbol): ts.Symbol[] {
    const own = this.checker.getPropertiesOfType(type).filter((member) => this.is_own(member, symbol));
    const statics = [...(symbol.exports?.values() ?? [])].filter((each) => each.name !== 'prototype');
    return [...own, ...statics].filter((member) => {
      const declaration = member.declarations?.[0];
      if (declaration === undefined || /^(_|#|constructor$)/.test(member.name)) return false;
      const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
      return (ts.getCombinedModifierFlags(declaration) & hidden) === 0 && !is_internal(declaration);
    });
  }

  private is_own(member: ts.Symbol, symbol: ts.Symbol): boolean {
    return member.declarations!.some((each) => symbol.declarations!.includes(each.parent as ts.Declaration));
  }

  private kind_of(symbol: ts.Symbol): PublicName['kind'] {
    if (symbol.flags & ts.SymbolFlags.Class) return 'class';
    if (symbol.flags & ts.SymbolFlags.Function) return 'function';
    if (symbol.flags & ts.SymbolFlags.Variable) {
      const type = this.checker.getTypeOfSymbol(symbol);
      return type.getCallSignatures().length > 0 ? 'function' : 'value';
    }
    return symbol.flags & ts.SymbolFlags.Interface ? 'interface' : 'type';
  }

  private add(name: string, kind: PublicName['kind'], symbol: ts.Symbol): void {
    const [declaration] = symbol.declarations ?? [];
    if (declaration === undefined) throw new Error(`${name} has no declaration`);
    const source = declaration.getSourceFile();
    const { line } = source.getLineAndCharacterOfPosition(declaration.getStart());
    const text = is_apart(declaration) ? '' : ts.displayPartsToString(symbol.getDocumentationComment(this.checker));
    const tags = symbol.getJsDocTags(this.checker);
    this.names.push({
      name,
      kind,
      at: `${relative(root, source.fileName)}:${line + 1}`,
      text,
      examples: tags.filter((tag) => tag.name === 'example').length + (/```ts/.test(text) ? 1 : 0),
    });
  }
}

/** The comment that the compiler takes for the declaration's is the file's: a blank line stands between. */
function is_apart(declaration: ts.Declaration): boolean {
  const owner = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  const comments = ts.getJSDocCommentsAndTags(owner).filter(ts.isJSDoc);
  const last = comments[comments.length - 1];
  const { text } = declaration.getSourceFile();
  return last !== undefined && /^[^\S\n]*\n[^\S\n]*\n/.test(text.slice(last.end));
}

function is_internal(declaration: ts.Declaration): boolean {
  return ts.getJSDocTags(declaration).some((tag) => tag.tagName.text === 'internal');
}
