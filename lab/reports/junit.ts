import type { Assertion } from './verdict.ts';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

function escaped(text: string): string {
  // XML 1.0 has no way to write most control characters.
  return [...text]
    .map((letter) => (letter < ' ' && letter !== '\n' && letter !== '\t' ? '?' : (ENTITIES[letter] ?? letter)))
    .join('');
}

function testCase(suite: string, { id, title, source, verdict, detail }: Assertion): string[] {
  const head = `    <testcase classname="${escaped(suite)}" name="${escaped(`${id}: ${title}`)}" time="0"`;
  const properties = `      <properties><property name="source" value="${escaped(source)}"/></properties>`;
  const text = escaped(detail);
  if (verdict === 'fail') return [`${head}>`, properties, `      <failure message="${text}"/>`, '    </testcase>'];
  if (verdict === 'incomplete') return [`${head}>`, properties, `      <error message="${text}"/>`, '    </testcase>'];
  return [`${head}>`, properties, `      <system-out>${text}</system-out>`, '    </testcase>'];
}

/** The assertions as a JUnit XML document; times are zero so that equal runs give equal files. */
export function junitXml(suite: string, assertions: readonly Assertion[]): string {
  const count = (verdict: Assertion['verdict']): number => assertions.filter((one) => one.verdict === verdict).length;
  const counts = `tests="${assertions.length}" failures="${count('fail')}" errors="${count('incomplete')}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="hanbench" ${counts} time="0">`,
    `  <testsuite name="${escaped(suite)}" ${counts} skipped="0" time="0">`,
    ...assertions.flatMap((assertion) => testCase(suite, assertion)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}
