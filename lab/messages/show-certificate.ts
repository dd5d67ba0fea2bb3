import type { ElementJson } from '../../firmware-sim/codec/element-json.ts';
import { REMOTE_PARTY_ROLE_NAMES } from '../../firmware-sim/dictionary/code-names.ts';

const childrenOf = (element: ElementJson | undefined): readonly ElementJson[] =>
  element && Array.isArray(element.value) ? (element.value as readonly ElementJson[]) : [];

/** What stands below an element by names; `undefined` where the path leaves the tree. */
function below(element: ElementJson | undefined, ...names: readonly string[]): ElementJson | undefined {
  return names.reduce<ElementJson | undefined>((at, name) => childrenOf(at).find((child) => child.name === name), element);
}

/** The scalar inside wrappers of one child. */
function innermost(element: ElementJson | undefined): ElementJson | undefined {
  const children = childrenOf(element);
  return element && Array.isArray(element.value) ? innermost(children[0]) : element;
}

const textOf = (element: ElementJson | undefined): string => String(innermost(element)?.value ?? '');

/** Attributes of a name by what their object identifiers are called. */
function nameParts(name: ElementJson | undefined): ReadonlyMap<string, string> {
  const attributes = childrenOf(name).flatMap((part) => childrenOf(part));
  return new Map(attributes.map((attribute) => [below(attribute, 'type')?.meaning ?? '', textOf(below(attribute, 'value'))]));
}

/** SMKI puts the role's number, in hex, where others put a department. */
function roleOf(parts: ReadonlyMap<string, string>): string | undefined {
  const unit = parts.get('organizationalUnitName');
  if (unit === undefined || !/^[0-9a-f]{2}$/i.test(unit)) return unit;
  const roles: Readonly<Record<string, string>> = REMOTE_PARTY_ROLE_NAMES;
  return roles[String(Number.parseInt(unit, 16))] ?? unit;
}

function partyText(parts: ReadonlyMap<string, string>, device: string | undefined): string {
  const shown = [device, parts.get('x500UniqueIdentifier'), roleOf(parts), parts.get('commonName')];
  const known = shown.filter((part) => part !== undefined && part !== '');
  return known.length === 0 ? 'no name' : known.join(', ');
}

/** Value of the extension that is called so. */
function extension(certificate: ElementJson, called: string): ElementJson | undefined {
  const list = childrenOf(below(certificate, 'tbsCertificate', 'extensions', 'content'));
  const found = list.find((entry) => below(entry, 'extnID')?.meaning === called);
  return below(found, 'extnValue', 'content');
}

/** EUI-64 in the alternative name of a device certificate. */
function deviceOf(certificate: ElementJson): string | undefined {
  const [name] = childrenOf(extension(certificate, 'subjectAltName'));
  const serial = below(name, 'otherName', 'value', 'content', 'hwSerialNum');
  return serial && String(serial.value);
}

/** A serial number as certificate tools write it. */
function serialText(value: string): string {
  return /^\d+$/.test(value) ? `0x${BigInt(value).toString(16)}` : value;
}

/** Whether an element is an X.509 certificate. */
export function isCertificate(element: ElementJson): boolean {
  const [tbs, algorithm, signature] = childrenOf(element);
  return tbs?.name === 'tbsCertificate' && algorithm?.name === 'signatureAlgorithm' && signature?.name === 'signatureValue';
}

/** A certificate in three lines: whose and what for, how long, by whom. */
export function certificateLines(certificate: ElementJson, indent: string): string[] {
  const field = (...names: readonly string[]): ElementJson | undefined => below(certificate, 'tbsCertificate', ...names);
  const usage = extension(certificate, 'keyUsage');
  const keyUsage = usage ? (usage.meaning ?? String(usage.value)) : 'no key usage';
  return [
    `${indent}${certificate.name}: ${partyText(nameParts(field('subject')), deviceOf(certificate))}: ${keyUsage}`,
    `${indent}  valid from ${textOf(field('validity', 'notBefore'))} to ${textOf(field('validity', 'notAfter'))}`,
    `${indent}  issued by ${partyText(nameParts(field('issuer')), undefined)}; serial number ${serialText(textOf(field('serialNumber')))}`,
  ];
}
