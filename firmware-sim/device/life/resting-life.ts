import type { Millis } from '../../kernel/time.ts';
import type { Life, LifeState } from './life.ts';
import type { OrganState } from './organ.ts';
import { packed, unpacked } from './packed-state.ts';

/** A life between two moments at which something happens: its state in little room, and when it has to wake. */
export class RestingLife {
  readonly deadline: Millis | undefined;
  readonly poweredDown: boolean;
  readonly #state: string;
  readonly #handedIn: unknown;

  /** @param state what the life keeps now */
  constructor(life: Life, state: LifeState) {
    this.deadline = life.deadline;
    this.poweredDown = life.poweredDown;
    // A life's state is made of what organs keep.
    this.#state = packed(state as unknown as OrganState);
    this.#handedIn = life.handedIn;
  }

  get state(): LifeState {
    return unpacked(this.#state) as unknown as LifeState;
  }

  /** Puts everything into a life that has just been made. */
  wake(life: Life): void {
    life.handIn(this.#handedIn);
    life.restore(this.state);
  }
}
