import { requireInteger } from '@ulmfit/errors';
import { Dice } from './dice.js';
import { corpusGrammar } from './corpus-grammar.js';
import { filmNames } from './film-names.js';
import { capitalize, Writer } from './grammar.js';
import { writeUnseen } from './sample-imdb.js';

export interface SampleCorpusOptions {
  /** An integer from 0 to 2^32 - 1. */
  seed: number;
  /** How many documents. */
  documents: number;
}

/**
 * Invented encyclopaedia articles, for pretraining without a corpus: a title, a blank line, then a paragraph a line, as
 * `readCorpus` gives them. Their words are partly those of `sampleImdb`. Join them by `\n\n\n` to make a corpus file.
 *
 * Equal seeds give equal articles on every machine, no two are alike, and more of them begin with the ones there were.
 *
 * @throws UlmfitError `BAD_SAMPLE` when `documents` is no count; `BAD_SEED`.
 * @example
 * sampleCorpus({ seed: 1, documents: 3 }).length; // 3
 */
export function sampleCorpus({ seed, documents }: SampleCorpusOptions): string[] {
  requireInteger('documents', documents, { from: 0, code: 'BAD_SAMPLE' });
  const seen = new Set<string>();
  return Array.from({ length: documents }, (_, step) =>
    writeUnseen(seen, (attempt) =>
      writeArticle(new Dice({ seed, stage: 'sample', stream: 'corpus', step, microBatch: attempt })),
    ),
  );
}

/** A kind of article: its title from the names it is about, its first sentence, and its sections. */
interface Kind {
  title: (names: Record<string, string>) => string;
  lead: string;
  sections: readonly (readonly [heading: string, symbol: string, least: number, most: number])[];
}

const KINDS: readonly [Kind, ...Kind[]] = [
  {
    title: ({ title = '' }) => title,
    lead: 'filmLead',
    sections: [
      ['Plot.', 'filmPlot', 3, 5],
      ['Production.', 'filmMaking', 2, 4],
      ['Reception.', 'filmReception', 3, 6],
    ],
  },
  {
    title: ({ person = '' }) => person,
    lead: 'personLead',
    sections: [
      ['Life.', 'personLife', 3, 5],
      ['Work.', 'personWork', 3, 5],
    ],
  },
  {
    title: ({ place = '' }) => place,
    lead: 'townLead',
    sections: [
      ['History.', 'townHistory', 3, 5],
      ['Geography and economy.', 'townLife', 3, 5],
    ],
  },
  {
    title: ({ kind = '' }) => capitalize(kind),
    lead: 'animalLead',
    sections: [
      ['Description.', 'animalBody', 2, 4],
      ['Behavior.', 'animalLife', 3, 6],
    ],
  },
  {
    title: ({ thing = '' }) => capitalize(thing),
    lead: 'thingLead',
    sections: [['Use.', 'thingUse', 4, 7]],
  },
  {
    title: ({ place = '', birth = '' }) => `${place} (${birth})`,
    lead: 'eventLead',
    sections: [['Course.', 'eventCourse', 4, 7]],
  },
];

function writeArticle(dice: Dice): string {
  const kind = dice.chance(25) ? KINDS[0] : dice.pick(KINDS);
  const names = articleNames(dice);
  const writer = new Writer(corpusGrammar, dice, names);
  const lead = writer.sentence(kind.lead);
  const paragraphs = kind.sections.flatMap(([heading, symbol, least, most]) => {
    const polarity = dice.chance(50) ? 'pos' : 'neg';
    const sentences = Array.from({ length: dice.between(least, most) }, () =>
      writer.sentence(symbol, polarity),
    );
    return [heading, sentences.join(' ')];
  });
  return [kind.title(names), '', lead, ...paragraphs].join('\n');
}

/** The names and facts that an article comes back to. */
function articleNames(dice: Dice): Record<string, string> {
  const writer = new Writer(corpusGrammar, dice);
  const [sex, she, her] = dice.chance(50) ? ['woman', 'she', 'her'] : ['man', 'he', 'his'];
  const family = writer.phrase('surname');
  const birth = dice.between(1780, 1930);
  return {
    ...filmNames(dice),
    person: `${writer.phrase(sex)} ${family}`,
    family,
    she,
    her,
    otherPlace: writer.phrase('place'),
    country: writer.phrase('country'),
    otherCountry: writer.phrase('country'),
    kind: `${writer.phrase('color')} ${writer.phrase('animal')}`,
    thing: `${writer.phrase('color')} ${writer.phrase('object')}`,
    thousands: `${dice.between(2, 90)}`,
    birth: `${birth}`,
    middle: `${birth + dice.between(20, 38)}`,
    death: `${birth + dice.between(40, 75)}`,
  };
}
