import { fixHtml } from './fix-html.js';
import { lowercase, replaceAllCaps, replaceMaj } from './letter-case.js';
import { replaceRep, replaceWrep } from './repetition.js';
import { replaceSpace, rmUselessSpaces, specAddSpaces } from './spacing.js';

/** A pure function from text to text, or from token to token, with the name it has in a tokenizer's fingerprint. */
export interface TextRule {
  /** Must change (by a version after a slash) when the results do. */
  readonly name: string;
  readonly apply: (text: string) => string;
}

/** The rules before the text is split, in fastai's order (`defaults.text_proc_rules`). */
export const fastaiTextRules: readonly TextRule[] = [
  { name: 'fix-html/1', apply: fixHtml },
  { name: 'replace-rep/1', apply: replaceRep },
  { name: 'replace-wrep/1', apply: replaceWrep },
  { name: 'spec-add-spaces/1', apply: specAddSpaces },
  { name: 'rm-useless-spaces/1', apply: rmUselessSpaces },
  { name: 'replace-all-caps/1', apply: replaceAllCaps },
  { name: 'replace-maj/1', apply: replaceMaj },
  { name: 'lowercase/1', apply: lowercase },
];

/** The rules on each token (`defaults.text_postproc_rules`). */
export const fastaiTokenRules: readonly TextRule[] = [{ name: 'replace-space/1', apply: replaceSpace }];
