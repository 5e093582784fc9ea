// What lies where in the data folder.

export interface DataFolder {
  readonly path: string;
  /** Held while a Platen serves the folder, and while one supervises that. */
  readonly lock: string;
  readonly supervisorLock: string;
  readonly identity: string;
  /** Whom the appliance is paired with. */
  readonly pair: string;
  /** Certificates and their keys, one file an owner. */
  readonly certificates: string;
  readonly spool: string;
  /** Contents of queue-specific files, by digest. */
  readonly files: string;
  /** Files and FIFOs of file ports. */
  readonly output: string;
  /** Monitor modules: `*.mjs`. */
  readonly modules: string;
  readonly socket: string;
  /** The box's own network settings, where they are ours. */
  readonly network: string;
  /** There once provision.toml of the boot partition was taken. */
  readonly provisioned: string;
  /** There once the audit trail has the factory reset from which this folder came. */
  readonly resetTold: string;
  /** Until the box has an administrator. */
  readonly setUpCode: string;
  /** Whoever puts this file there may become administrator with a new set-up code. */
  readonly resetAdministrator: string;
  /** Without its ending: it is several files. */
  readonly audit: string;
}

export function dataFolderAt(path: string): DataFolder {
  return {
    path,
    lock: `${path}/lock`,
    supervisorLock: `${path}/supervisor.lock`,
    identity: `${path}/identity.json`,
    pair: `${path}/pair.json`,
    certificates: `${path}/certificates`,
    spool: `${path}/spool`,
    files: `${path}/files`,
    output: `${path}/output`,
    modules: `${path}/monitors.d`,
    socket: `${path}/platen.sock`,
    audit: `${path}/audit`,
    network: `${path}/network.json`,
    provisioned: `${path}/provisioned`,
    resetTold: `${path}/reset-told`,
    setUpCode: `${path}/set-up-code`,
    resetAdministrator: `${path}/reset-administrator`,
  };
}
