import ts from 'typescript';
import { isOurs, meantBy, type PublicFace } from './public-face.js';

/** Members that an object type may have where it is used, without a name: `{ seed }`. */
const MOST = 2;

/**
 * Where a public name has an object type of many members written out in its midst, which hides what the name is about and has no
 * place for what each member means. What a type alias or an interface names itself is no such one.
 */
export function inlineTypes({ checker, entries }: PublicFace): string[] {
  const found = new Set<string>();
  for (const { one, symbols } of entries)
    for (const symbol of symbols)
      for (const declaration of meantBy(symbol, checker).declarations ?? []) {
        if (!isOurs(declaration)) continue;
        const visit = (node: ts.Node): void => {
          if (ts.isTypeLiteralNode(node) && node.members.length > MOST && !isNamed(node))
            found.add(`${one.manifest.name} ${symbol.name}`);
          ts.forEachChild(node, visit);
        };
        visit(declaration);
      }
  return [...found];
}

/** Whether it is the type that an alias names, or a part of its union or intersection. */
function isNamed({ parent }: ts.Node): boolean {
  let node = parent;
  while (ts.isUnionTypeNode(node) || ts.isIntersectionTypeNode(node) || ts.isParenthesizedTypeNode(node))
    node = node.parent;
  return ts.isTypeAliasDeclaration(node);
}
