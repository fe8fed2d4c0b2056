import { nodeBuiltin } from './node-builtin.js';

/** What Linux calls file systems that other machines may write at the same time, or of which it doesn't know: `statfs(2)`. */
const SHARED = new Set([
  0x6969, // NFS
  0x517b, // SMB
  0xff534d42, // CIFS
  0xfe534d42, // SMB2
  0x65735546, // FUSE: sshfs, s3fs and the like
  0x01021997, // 9p
  0x00c36400, // Ceph
  0x0bd00bd0, // Lustre
  0x47504653, // GPFS
  0x19830326, // BeeGFS
  0x01161970, // GFS2
  0x7461636f, // OCFS2
  0x5346414f, // AFS
  0x73757245, // Coda
]);

/** Whether another machine may be writing to this disk too. Where the system doesn't say, it may. */
export function isNetworkDisk(path: string): boolean {
  try {
    if (nodeBuiltin('os').platform() !== 'linux') return true;
    // Some kinds come as negative numbers.
    return SHARED.has(nodeBuiltin('fs').statfsSync(path).type >>> 0);
  } catch {
    return true;
  }
}
