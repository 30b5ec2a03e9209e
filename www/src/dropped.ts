import { areOneImage } from "./roles.ts";

/** A file that was dropped or picked, with the folders before its name. */
export interface Dropped {
  readonly path: string;
  readonly file: File;
}

const ZIP = /\.zip$/i;

/** Whether it is an archive of files, by its name: an `.npz` is one file. */
export function isZip(name: string): boolean {
  return ZIP.test(name);
}

/** Files as a dialog gives them; of a folder with their places in it. */
export function picked(files: Iterable<File>): Dropped[] {
  return [...files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/** Whether files are a set of pairs: a folder's, a zip's, or more than those of one image. */
export function areSet(files: readonly Dropped[]): boolean {
  if (files.some(({ path }) => path.includes("/") || isZip(path))) return true;
  return files.length > 2 && !areOneImage(files.map(({ file }) => file));
}

/** All files that were dropped, those in folders too. It must be called before anything is awaited. */
export async function dropped(transfer: DataTransfer): Promise<Dropped[]> {
  const items = [...transfer.items].filter(({ kind }) => kind === "file");
  // Both are gone once the event is over.
  const all = items.map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const found = await Promise.all(
    all.map(async ({ entry, file }) => {
      if (entry?.isDirectory) return within(entry as FileSystemDirectoryEntry);
      return file ? picked([file]) : [];
    }),
  );
  return found.flat();
}

async function within(folder: FileSystemDirectoryEntry): Promise<Dropped[]> {
  const reader = folder.createReader();
  const entries: FileSystemEntry[] = [];
  for (;;) {
    // A browser gives a hundred at a time, and none at the end.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (some.length === 0) break;
    entries.push(...some);
  }
  const found: Dropped[] = [];
  for (const entry of entries) {
    if (entry.isDirectory) found.push(...(await within(entry as FileSystemDirectoryEntry)));
    else found.push({ path: entry.fullPath.slice(1), file: await fileOf(entry) });
  }
  return found;
}

function fileOf(entry: FileSystemEntry): Promise<File> {
  return new Promise((resolve, reject) => {
    (entry as FileSystemFileEntry).file(resolve, reject);
  });
}
