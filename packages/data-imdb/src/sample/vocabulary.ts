import { list, type Grammar } from './grammar.js';

// Words that reviews and articles share. Names of people, places and films are invented.

/** Praise and blame. Each symbol stands in both lists, so that `{+adj}` and `{-adj}` always resolve. */
const sentiment: Grammar = {
  posAdj:
    list(`good, great, wonderful, excellent, superb, brilliant, delightful, charming, moving, touching, gripping, clever,
    witty, funny, hilarious, fresh, original, beautiful, stunning, gorgeous, lovely, memorable, unforgettable, powerful, honest,
    sincere, tender, warm, subtle, elegant, graceful, lively, exciting, thrilling, tense, suspenseful, believable, convincing,
    natural, rich, deep, thoughtful, intelligent, smart, sharp, inspired, inspiring, captivating, enchanting, magical, marvelous,
    terrific, fantastic, amazing, awesome, outstanding, remarkable, impressive, perfect, flawless, masterful, engaging, satisfying,
    entertaining, enjoyable, refreshing, uplifting, haunting, riveting, splendid`),
  negAdj:
    list(`bad, awful, terrible, horrible, dreadful, poor, weak, dull, boring, tedious, slow, lifeless, flat, bland, stale,
    predictable, clumsy, silly, stupid, dumb, ridiculous, absurd, laughable, embarrassing, painful, unbearable, unwatchable,
    unconvincing, wooden, stiff, shallow, hollow, empty, pointless, senseless, confusing, muddled, messy, sloppy, lazy, cheap,
    ugly, annoying, irritating, grating, loud, pretentious, pompous, forced, fake, phony, tired, trite, cliched, derivative,
    forgettable, mediocre, uninspired, disappointing, pathetic, lame, atrocious, abysmal, miserable, insulting, tiresome,
    cringeworthy, incoherent, amateurish, worthless, dismal`),
  posAdverb:
    list(`beautifully, brilliantly, wonderfully, perfectly, superbly, cleverly, gracefully, elegantly, convincingly,
    charmingly, skillfully, tenderly, honestly, masterfully, delightfully, with real warmth, with great skill, with quiet power`),
  negAdverb:
    list(`badly, poorly, terribly, awfully, clumsily, lazily, stiffly, carelessly, horribly, dreadfully, unconvincingly,
    sloppily, painfully, without any feeling, without a trace of talent, with no idea why, like a robot, like a sleepwalker`),
  posVerb: list(`love, enjoy, adore, admire, treasure, like, savor, appreciate`),
  negVerb: list(`hate, dislike, regret, loathe, resent, despise, detest, deplore`),
  posVerbed: list(`loved, enjoyed, adored, admired, treasured, liked, savored, appreciated`),
  negVerbed: list(`hated, disliked, regretted, loathed, resented, despised, detested, deplored`),
  posNoun:
    list(`masterpiece, gem, triumph, classic, treat, joy, delight, winner, success, treasure, marvel, pleasure, wonder,
    little miracle, work of art, breath of fresh air, pleasant surprise, must for every fan, feast for the eyes`),
  negNoun:
    list(`mess, disaster, failure, waste of time, bore, dud, turkey, stinker, embarrassment, letdown, disgrace, flop, chore,
    piece of junk, train wreck, complete misfire, sad excuse for a movie, insult to the viewer, missed opportunity`),
  posReaction:
    list(`laughed until I cried, sat on the edge of my seat, was moved to tears, could not look away, smiled the whole way home,
    clapped at the end, wanted to see it again at once, forgot the time, felt lucky to be there, cheered with everyone else`),
  negReaction:
    list(`fell asleep twice, checked my watch every five minutes, wanted my money back, almost walked out, groaned out loud,
    rolled my eyes, reached for the remote, felt cheated, counted the minutes, begged for it to end, yawned through it all`),
  posAdvice:
    list(`see it, do not miss it, go and see it, rent it tonight, buy the DVD, tell your friends, watch it twice,
    take the whole family, give it a chance, stay for the credits, it is worth every penny, it deserves a bigger audience`),
  negAdvice:
    list(`skip it, avoid it, stay away, do not bother, save your money, do not waste your time, rent something else,
    leave it on the shelf, run the other way, watch paint dry instead, it is not worth a penny, warn your friends`),
};

const things: Grammar = {
  aspect:
    list(`acting, plot, story, script, pacing, music, score, soundtrack, camera work, dialogue, editing, lighting, ending,
    opening, first half, second half, cast, direction, humor, romance, atmosphere, final scene, chase scene, love story, setting,
    scenery, production design, cinematography, narration, photography, climax, twist`),
  pluralAspect:
    list(`characters, jokes, costumes, special effects, sets, songs, action scenes, performances, actors, locations,
    fight scenes, dance numbers, flashbacks, lines, supporting players, stunts, children, villains`),
  movie: list(`movie, film, picture, flick, production, feature`),
  genre:
    list(`comedy, drama, thriller, western, romance, musical, mystery, war film, horror film, adventure, fantasy, documentary,
    crime drama, family film, science fiction film, costume drama, road movie, ghost story`),
  role: list(`a retired detective, a young teacher, a country doctor, a lonely widow, a struggling painter, a stubborn farmer,
    a runaway bride, a crooked lawyer, a tired reporter, a small town sheriff, a shy librarian, a circus clown, a ship's captain,
    a brilliant scientist, a jazz singer, a factory worker, a young soldier, a gambler, a lighthouse keeper, a private nurse,
    a bank robber, a piano teacher, a taxi driver, a famous chess player, an old magician, an orphan, an ambitious politician`),
  goal: list(`find a missing brother, save the family farm, solve a murder, win a singing contest, cross the desert,
    rob the richest bank in town, escape from prison, uncover a secret, raise a child alone, build a flying machine, return home,
    bury the past, find a lost treasure, save the school, clear an innocent man, catch a thief, win back an old love,
    stop a war, finish one last job, climb the highest mountain, learn the truth about the accident, bring a killer to justice`),
  obstacle:
    list(`a storm destroys the bridge, an old enemy returns, the money disappears, a stranger arrives, the war breaks out,
    a letter changes everything, the police close in, a child falls ill, the train never comes, the partner turns traitor,
    a rival appears, the house burns down, a body is found in the lake, the memory fades, the wedding is called off,
    a ghost begins to speak, the mayor closes the road, the phone rings at midnight`),
  object:
    list(`letter, diary, key, painting, necklace, photograph, map, violin, watch, suitcase, mirror, coin, ring, gun, radio,
    clock, book, hat, camera, lamp, boat, car, train, piano`),
  relative:
    list(`wife, husband, mother, father, sister, brother, son, daughter, grandmother, best friend, neighbor, roommate,
    girlfriend, boyfriend, boss, cousin`),
  weekday: list(`Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday`),
  month: list(
    `January, February, March, April, May, June, July, August, September, October, November, December`,
  ),
  season: list(`spring, summer, autumn, winter`),
  degree: list(
    `very, really, quite, truly, simply, just, so, absolutely, completely, totally, utterly, rather, deeply`,
  ),
  long: list(`sooo, soooo, sooooo, soooooo, reeeally, veeery, truuuly`),
  number: list(`two, three, four, five, six, seven, eight, nine, ten, twelve, twenty`),
  color: list(`red, blue, green, yellow, black, white, grey, brown, golden, silver, crimson, purple`),
};

const names: Grammar = {
  woman:
    list(`Ada, Alma, Beatrix, Bridget, Clara, Cora, Daphne, Delia, Edith, Elsa, Flora, Greta, Hazel, Ida, Ingrid, Isolde, Joan,
    Lena, Lydia, Mabel, Marta, Maud, Nora, Olive, Petra, Rosalind, Sylvia, Thea, Ursula, Vera, Wilma, Yvette`),
  man: list(`Abel, Albert, Barnaby, Casper, Conrad, Cyril, Desmond, Edgar, Felix, Gideon, Hugo, Ignatius, Jasper, Julius, Konrad,
    Leopold, Magnus, Milo, Ned, Oscar, Percy, Quentin, Rufus, Silas, Stellan, Theo, Ulrich, Victor, Walter, Xavier`),
  surname:
    list(`Abershaw, Aldervane, Ashgrove, Bellwick, Birchmoor, Bramholt, Carrowell, Castermaine, Coldharrow, Dunmarrow,
    Eastlake, Elverstone, Fairweld, Fennimore, Galbrook, Glenhaven, Hallowby, Harkenfield, Hollinswood, Ironside, Jaspersen,
    Kestrelby, Kirkendale, Larkspur, Lindqvarn, Lowmere, Marchbanks, Merrivale, Netherby, Northgale, Oakhurst, Osterlund,
    Pemberwick, Penhallow, Quillfeather, Ravensmoor, Redgrove, Rosendahl, Sablewood, Silverlock, Stonebrook, Tallis, Thornquist,
    Underhill, Vanderholt, Velmont, Wainscott, Weatherby, Whitlow, Wintergreen, Yarborne, Zellwood`),
  place:
    list(`Alderport, Ashmouth, Balmora, Brackenridge, Calder Bay, Carroway, Dunhollow, Eastmarch, Elmstead, Farrow, Fernhill,
    Glasswater, Greywick, Harlow Point, Highmoor, Ivergate, Kelso Falls, Kingsbarrow, Lakemont, Linden, Marrowgate, Millhaven,
    Northam, Oldbridge, Port Merrin, Quarry Hill, Ravenna Springs, Redwater, Saltmarsh, Silver Creek, Stonehaven, Thornbury,
    Umberton, Vale, Westerly, Whitecliff, Windermoor, Yarrow`),
  country:
    list(`Arvania, Belmark, Corvenia, Drumland, Estoria, Galdonia, Kestria, Lorvania, Merovia, Norland, Ostravia, Pellonia,
    Sarvonia, Tavaria`),
  titleAdj:
    list(`Silent, Broken, Golden, Last, Hidden, Burning, Crooked, Distant, Empty, Forgotten, Frozen, Lonely, Lost, Midnight,
    Secret, Scarlet, Second, Sleeping, Stolen, Wandering, Wild, Winter`),
  titleNoun:
    list(`Garden, River, Harbor, Mirror, Bride, Station, Island, Promise, Stranger, Carnival, Orchard, Letter, Lantern,
    Crossing, Season, Kingdom, Shadow, Voyage, Witness, Horizon, Melody, Tower, Bridge, Clock, Wolf, Sparrow`),
  title:
    list(`The {titleAdj} {titleNoun}, {titleNoun} of {place}, {place} Nights, The {titleNoun} and the {titleNoun},
    A {titleNoun} for {woman}, {titleAdj} {titleNoun}, Return to {place}, The {titleNoun} Keeper, {woman} and {man},
    Goodbye {place}, The {titleAdj} Mr. {surname}, Beyond the {titleNoun}, Miss {surname}, One {titleAdj} {^season}`),
};

export const vocabulary: Grammar = { ...sentiment, ...things, ...names };
