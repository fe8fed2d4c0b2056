import type { DocumentLabels, TokenCorpus } from '@ulmfit/text';

/** Documents as ids with their classes by index: one each, or lists of them where there may be several. */
export interface LabelledDocuments {
  readonly documents: TokenCorpus;
  readonly labels: DocumentLabels;
}
