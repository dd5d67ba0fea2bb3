import { describe, expect, it } from 'vitest';
import { logSourceOf } from '../../firmware-sim/device/cosem/log-source.ts';
import { readLog } from '../../firmware-sim/device/cosem/logs.ts';
import { objectsOf } from '../../firmware-sim/device/cosem/objects.ts';
import type { Plain } from '../../firmware-sim/device/cosem/value.ts';
import type { DeviceSetup } from '../../firmware-sim/device/setup.ts';
import { registerText } from '../../firmware-sim/esme/display.ts';
import { EsmeHand } from '../../firmware-sim/esme/hand.ts';
import { toSeconds2000 } from '../../firmware-sim/kernel/time.ts';
import { NOW } from '../device/bench.ts';
import { type Changes, Living, variant } from './living.ts';

/** 2030-01-15 09:00Z, a Tuesday; the default tariff is rate 1 from 07:00 and rate 2 from midnight. */
const HOUR = 3_600;

const CREDIT = { '111/0-0:19.0.0.255/2': [1, 2] };
const PREPAYMENT = {
  '111/0-0:19.0.0.255/2': [2, 2],
  '21/0-0:16.0.1.255/2': [0],
  '111/0-0:19.0.0.255/16': 200_000,
  '112/0-0:19.10.1.255/9': 500_000,
  '112/0-0:19.10.1.255/10': 100_000,
  '1/0-0:94.44.34.30/2': [1_234_567, 500_000, 1_000, 222_999, 3_000, 4_000_000],
};

const meter = (values: Readonly<Record<string, Plain>>, setup: Partial<DeviceSetup> = {}, changes: Changes = []) =>
  new Living(changes, { ...variant('single-element'), ...setup }, { ...PREPAYMENT, ...values });

const look = (home: Living) => new EsmeHand(home.device).look(home.now);

describe('the display of an electricity meter', () => {
  it.each([
    [0, '000000'],
    [999, '000000'],
    [12_345_999, '012345'],
    [4_294_967_295, '4294967'],
  ])('shows %d Wh as whole kilowatt hours, cut off', (wattHours, text) => {
    expect(registerText(wattHours)).toBe(text);
  });

  it('in prepayment says what is left, what may be had, and what is owed', () => {
    const { mode, account } = look(meter({}));
    expect([mode, account]).toEqual([
      'prepayment',
      {
        balance: '£12.34',
        lowCredit: false,
        availableCredit: '£12.34',
        emergencyCredit: { state: 'not available', lines: ['emergency credit £5.00', 'emergency credit owed £0.00'] },
        debts: { time1: '£2.22', time2: '£0.03', payment: '£40.00', accumulated: '£0.01' },
      },
    ]);
  });

  it('says that credit is low and emergency credit on offer, and then what is left and owed of it', () => {
    const home = meter({ '1/0-0:94.44.34.30/2': [-5_000, 500_000, 0, 0, 0, 0], '21/0-0:16.0.1.255/2': [-600_000] });
    expect(look(home).account).toMatchObject({ balance: '-£0.05', lowCredit: true, emergencyCredit: { state: 'available' } });
    new EsmeHand(home.device).press('emergency-credit', home.now);
    expect(look(home).account).toMatchObject({ availableCredit: '£4.95', emergencyCredit: { state: 'in use' } });
  });

  it('in credit mode shows the balance alone', () => {
    const { mode, account } = look(meter(CREDIT));
    expect([mode, account]).toEqual(['credit', { balance: '£12.34', lowCredit: false, availableCredit: '£12.34' }]);
  });

  it('shows rate and price in force', () => {
    const home = meter(CREDIT);
    expect(look(home).rates).toEqual([{ element: 'primary', rate: 'rate 1', price: '24.500p/kWh' }]);
    home.until(15 * HOUR);
    expect(look(home).rates).toEqual([{ element: 'primary', rate: 'rate 2', price: '9.500p/kWh' }]);
  });

  it('of a twin-element meter shows both elements', () => {
    const home = new Living([], variant('twin-element'), CREDIT);
    expect(look(home).rates.map(({ element, rate, price }) => [element, rate, price])).toEqual([
      ['primary', 'rate 1', '24.500p/kWh'],
      ['secondary', 'rate 1', '12.500p/kWh'],
    ]);
    expect(look(home).registers).toEqual({ import: '010300', secondary: '001400', export: '001250' });
  });

  it('shows power and registers as they are now', () => {
    const home = meter(CREDIT, {}, [[0, { importWatts: 3_600 }]]).until(2 * HOUR);
    expect([look(home).power, look(home).registers.import]).toEqual(['3600 W', '010307']);
  });

  it('says in words what the supply is', () => {
    const home = meter(CREDIT);
    const script = (useCase: string, selector: number) =>
      home.command(useCase, [{ operation: 'action', key: '9/0-0:10.0.106.255/1', data: selector }]);
    const said = () => look(home).supply;
    expect(said()).toEqual({ state: 'enabled', text: 'on' });
    script('ECS43', 52);
    expect(said()).toEqual({ state: 'disabled', text: 'off: call your supplier' });
    script('ECS44', 54);
    expect(said()).toEqual({ state: 'armed', text: 'ready: hold the button to turn on' });
  });

  it('shows F in a non-disablement period of prepayment, as far as the meter knows the time', () => {
    // The calendar of the default meter holds from 22:00 to 10:00.
    const shown = (home: Living) => look(home).nonDisablement;
    expect([shown(meter({})), shown(meter(CREDIT))]).toEqual(['F', undefined]);
    expect(shown(meter({}).until(1.5 * HOUR))).toBeUndefined();
    expect(shown(meter({}, { clock: { offsetMs: 0, status: 'invalid' } }))).toBeUndefined();
  });

  it('names the supplier and the customer (ECS16, ECS50)', () => {
    const hex = (text: string): string => Buffer.from(text, 'latin1').toString('hex');
    const home = meter(CREDIT);
    home.command('ECS16', [
      { operation: 'set', key: '9000/0-0:96.13.1.255/2', data: hex('Northern Power') },
      { operation: 'set', key: '9000/0-0:96.13.0.255/2', data: hex('0800 123456') },
    ]);
    home.command('ECS50', [{ operation: 'set', key: '1/0-3:96.13.1.255/2', data: hex('4711') }]);
    const { supplier, customer } = look(home);
    expect([supplier, customer]).toEqual([{ name: 'Northern Power', phone: '0800 123456' }, '4711']);
  });
});

describe('a change of tenancy (ECS12)', () => {
  const octets = (date: string): string => {
    const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
    const two = (value: number): string => value.toString(16).padStart(2, '0');
    return `${year.toString(16).padStart(4, '0')}${two(month)}${two(day)}ff00000000800000`.slice(0, 24);
  };
  const days = (home: Living): readonly string[] => (look(home).history ?? []).map(({ day }) => day);
  const tenancy = (home: Living, date: string): unknown =>
    home.command('ECS12', [{ operation: 'set', key: '1/0-0:94.44.3.2/2', data: octets(date) }]);

  it('hides what was consumed before from the household, and not from the supplier', () => {
    const home = meter(CREDIT);
    expect(days(home)).toEqual([
      '2030-01-14',
      '2030-01-13',
      '2030-01-12',
      '2030-01-11',
      '2030-01-10',
      '2030-01-09',
      '2030-01-08',
    ]);
    tenancy(home, '2030-01-12');
    expect(days(home)).toEqual(['2030-01-14', '2030-01-13', '2030-01-12']);
    const end = toSeconds2000(NOW);
    const source = logSourceOf(home.device, objectsOf(home.device), NOW);
    const rows = readLog(source, '7/0-0:99.1.3.255/2', { from: end - 864_000, to: end })?.children;
    expect(rows).toHaveLength(10);
  });

  it('that is yet to come hides nothing until it has come', () => {
    const home = meter(CREDIT);
    tenancy(home, '2030-01-16');
    expect(days(home)).toHaveLength(7);
    home.until(15 * HOUR + 1);
    expect(days(home)).toEqual([]);
    home.until(39 * HOUR + 1);
    expect(days(home)).toEqual(['2030-01-16']);
  });
});
