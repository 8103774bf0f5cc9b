// What the site needs beyond typedoc.json: operations are constants whose type is an interface with call signatures, or
// what `op({…})` returns; on the site they are functions. Modules get the names that users write, guides those of their
// first headings.
import { Comment, Converter, ReflectionKind } from 'typedoc';

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
      reflection.name = reflection.name === 'index' ? 'torch' : `cresset/${reflection.name}`;
    reflection.comment?.removeModifier('@function');
  });
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, document) => {
    document.name = /^# (.+)$/m.exec(document.content[0].text)?.[1] ?? document.name;
  });
}
