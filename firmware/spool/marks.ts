// Marks in the spool: beside a job's first document stands whether the job was started or has
// ended, for the day on which there is no database.
import type { Files } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import type { DocumentLocation } from '../store/contract.ts';
import { descriptorBytes, type FrameMark, frameMarks } from './frame.ts';
import type { SpoolPlaces } from './places.ts';

export interface MarkToWrite {
  readonly location: DocumentLocation;
  readonly mark: Exclude<FrameMark, 'waiting'>;
  /** Resolves only once the mark survives a power cut. */
  readonly synced: boolean;
}

/**
 * A document of before there were marks is passed over, and so is a file that the disk can not
 * change: a mark counts only on the day that the database is lost, and printing must not wait for
 * one bad file.
 */
export async function writeMarks(
  files: Files,
  places: SpoolPlaces,
  marks: readonly MarkToWrite[],
): Promise<void> {
  const byPath = Map.groupBy(marks, ({ location: { kind, name } }) =>
    kind === 'file' ? `${places.documents}/${name}` : `${places.segments}/${name}`,
  );
  for (const [path, group] of byPath) {
    try {
      await writeInto(files, path, group);
    } catch (error) {
      if (!isHalError(error)) throw error;
    }
  }
}

async function writeInto(files: Files, path: string, marks: readonly MarkToWrite[]): Promise<void> {
  const file = await files.open(path, 'read-write');
  try {
    for (const { location, mark } of marks) {
      const at =
        location.kind === 'file' ? (await file.sizeBytes()) - descriptorBytes : location.frameBytes;
      if (at !== undefined && at >= 0) await file.write(frameMarks[mark], at);
    }
    if (marks.some(({ synced }) => synced)) await file.sync();
  } finally {
    await file.close();
  }
}
