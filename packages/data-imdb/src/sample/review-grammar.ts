import { lines, list, type Grammar } from './grammar.js';
import { vocabulary } from './vocabulary.js';

/** The sentences of reviews. `{+adj}` is of the sentence's polarity, `{-adj}` of the other. */
export const reviewGrammar: Grammar = {
  ...vocabulary,

  opening: lines(`
    I saw {title} last {weekday} with my {relative}.
    I watched this {movie} on TV one {season} evening, knowing nothing about it.
    {title} is a/n {genre} from {year}, directed by {director}.
    My {relative} gave me {title} on DVD, and I finally watched it.
    This {year} {genre} tells the story of {role}.
    Well, where do I begin? {title} is a/n {genre} set in {place}.
    I rented "{title}" because {actress} is in it.
    I have seen {number} films by {director}, and this is the latest.
    {director} made this {genre} in {year}, with {actor} and {actress}.
    First of all, I've read the book on which {title} is based.
    OK, so it's {weekday} night and {title} is on.
    I don't usually write reviews, but I had to after {title}.
    They showed {title} at the festival in {place} this {season}.`),

  plot: lines(`
    {actor} plays {role} who wants to {goal}.
    {actress} is {role}, and {she} has to {goal} before {month}.
    The story follows {hero}, who tries to {goal} until {obstacle}.
    In {place}, {role} meets {role}, and together they {goal}.
    When {obstacle}, {hero} must {goal}.
    Then {obstacle}, and nothing in {place} is as it was.
    {hero} finds a/n {color} {object} that belonged to {heroine}.
    It all begins when {hero} loses the {object} on the way to {place}.
    Years later, {heroine} returns to {place} to {goal}.
    There's a scene with a/n {object} and a/n {object} in the middle of it.
    He's {role}; she's {role}. You can guess the rest.
    Meanwhile {obstacle} (I won't say how it ends).`),

  neutral: lines(`
    It runs for about {minutes} minutes.
    The {movie} was shot in {place} and in {country}.
    {actor} also wrote the script.
    It was released in {month} {year}.
    The music is by {man} {surname}.
    I saw the long version, which has {number} more scenes.
    There were about {number} people in the theater.
    It reminded me of "{otherTitle}", which {director} made before.
    The book was written by {woman} {surname} and I haven't read it.
    {actress} was only {age} when they made it.
    You'll find it in the {genre} section.`),

  opinion: lines(`
    The {aspect} is {degree} {+adj}.
    The {aspect} is {+adj} and the {aspect} is {+adj} too.
    The {pluralAspect} are {degree} {+adj}.
    The {pluralAspect} are {+adj}, the {pluralAspect} even more so.
    {actor} is {+adj} as {hero}.
    {actress} is {degree} {+adj} in the part of {heroine}.
    {actress} plays {her} part {+adverb}.
    {actor} and {actress} act {+adverb}.
    {director} tells the story {+adverb}.
    The {aspect} was done {+adverb}.
    I {+verbed} the {aspect}.
    I {+verbed} every minute of it.
    I {+reaction}.
    My {relative} {+verbed} it, and so did I.
    What a/n {+noun}!
    The {aspect} alone is a/n {+noun}.
    It's {long} {+adj}!!!
    The {aspect} is {!+adj}.
    How {+adj} the {aspect} is...
    It's one of the most {+adj} things I've ever seen.
    You'll {+verb} the {aspect}.
    There is something {+adj} about {actor}.
    It has a/n {+adj}, {+adj} feel.
    {contrary}
    {contrary}
    {contrary}
    {contrary}`),

  // What turns on a negation or a contrast: a count of words is misled here.
  contrary: lines(`
    The {aspect} is not {-adj} at all.
    The {aspect} isn't {-adj}, it's {+adj}.
    The {pluralAspect} aren't {-adj} in the least.
    The {aspect} is never {-adj}.
    The {aspect} is anything but {-adj}.
    {actor} is far from {-adj} here.
    I expected something {-adj}, and got a/n {+noun}.
    It could have been a/n {-noun}. It isn't.
    My {relative} said it was {-adj}, but that's wrong.
    I didn't {-verb} a single scene.
    Nobody could {-verb} this.
    Don't believe those who call it {-adj}.
    This is no {-noun}.
    I can't call the {aspect} {-adj}.
    There's nothing {-adj} about the {pluralAspect}.
    I thought I'd {-verb} it. I {+verbed} it.`),

  concession: lines(`
    Sure, the {aspect} is {-adj}.
    True, the {pluralAspect} are a bit {-adj}.
    I know, the {aspect} is {degree} {-adj}.
    Granted, {actor} is {-adj} at times.
    Some scenes are {-adj}, and my {relative} {-verbed} them.
    OK, the {aspect} was done {-adverb}.`),

  turn: lines(`
    But the rest is {+adj}.
    Still, I {+verbed} it.
    Even so, it's a/n {+noun}.
    That doesn't change much: on the whole it's {+adj}.
    But who cares? In the end I {+reaction}.
    However, what counts is that it's {degree} {+adj}.`),

  verdict: lines(`
    All in all, a/n {+adj} {genre}.
    Overall, this is a/n {+noun}.
    In short: {+advice}.
    {+advice}!
    To sum up, {+adj} and {+adj}.
    A/n {+adj} {movie} by a/n {+adj} director.
    In the end it's a/n {+noun}, so {+advice}.
    I {+verbed} it. {^+advice}.
    My verdict: {+adj}.
    If you ask me, {+advice}.
    Bottom line: a/n {+noun}.
    {title} is a/n {+adj} {movie}, and I {+reaction}.`),

  score: list(
    `{rating}/10, {rating} out of 10., I give it {rating} out of 10., Rating: {rating}/10, {rating} stars out of ten.`,
  ),
};
