import type { Event } from "../../../contract/event.ts";
import type { TodosItem, UsageItem } from "../../../domain/transcript.ts";
import { TranscriptFold } from "../../../domain/transcript-fold.ts";
import { type Row, type RowOptions, TranscriptRows } from "../../../domain/transcript-rows.ts";

/** What a transcript looks like after one update. */
export interface TranscriptFrame {
  readonly rows: readonly Row[];
  /** Grows with every event that came at the end. */
  readonly appended: number;
  readonly todos: TodosItem | null;
  readonly usage: UsageItem | null;
}

/** Follows the list of events of one task, which grows at both ends and is cut at its beginning. */
export class TranscriptModel {
  #fold = new TranscriptFold();
  #rows = new TranscriptRows();
  #first = -1;
  #last = -1;
  #appended = 0;
  /** The newest, also when its event is not held any more. */
  #todos: TodosItem | null = null;
  #usage: UsageItem | null = null;

  update(events: readonly Event[], options: RowOptions): TranscriptFrame {
    const known = events.findLastIndex(({ seq }) => seq <= this.#last) + 1;
    const goesOn = known > 0 && events[known - 1]?.seq === this.#last;
    if (!goesOn) {
      this.#todos = null;
      this.#usage = null;
    } else {
      this.#appended += events.length - known;
    }
    if (goesOn && events[0]?.seq === this.#first) this.#push(events.slice(known));
    else this.#start(events);
    return this.#frame(options);
  }

  #start(events: readonly Event[]): void {
    this.#fold = new TranscriptFold();
    this.#rows = new TranscriptRows();
    this.#first = events[0]?.seq ?? -1;
    this.#push(events);
  }

  #push(events: readonly Event[]): void {
    this.#fold.push(events);
    this.#todos = this.#fold.todos ?? this.#todos;
    this.#usage = this.#fold.usage ?? this.#usage;
    this.#last = events.at(-1)?.seq ?? this.#last;
  }

  #frame(options: RowOptions): TranscriptFrame {
    const rows = this.#rows.update(this.#fold.items, this.#fold.takeDirty(), options);
    return {
      rows: rows.slice(),
      appended: this.#appended,
      todos: this.#todos,
      usage: this.#usage,
    };
  }
}
