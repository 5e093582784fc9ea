// A folder with ipptool's suites and every sample that they ask for, as far as it is made here.
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pdfPage } from '../../../firmware/paper/pdf.ts';
import { jpegSample } from './jpeg.ts';
import { rasterSample, rasterTypes, type RasterType } from './pwg-raster.ts';

const debianSuites = '/usr/share/cups/ipptool';

const pages = {
  '4x6': { widthPoints: 288, heightPoints: 432, sizeName: 'na_index-4x6_4x6in' },
  a4: { widthPoints: 595, heightPoints: 842, sizeName: 'iso_a4_210x297mm' },
  letter: { widthPoints: 612, heightPoints: 792, sizeName: 'na_letter_8.5x11in' },
} as const;

/** Of a `document-…` sample; others have one page. */
const documentPages = 4;

/**
 * All of them: ipptool gives up at a file that is missing, even where its test would be skipped.
 */
export async function makeSuiteFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const suites = (await readdir(debianSuites)).filter((name) => name.endsWith('.test'));
  await Promise.all(suites.map((name) => copyFile(join(debianSuites, name), join(folder, name))));
  const documents: Readonly<Record<string, Uint8Array>> = {
    'document-a4.pdf': pdfPage('Platen', ['A4, for ipptool']),
    'document-letter.pdf': pdfPage('Platen', ['US Letter, for ipptool']),
    'document-a4.ps': postscriptPage('A4, for ipptool'),
    'document-letter.ps': postscriptPage('US Letter, for ipptool'),
    'color.jpg': jpegSample({ width: 320, height: 480, color: true }),
    'gray.jpg': jpegSample({ width: 320, height: 480, color: false }),
    'octets.bin': Uint8Array.from({ length: 4_096 }, (_, at) => (at * 167) % 251),
  };
  for (const [name, bytes] of Object.entries(documents)) {
    await writeFile(join(folder, name), bytes);
  }
  const suite = await readFile(join(debianSuites, 'ipp-everywhere.test'), 'utf8');
  await makeRasters(folder, suite);
}

function postscriptPage(words: string): Uint8Array {
  const lines = ['%!PS-Adobe-3.0', '%%Pages: 1', '%%EndComments', '%%Page: 1 1'];
  const page = [
    '/Helvetica findfont 24 scalefont setfont',
    `72 720 moveto (${words}) show showpage`,
  ];
  return Buffer.from(`${[...lines, ...page, '%%EOF'].join('\n')}\n`);
}

const rasterForm =
  /FILE (pwg-raster-samples-(\d+)dpi\/([a-z0-9-]+)\/([a-z.]+)-(4x6|a4|letter)-[a-z0-9-]+dpi\.pwg)/g;

async function makeRasters(folder: string, suite: string): Promise<void> {
  const made = new Set<string>();
  for (const [, path = '', digits, type = '', what, size = ''] of suite.matchAll(rasterForm)) {
    const dpi = Number(digits);
    if (made.has(path) || !isType(type) || !isSize(size)) continue;
    made.add(path);
    const count = what === 'document' ? documentPages : 1;
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await writeFile(join(folder, path), rasterSample({ type, dpi, pages: count, ...pages[size] }));
  }
}

function isType(type: string): type is RasterType {
  return Object.hasOwn(rasterTypes, type);
}

function isSize(size: string): size is keyof typeof pages {
  return Object.hasOwn(pages, size);
}
