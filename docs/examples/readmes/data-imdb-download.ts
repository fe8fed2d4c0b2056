import { downloadImdb, readImdb } from '@ulmfit/data-imdb';

const archive = await downloadImdb(); // 84 MB, once; resumes, checks, caches in $ULMFIT_CACHE
const reviews = await readImdb(archive); // the .tar.gz as a stream, or an unpacked folder
console.log(reviews.length); // 100000
