export { connectMpi, type MpiCollective, type MpiOptions } from './connect-mpi.js';
export { launchOf, type Launch } from './launcher.js';
export { mirroredFolder, type MirroredFolder } from './mirrored-folder.js';
