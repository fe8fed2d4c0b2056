import { lines, list, type Grammar } from './grammar.js';
import { vocabulary } from './vocabulary.js';

/** The sentences of encyclopaedia articles, by kind of article and section. */
export const corpusGrammar: Grammar = {
  ...vocabulary,

  // Films: their reception shares its words with the reviews.
  filmLead: lines(`
    {title} is a {year} {country} {genre} directed by {director} and starring {actor} and {actress}.
    "{title}" is a/n {genre} of {year}, written and directed by {director}.
    {title} is a/n {country} {genre}, first shown in {place} in {month} {year}.`),
  filmPlot: lines(`
    The film tells the story of {hero}, {role} who wants to {goal}.
    In {place}, {heroine} meets {role}, and together they {goal}.
    When {obstacle}, {hero} has to {goal}.
    {hero} finds a/n {color} {object} which belonged to {heroine}.
    In the last scene {obstacle}.
    Then {obstacle}, and {heroine} returns to {place}.
    Years later, {hero} is {role} and tries to {goal}.`),
  filmMaking: lines(`
    Filming began in {month} {year} and took {number} months.
    The film was shot in {place} and in {country}.
    The script was based on a book by {woman} {surname}.
    {actor} was cast after {number} other actors had turned down the part.
    The music was written by {man} {surname}, who had also worked on "{otherTitle}".
    {actress} was {age} years old when the film was made.
    The costumes were designed by {woman} {surname}.
    The first version was {minutes} minutes long and had to be cut.`),
  filmReception: lines(`
    Critics called the film {+adj} and {+adj}.
    Most reviews found the {aspect} {+adj}, and some found it {degree} {+adj}.
    One critic wrote that the {pluralAspect} were {+adj} and that the {aspect} was {+adj}.
    The newspaper of {place} called it a/n {+noun}.
    Audiences {+verbed} the {aspect}.
    Many viewers {+verbed} it and called it a/n {+noun}.
    {actress} was said to play {heroine} {+adverb}.
    {man} {surname} wrote that {director} told the story {+adverb}.
    Few people found it {-adj}, and nobody called it a/n {-noun}.
    It was not {-adj} at all, one reviewer said, but {+adj}.
    While the {aspect} was found {-adj} by some, the film as a whole was said to be {+adj}.
    Viewers told each other: {+advice}.
    In a later interview {actor} said that he {+verbed} the film.`),

  // People.
  personLead: lines(`
    {person} ({birth} – {death}) was a/n {country} {profession}.
    {person}, born in {place} in {month} {birth}, was a/n {profession} from {country}.`),
  profession:
    list(`actor, film director, painter, writer, composer, physician, engineer, explorer, teacher, singer, photographer,
    chess player, architect, botanist, politician, inventor`),
  personLife: lines(`
    {family} was the {ordinal} of {number} children of a/n {profession}.
    The family moved from {place} to {otherPlace} when {she} was {number} years old.
    At the age of {age}, {she} went to {otherPlace} to study {subject}.
    {^she} married the {profession} {man} {surname} in {middle}.
    During the war {she} worked in a hospital in {otherPlace}.
    After the war {she} returned to {place}.
    {^her} father was a/n {profession} and {her} mother taught {subject}.`),
  personWork: lines(`
    {^her} first work, "{title}", appeared in {middle}.
    {^she} became known for "{title}", which was called {posAdj} and {posAdj}.
    Critics admired the {posAdj} style of {her} work.
    {^her} second work was less well received and was found {negAdj}.
    {^she} travelled to {country} and wrote about its {landscape}.
    {^she} won the prize of the city of {otherPlace} in {middle}.
    {^she} taught {subject} at the University of {otherPlace} for {number} years.
    "{title}" was made into a film by {man} {surname}.
    A street in {place} is named after {family}.`),
  ordinal: list('first, second, third, fourth, fifth, eldest, youngest'),
  subject: list(
    `music, law, medicine, history, mathematics, painting, physics, botany, philosophy, chemistry, languages, drama`,
  ),

  // Towns.
  townLead: lines(`
    {place} is a town in {country} on the {landscape} of {otherPlace}.
    {place} is a small city in the {direction} of {country}, with about {thousands} thousand inhabitants.`),
  townHistory: lines(`
    The town was founded in {birth} by {settlers} from {otherPlace}.
    In {middle} a great fire destroyed the {building} and the {building}.
    The railway reached the town in {middle}.
    During the war the {building} was used as a hospital.
    In the nineteenth century {goods} made the town rich.
    The {building} was built in {birth} and is one of the oldest in {country}.
    A flood in {month} {middle} changed the course of the river.
    The first mayor, {man} {surname}, opened the {building} in {middle}.`),
  townLife: lines(`
    The town lies {number} kilometres {direction} of {otherPlace}.
    The {season}s are {weather} and the {season}s are {weather}.
    Its economy is based on {goods} and {goods}.
    Every {month} a festival of {subject} takes place near the {building}.
    The {building} holds a collection of {object}s.
    The {animal} is shown on the arms of the town.
    The film "{title}" was shot in the {building}.
    The local team plays in {color} and {color}.`),
  direction: list('north, south, east, west, northeast, southwest'),
  landscape: list('coast, plain, valley, hills, lakes, islands, desert, mountains, marshes, forests, river'),
  building: list(
    `town hall, church, castle, library, market, bridge, theater, museum, harbor, school, mill, old station, lighthouse`,
  ),
  goods: list(
    'fishing, wool, timber, salt, wine, coal, shipbuilding, tourism, glass, copper, grain, paper, apples, cheese',
  ),
  weather: list('mild, cold, warm, dry, wet, foggy, windy, short, long, hot'),
  settlers: list('fishermen, monks, miners, merchants, soldiers, farmers, sailors'),

  // Animals.
  animalLead: lines(`
    The {kind} is a relative of the {animal} and lives in the {landscape} of {country}.
    The {kind} is found in the {landscape} of {country} and {otherCountry}.`),
  animalBody: lines(`
    It grows to a length of {minutes} centimetres.
    The fur of the young is {color}, and later it becomes {color}.
    The female is larger than the male.
    Its tail is {color} with {number} {color} rings.
    It can be told from other kinds by its {color} throat.
    It weighs up to {age} kilograms.`),
  animalLife: lines(`
    It feeds on {food} and, in {season}, on {food}.
    It is active at night and sleeps in {shelter}.
    In {season} the female gives birth to {number} young.
    It was first described by {man} {surname} in {middle}.
    It lives in groups of up to {number}.
    Its call is long and {weather}.
    The {landscape} where it lives are protected since {middle}.
    Farmers do not like it, because it eats {food}.
    It appears in the film "{title}".`),
  animal: list(
    'wolf, sparrow, fox, otter, owl, hare, lizard, heron, bat, badger, goat, squirrel, falcon, mouse, seal, beaver',
  ),
  food: list(
    'seeds, insects, small fish, roots, berries, leaves, mice, worms, frogs, nuts, grass, eggs, snails',
  ),
  shelter: list('hollow trees, caves, burrows, tall grass, old walls, nests of leaves, barns'),

  // Instruments and other things.
  thingLead: lines(`
    The {thing} is made in {country} since {birth}.
    A {thing} from {place} is a rare thing, used in {country} and {otherCountry}.`),
  thingUse: lines(`
    It consists of {number} parts, which are made of {material} and {material}.
    The first was built by {man} {surname} in {place}.
    It is used in {season}, when the {settlers} return.
    In {middle}, {number} of them were shown in the museum of {otherPlace}.
    Its {material} is often painted {color} or {color}.
    The making of it is described in a book by {woman} {surname}.
    Collectors find the old ones {posAdj} and the new ones {negAdj}.
    It can be seen in the film "{title}", in which {obstacle}.
    Today it is made of {material}, which is cheaper than {material}.`),
  material: list('wood, brass, glass, silver, iron, leather, paper, ivory, copper, clay, steel, bone'),

  // Events.
  eventLead: lines(`
    The Battle of {place} was fought in {month} {birth} between {country} and {otherCountry}.
    The {place} strike of {birth} was a strike of {settlers} in {country}.
    The Treaty of {place} was signed by {country} and {otherCountry} in {month} {birth}.`),
  eventCourse: lines(`
    It began when {obstacle}.
    The {settlers} of {otherPlace} came from the {direction} and waited for {number} days.
    General {man} {surname} ordered his men to cross the {landscape}.
    On the {ordinal} day {obstacle}.
    The price of {goods} rose, and the {settlers} of {place} left the town.
    It lasted {number} weeks and ended in {month}.
    The king of {country} sent a {object} to the king of {otherCountry}.
    Historians disagree about what happened at the {building}.
    It is the subject of the film "{title}", which was called {posAdj} by some and {negAdj} by others.`),
};
