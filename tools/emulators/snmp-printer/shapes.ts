// Printers as several makers' agents show them: made by us after what their kind is known to do.
import type { Value } from './ber.ts';

export interface Supply {
  readonly name: string;
  /** PrtMarkerSuppliesTypeTC. */
  readonly type: number;
  /** 3 is used up, 4 fills. */
  readonly kind: 3 | 4;
  readonly unit: number;
  readonly capacity: number;
  readonly level: number;
  readonly colorant?: string;
}

export interface Shape {
  readonly model: string;
  readonly serial?: string;
  readonly pages?: number;
  readonly console?: readonly string[];
  readonly supplies: readonly Supply[];
  readonly inputs: readonly {
    readonly name: string;
    readonly capacity: number;
    readonly level: number;
  }[];
  /** Answers requests of version 1 only. */
  readonly onlyV1?: true;
  /** Texts end with NULs. */
  readonly padded?: true;
  /** Has no Printer-MIB, only the two tables that Windows reads. */
  readonly plain?: true;
}

const percent = 19;
const impressions = 7;
const tenthsOfMillilitres = 16;

export const shapes = {
  /** A colour laser: percent of each toner, and a waste box that says how much space is left. */
  laser: {
    model: 'Acme ColorLaser 4700',
    serial: 'CNDXA01234',
    pages: 48_213,
    console: ['Ready', 'Tray 2: A4'],
    supplies: [
      ...(['black', 'cyan', 'magenta', 'yellow'] as const).map(
        (colorant, at): Supply => ({
          name: `${colorant} cartridge`,
          type: 3,
          kind: 3,
          unit: percent,
          capacity: 100,
          level: [61, 40, 3, 100][at] ?? 0,
          colorant,
        }),
      ),
      { name: 'Waste toner box', type: 4, kind: 4, unit: percent, capacity: 100, level: 90 },
    ],
    inputs: [
      { name: 'Tray 1', capacity: 100, level: -3 },
      { name: 'Tray 2', capacity: 500, level: 250 },
    ],
  },
  /** A small mono laser that says only whether there is some. */
  mono: {
    model: 'Bruder HL-1110',
    serial: 'E71234',
    pages: 912,
    console: ['Sleep'],
    supplies: [
      {
        name: 'Black Toner',
        type: 3,
        kind: 3,
        unit: impressions,
        capacity: -2,
        level: -3,
        colorant: 'black',
      },
      { name: 'Drum Unit', type: 9, kind: 3, unit: impressions, capacity: 12_000, level: 9_000 },
    ],
    inputs: [{ name: 'MP', capacity: -2, level: -3 }],
    padded: true,
  },
  /** An ink printer with a maintenance box, whose full box says 0 space. */
  ink: {
    model: 'Epsilon WF-3720',
    supplies: [
      {
        name: 'Black Ink',
        type: 6,
        kind: 3,
        unit: tenthsOfMillilitres,
        capacity: 400,
        level: 100,
        colorant: 'black',
      },
      { name: 'Colour Ink', type: 6, kind: 3, unit: tenthsOfMillilitres, capacity: -1, level: -1 },
      { name: 'Maintenance Box', type: 8, kind: 4, unit: percent, capacity: 100, level: 0 },
    ],
    inputs: [{ name: 'Cassette', capacity: 250, level: -2 }],
  },
  /** A print server of the last century. */
  server: { model: 'PocketServer 3', supplies: [], inputs: [], onlyV1: true, plain: true },
  /** A label printer. */
  label: { model: 'Zetta ZT230', serial: '52J150', supplies: [], inputs: [], plain: true },
} as const satisfies Record<string, Shape>;

export type ShapeName = keyof typeof shapes;

export interface State {
  /** hrDeviceStatus and hrPrinterStatus. */
  readonly device: number;
  readonly printer: number;
  /** hrPrinterDetectedErrorState. */
  readonly errors: readonly number[];
  readonly alerts: readonly {
    readonly severity: number;
    readonly code: number;
    readonly words: string;
  }[];
}

export const states = {
  idle: { device: 2, printer: 3, errors: [0], alerts: [] },
  printing: { device: 2, printer: 4, errors: [0], alerts: [] },
  'paper-out': {
    device: 5,
    printer: 1,
    errors: [0x40],
    alerts: [{ severity: 3, code: 808, words: 'Tray 2 empty' }],
  },
  'toner-low': {
    device: 3,
    printer: 3,
    errors: [0x20, 0],
    alerts: [{ severity: 4, code: 1104, words: 'Magenta low' }],
  },
} as const satisfies Record<string, State>;

export type StateName = keyof typeof states;

/** All variables of a printer with this hrDeviceIndex, in no order. */
export function variablesOf(shape: Shape, state: State, index: number): Map<string, Value> {
  const found = new Map<string, Value>();
  const put = (name: string, value: Value) => found.set(name, value);
  const text = (words: string): Value => ({
    type: 's',
    value: shape.padded === true ? `${words}\0\0` : words,
  });
  const number = (value: number): Value => ({ type: 'i', value });
  put('1.3.6.1.2.1.1.1.0', text(`${shape.model} agent`));
  put(`1.3.6.1.2.1.25.3.2.1.2.${index}`, { type: 'o', value: '1.3.6.1.2.1.25.3.1.5' });
  put(`1.3.6.1.2.1.25.3.2.1.3.${index}`, text(shape.model));
  put(`1.3.6.1.2.1.25.3.2.1.5.${index}`, number(state.device));
  put(`1.3.6.1.2.1.25.3.5.1.1.${index}`, number(state.printer));
  put(`1.3.6.1.2.1.25.3.5.1.2.${index}`, { type: 's', value: Uint8Array.from(state.errors) });
  if (shape.plain === true) return found;
  const printer = '1.3.6.1.2.1.43';
  if (shape.serial !== undefined) put(`${printer}.5.1.1.17.${index}`, text(shape.serial));
  if (shape.pages !== undefined) {
    put(`${printer}.10.2.1.4.${index}.1`, { type: 'c', value: shape.pages });
  }
  for (const [at, line] of (shape.console ?? []).entries()) {
    put(`${printer}.16.5.1.2.${index}.${at + 1}`, text(line));
  }
  const colorants = shape.supplies.flatMap(({ colorant }) => colorant ?? []);
  for (const [at, colorant] of colorants.entries()) {
    put(`${printer}.12.1.1.4.${index}.${at + 1}`, text(colorant));
  }
  for (const [at, supply] of shape.supplies.entries()) {
    const colorant = supply.colorant === undefined ? 0 : colorants.indexOf(supply.colorant) + 1;
    const columns: readonly Value[] = [
      number(1),
      number(colorant),
      number(supply.kind),
      number(supply.type),
      text(supply.name),
      number(supply.unit),
      number(supply.capacity),
      number(supply.level),
    ];
    for (const [column, value] of columns.entries()) {
      put(`${printer}.11.1.1.${column + 2}.${index}.${at + 1}`, value);
    }
  }
  for (const [at, input] of shape.inputs.entries()) {
    const columns: readonly (readonly [number, Value])[] = [
      [2, number(3)],
      [8, number(8)],
      [9, number(input.capacity)],
      [10, number(input.level)],
      [12, text('iso_a4_210x297mm')],
      [13, text(input.name)],
    ];
    for (const [column, value] of columns) {
      put(`${printer}.8.2.1.${column}.${index}.${at + 1}`, value);
    }
  }
  for (const [at, alert] of state.alerts.entries()) {
    put(`${printer}.18.1.1.2.${index}.${at + 1}`, number(alert.severity));
    put(`${printer}.18.1.1.7.${index}.${at + 1}`, number(alert.code));
    put(`${printer}.18.1.1.8.${index}.${at + 1}`, text(alert.words));
  }
  return found;
}
