// Set-Printer-Attributes and Get-Printer-Supported-Values (RFC 3380 4.1, 4.3).
import type { IppAttribute } from '../../../../monitors/wire/ipp/message.ts';
import { attribute, group, outOfBand, wordingOf } from '../../../../monitors/wire/ipp/values.ts';
import type { Printer, PrinterSettings } from '../../../printers/printer.ts';
import { driverInstaller } from '../../../queue-files/contract.ts';
import { needRole } from '../../../spooler/rights.ts';
import { printerAttributes, selectAttributes } from '../attribute-table.ts';
import type { IppCall, IppOperationRow } from '../call.ts';
import { badRequest, faultOf, IppFault } from '../fault.ts';
import { readAttributes } from '../job-template.ts';
import { requestedIn } from '../operation-attributes.ts';
import { printerAbilities, printerSource } from '../printer-source.ts';
import { driverInstallerName, printerSettableNames, printerTextNames } from '../settable.ts';

export const printerSettingOperations: readonly IppOperationRow[] = [
  {
    name: 'Set-Printer-Attributes',
    target: 'printer',
    required: [],
    clause: 'RFC 3380 4.1',
    async run(call, printer) {
      const refusal = needRole(call.by, 'administrator', 'changing a printer');
      if (refusal !== undefined) throw faultOf(refusal);
      const settings = await settingsIn(call, printer);
      await setDriverInstaller(call, printer);
      if (Object.keys(settings).length === 0) return { groups: [] };
      const outcome = await call.spooler.printers.change(printer.id, settings, call.by);
      if (outcome.kind === 'refused') throw faultOf(outcome);
      return { groups: [] };
    },
  },
  {
    name: 'Get-Printer-Supported-Values',
    target: 'printer',
    required: [],
    clause: 'RFC 3380 4.3',
    async run(call, printer) {
      const requested = (requestedIn(call.message) ?? ['all']).flatMap(supportedNames);
      const source = await printerSource(call, printer);
      const selected = selectAttributes(printerAttributes, requested, source);
      // Free text has no list of values: its syntax is what the administrator defines.
      const texts = printerTextNames
        .filter((name) => requested.includes(name))
        .map((name) => attribute(name, outOfBand.adminDefine));
      const installer = requested.includes(driverInstallerName)
        ? [attribute(driverInstallerName, outOfBand.adminDefine)]
        : [];
      const supported = selected
        .filter(({ name }) => name.endsWith('-supported'))
        .map(({ name, values }) => ({ name: name.replace(/-supported$/, '-default'), values }))
        .filter(({ name }) => printerSettableNames.includes(name));
      return { groups: [group('printer-attributes', ...texts, ...installer, ...supported)] };
    },
  },
];

/** The attributes whose values say what a settable one may be set to. */
function supportedNames(requested: string): readonly string[] {
  if (requested === 'all') return printerSettableNames.flatMap(supportedNames);
  return [requested.replace(/-default$/, '-supported')];
}

const uriOctets = 1_023;

/** A URI of somebody else's; deleted, the queue's own file is named again. */
function driverInstallerIn(
  asked: readonly IppAttribute[],
): { readonly uri: string | undefined } | undefined {
  const value = asked.find(({ name }) => name === driverInstallerName)?.values[0];
  if (value === undefined) return undefined;
  if (value.syntax === 'delete-attribute') return { uri: undefined };
  const isAddress = value.syntax === 'uri' && /^(https?|ftps?):\/\/\S+$/i.test(value.value);
  if (isAddress && Buffer.byteLength(value.value) <= uriOctets) return { uri: value.value };
  throw badRequest(`${driverInstallerName} has to be a URI of HTTP or FTP.`);
}

async function setDriverInstaller(call: IppCall, printer: Printer): Promise<void> {
  const groups = call.message.groups.filter(({ tag }) => tag === 'printer-attributes');
  const asked = driverInstallerIn(groups.flatMap(({ attributes }) => attributes));
  if (asked === undefined) return;
  const { data } = call.spooler;
  const { key, name } = driverInstaller;
  const done =
    asked.uri === undefined
      ? await data.deleteDataEx(printer.id, key, name, call.by)
      : await data.setDataEx(printer.id, key, name, { type: 'string', data: asked.uri }, call.by);
  // Deleting what is not there is no fault (RFC 3380 4.1).
  if (done.kind === 'refused' && done.code !== 'data-not-found') throw faultOf(done);
}

/** All of them or none (RFC 3380 4.1.1). */
async function settingsIn(call: IppCall, printer: Printer): Promise<PrinterSettings> {
  const groups = call.message.groups.filter(({ tag }) => tag === 'printer-attributes');
  const asked = groups.flatMap(({ attributes }) => attributes);
  if (asked.length === 0) throw badRequest('There is nothing to set.');
  const fixed = asked.filter(({ name }) => !printerSettableNames.includes(name));
  if (fixed.length > 0) {
    throw new IppFault(
      'client-error-attributes-not-settable',
      'Not all of that can be set, and so nothing was.',
      fixed.map(({ name }) => attribute(name, outOfBand.notSettable)),
    );
  }
  driverInstallerIn(asked);
  const defaults = asked.filter(({ name }) => name.endsWith('-default'));
  return {
    ...textsIn(asked),
    ...(defaults.length > 0 ? { defaults: await defaultsIn(call, printer, defaults) } : {}),
  };
}

function textsIn(asked: readonly IppAttribute[]): PrinterSettings {
  const words = (name: (typeof printerTextNames)[number]) => {
    const value = asked.find((each) => each.name === name)?.values[0];
    if (value === undefined) return undefined;
    const said = value.syntax === 'delete-attribute' ? '' : wordingOf(value);
    if (said === undefined) throw badRequest(`${name} has to be text.`);
    return said;
  };
  const description = words('printer-info');
  const location = words('printer-location');
  const note = words('printer-message-from-operator');
  return {
    ...(description === undefined ? {} : { description }),
    ...(location === undefined ? {} : { location }),
    ...(note === undefined ? {} : { note }),
  };
}

async function defaultsIn(
  call: IppCall,
  printer: Printer,
  asked: readonly IppAttribute[],
): Promise<Readonly<Record<string, unknown>>> {
  const bare = asked.map(({ name, values }) => ({ name: name.replace(/-default$/, ''), values }));
  const taken = bare.filter(({ values }) => values[0]?.syntax === 'delete-attribute');
  const given = bare.filter((each) => !taken.includes(each));
  const { accepted, unsupported } = readAttributes(given, await printerAbilities(call, printer));
  if (unsupported.length > 0) {
    throw new IppFault(
      'client-error-attributes-or-values-not-supported',
      'Not all of these values are possible, and so none was set.',
      unsupported.map(({ name, values }) => ({ name: `${name}-default`, values })),
    );
  }
  const kept = Object.entries({ ...printer.defaults, ...accepted });
  return Object.fromEntries(kept.filter(([name]) => !taken.some((each) => each.name === name)));
}
