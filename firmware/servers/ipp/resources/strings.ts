// The words for IPP keywords that clients do not know themselves (PWG 5100.13 6.5.11), in the form
// of a .strings file.

const strings: Readonly<Record<string, string>> = {
  'job-hold-until.no-hold': 'Print at once',
  'job-hold-until.indefinite': 'Hold until released',
  'media-source.auto': 'Automatic',
  'media-type.auto': 'Automatic',
  'media-type.stationery': 'Plain paper',
  'multiple-document-handling.separate-documents-collated-copies': 'Collated copies',
  'output-bin.face-down': 'Face down',
  'print-content-optimize.auto': 'Automatic',
  'print-rendering-intent.auto': 'Automatic',
  'printer-state-reasons.hold-new-jobs': 'New jobs are held',
  'printer-state-reasons.offline-error': 'The printer does not answer',
};

export function stringsFile(): string {
  return Object.entries(strings)
    .map(([key, words]) => `"${key}" = "${words}";\n`)
    .join('');
}
