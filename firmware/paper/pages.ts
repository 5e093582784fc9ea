// What stands on the appliance's own pages.
import type { ApplianceView } from '../api/types.ts';
import type { Printer } from '../printers/printer.ts';

export interface OwnPage {
  readonly title: string;
  readonly lines: readonly string[];
}

export interface PageFacts {
  readonly version: string;
  readonly nodeId: string;
  readonly addresses: ApplianceView['addresses'];
  readonly printers: readonly Pick<Printer, 'name' | 'spooler' | 'location'>[];
}

const nameColumns = 10;

export function testPageOf(
  printer: Pick<Printer, 'name' | 'location' | 'portNames'>,
  facts: PageFacts,
): OwnPage {
  return {
    title: 'Test page',
    lines: [
      `Printer:  ${printer.name}`,
      ...(printer.location === '' ? [] : [`Location: ${printer.location}`]),
      `Port:     ${printer.portNames.join(', ')}`,
      `Made by:  Platen ${facts.version}`,
      '',
      'Who reads this can print: the way from the appliance to the paper works.',
    ],
  };
}

/** For whoever stands at the box: how to become its first administrator. */
export function setUpPageOf(code: string, addresses: PageFacts['addresses']): OwnPage {
  const pages = addresses.filter(({ what }) => what === 'https');
  return {
    title: 'Set up this print appliance',
    lines: [
      'Open the page in a browser, and enter the code:',
      '',
      ...pages.map(({ address }) => `  ${address}`),
      '',
      `  Set-up code: ${code}`,
      '',
      'It makes the first administrator, once. Keep this page until then.',
    ],
  };
}

/** What someone at the box needs to reach it: names, addresses, printers, version. */
export function configurationPageOf(facts: PageFacts): OwnPage {
  const { version, nodeId, addresses, printers } = facts;
  return {
    title: 'Configuration of this print appliance',
    lines: [
      `Version:  Platen ${version}`,
      `Id:       ${nodeId}`,
      '',
      'Addresses',
      ...addresses.filter(({ what }) => what !== 'socket').map(addressLine),
      '',
      'Printers',
      ...printers.map(printerLine),
    ],
  };
}

function addressLine({ what, address, printer = '' }: PageFacts['addresses'][number]): string {
  return `  ${what.padEnd(nameColumns)}${address} ${printer}`.trimEnd();
}

function printerLine({ name, spooler, location }: PageFacts['printers'][number]): string {
  const whole = spooler === 'local' ? name : `${spooler}/${name}`;
  return location === '' ? `  ${whole}` : `  ${whole}, ${location}`;
}
