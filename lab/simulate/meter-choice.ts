import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import { type Profile, profileNamed, profilesOf } from '../devices/profiles.ts';
import { METER_TYPES, type MeterType } from './simulated-meter.ts';

/** Which meter a person means. */
export interface MeterChoice {
  readonly type: MeterType;
  readonly profile: Profile;
}

/**
 * The type and variant of a meter: the name of a variant tells its type where only one type has it.
 * @throws UsageError `unknown-profile` naming the choices
 */
export function meterChoice(profile: string | undefined, device: MeterType | undefined): MeterChoice {
  const having = METER_TYPES.filter((type) => profilesOf(type).some(({ name }) => name === profile));
  const type = device ?? having[0] ?? (profile === undefined ? 'ESME' : undefined);
  if (type) return { type, profile: profileNamed(type, profile) };
  const choices = METER_TYPES.map(
    (one) =>
      `${one} ${profilesOf(one)
        .map(({ name }) => name)
        .join(', ')}`,
  ).join('; ');
  throw new UsageError('unknown-profile', `no meter has a profile ${JSON.stringify(profile)}; there are for ${choices}`);
}
