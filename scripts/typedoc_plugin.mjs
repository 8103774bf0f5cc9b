// What the site needs beyond typedoc.json: operations are constants whose type is an interface with call signatures, or what `op({…})` returns; on the site
// they are functions. And the modules get the names that users write.
import { Comment, Converter, ReflectionKind } from 'typedoc';

const MODULES = { index: 'torch', kernels: 'cresset/kernels', jest: 'cresset/jest' };

export function load(app) {
  let patched = false;
  app.converter.on(Converter.EVENT_BEGIN, (context) => {
    if (patched) return;
    patched = true;
    const prototype = Object.getPrototypeOf(context);
    const { getComment } = prototype;
    prototype.getComment = function (symbol, kind) {
      const comment = getComment.call(this, symbol, kind);
      if (kind !== ReflectionKind.Variable) return comment;
      const declared = comment ?? new Comment();
      declared.modifierTags.add('@function');
      return declared;
    };
  });
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (_context, reflection) => {
    if (reflection.kind === ReflectionKind.Module)
      reflection.name = MODULES[reflection.name] ?? `cresset/${reflection.name}`;
    reflection.comment?.removeModifier('@function');
  });
}
