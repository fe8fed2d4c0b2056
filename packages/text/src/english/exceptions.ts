/**
 * The words that English splits, or keeps whole, against the rules: contractions, abbreviations, emoticons. Each maps to its
 * tokens, which joined give the word.
 */
export type Exceptions = ReadonlyMap<string, readonly string[]>;

/** spaCy's exceptions for English. */
export function englishExceptions(): Map<string, readonly string[]> {
  const exceptions = new Map<string, readonly string[]>();
  const whole = (words: string) =>
    words
      .trim()
      .split(/\s+/)
      .forEach((word) => exceptions.set(word, [word]));
  /** Every stem, also capitalised, before every ending, also without its apostrophes. */
  const contract = (stems: string, endings: string[]) => {
    for (const stem of stems.split(' ').flatMap((word) => [word, capitalise(word)])) {
      for (const ending of endings) {
        for (const parts of [ending.split(' '), ending.replaceAll("'", '').split(' ')]) {
          exceptions.set(stem + parts.join(''), [stem, ...parts]);
        }
      }
    }
  };
  const split = (words: string) => {
    for (const word of words.trim().split(/\s+/)) exceptions.set(word.replaceAll('|', ''), word.split('|'));
  };

  contract('i', ["'m", "'m a"]);
  contract('i you he she it we they who what when where why how there that this these those', [
    "'ll",
    "'ll 've",
    "'d",
    "'d 've",
  ]);
  contract('i you we they who what when where why how there these those', ["'ve"]);
  contract('you we they who what when where why how there these those', ["'re"]);
  contract('he she it who what when where why how there that this', ["'s"]);
  contract('ca could do does did had may might must need ought sha should wo would', ["n't", "n't 've"]);
  contract('could might must should would', ["'ve"]);
  contract('ai are is was were have has dare', ["n't"]);
  contract('not', ["'ve"]);
  split("y'|all y|all how|'d|'y How|'d|'y can|not Can|not gon|na Gon|na got|ta Got|ta");
  split("let|'s Let|'s c'm|on C'm|on");
  // These are words of their own far more often than a pronoun with its verb.
  for (const word of 'ill its hell shell shed were well whore'.split(' ')) {
    exceptions.delete(word);
    exceptions.delete(capitalise(word));
  }

  for (const word of 'doin goin nothin nuthin ol somethin lovin havin'.split(' ')) {
    whole(`${word} ${word}' ${capitalise(word)} ${capitalise(word)}'`);
  }
  for (const word of ['em', 'll', 'nuff']) whole(`${word} '${word}`);
  whole("' '' 's 'S 're 'd ‘s ‘S 'cause 'Cause 'cos 'Cos 'coz 'Coz 'cuz 'Cuz 'bout");
  whole("and/or w/o ma'am Ma'am o'clock O'clock");
  for (let hour = 1; hour <= 12; hour++) split(`${hour}|am ${hour}|a.m. ${hour}|pm ${hour}|p.m.`);

  for (const letter of 'abcdefghijklmnopqrstuvwxyzäöü') whole(`${letter}.`);
  whole(`a.m. p.m. co. Co. e.g. E.g. E.G. i.e. I.e. I.E. vs. v.s. D.C. N.C. N.D. N.H. N.J. N.M. N.Y. S.C. Ph.D.
    Adm. Bros. Corp. Dr. Gen. Gov. Inc. Jr. Ltd. Messrs. Mr. Mrs. Ms. Mt. Prof. Rep. Rev. Sen. St.
    Jan. Feb. Mar. Apr. Jun. Jul. Aug. Sep. Sept. Oct. Nov. Dec.
    Ak. Ala. Ariz. Ark. Calif. Colo. Conn. Del. Fla. Ga. Ia. Id. Ill. Ind. Kan. Kans. Ky. La. Mass. Md. Mich. Minn.
    Miss. Mo. Mont. Neb. Nebr. Nev. Okla. Ore. Pa. Tenn. Va. Wash. Wis.`);
  for (const unit of 'cfkCFK') split(`°|${unit}|.`);

  for (const nose of ['', '-']) {
    for (const mouth of ') )) ))) ] } ( (( ((( / | P p O o 0 * 3 > X x D'.split(' '))
      whole(`:${nose}${mouth}`);
    for (const mouth of ')(') whole(`:'${nose}${mouth}`);
    for (const mouth of ')(D') if (mouth !== '(') whole(`;${nose}${mouth} 8${nose}${mouth}`);
    for (const mouth of '([') whole(`${mouth}${nose}:`);
    whole(`(${nose}; )${nose}:`);
  }
  whole(`(-8 =) (= =] [= ]= =[ =( =/ =| =3 =D :1 :o) (o: :() >:( >:o xD XD xDD XDD <3 <33 <333 </3`);
  whole(`^_^ ^__^ ^___^ >.< >.> <.< ._. ;_; -_- -__- v.v V.V v_v V_V @_@
    o_o o_O O_o O_O 0_o o_0 0_0 o.o o.O O.o O.O 0.o o.0 0.0
    (^_^) (-_-) (._.) (>_<) (*_*) (¬_¬) ಠ_ಠ ಠ︵ಠ (ಠ_ಠ) ¯\\(ツ)/¯ (╯°□°）╯︵┻━┻ ><(((*>`);

  whole('— C++ <space> \\") \\t \\n');

  for (const [word, parts] of [...exceptions]) {
    if (word.includes("'")) exceptions.set(curly(word), parts.map(curly));
  }
  return exceptions;
}

function capitalise(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function curly(text: string): string {
  return text.replaceAll("'", '’');
}
