import type { Event } from "../../../contract/event.ts";
import type { TodosItem, UsageItem } from "../../../domain/transcript.ts";
import { TranscriptFold } from "../../../domain/transcript-fold.ts";
import { type Row, type RowOptions, TranscriptRows } from "../../../domain/transcript-rows.ts";

/** What a transcript looks like after one update. */
export interface TranscriptFrame {
  readonly rows: readonly Row[];
  /** Rows came in front and nothing else changed: a list has to keep its place from the end. */
  readonly shift: boolean;
  /** Grows with every event that came at the end. */
  readonly appended: number;
  readonly todos: TodosItem | null;
  readonly usage: UsageItem | null;
  /** More has come than this frame shows; ask again. */
  readonly behind: boolean;
}

/** Follows the growing list of events of one task. */
export class TranscriptModel {
  #fold = new TranscriptFold();
  #rows = new TranscriptRows();
  #first = -1;
  #last = -1;
  #taken = 0;
  #appended = 0;

  update(events: readonly Event[], options: RowOptions): TranscriptFrame {
    const older = this.#olderCount(events);
    if (older > 0) {
      // What came at the end meanwhile waits for the next frame: a list can grow at one end at a time.
      this.#start(events.slice(0, older + this.#taken));
      return this.#frame(options, true, this.#taken < events.length);
    }
    if (events[0]?.seq === this.#first && events[this.#taken - 1]?.seq === this.#last) {
      const fresh = events.slice(this.#taken);
      this.#push(fresh);
      this.#appended += fresh.length;
    } else {
      this.#start(events);
    }
    return this.#frame(options, false, false);
  }

  /** How many events came in front of what is known; 0 when that is not what happened. */
  #olderCount(events: readonly Event[]): number {
    const first = events[0]?.seq ?? -1;
    if (this.#taken === 0 || first >= this.#first) return 0;
    const at = events.findIndex(({ seq }) => seq === this.#first);
    return at > 0 && events[at + this.#taken - 1]?.seq === this.#last ? at : 0;
  }

  #start(events: readonly Event[]): void {
    this.#fold = new TranscriptFold();
    this.#rows = new TranscriptRows();
    this.#first = events[0]?.seq ?? -1;
    this.#taken = 0;
    this.#push(events);
  }

  #push(events: readonly Event[]): void {
    if (this.#taken === 0) this.#first = events[0]?.seq ?? -1;
    this.#fold.push(events);
    this.#taken += events.length;
    this.#last = events.at(-1)?.seq ?? this.#last;
  }

  #frame(options: RowOptions, shift: boolean, behind: boolean): TranscriptFrame {
    const rows = this.#rows.update(this.#fold.items, this.#fold.takeDirty(), options);
    return {
      rows: rows.slice(),
      shift,
      appended: this.#appended,
      todos: this.#fold.todos,
      usage: this.#fold.usage,
      behind,
    };
  }
}
