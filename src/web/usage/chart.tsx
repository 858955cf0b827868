import { useState } from "react";
import { type Account, type Bar, ceilingOf, type Measure, measured } from "./sums.ts";
import { amount, dayName, dollars, tokens } from "./words.ts";

export interface ChartProps {
  readonly bars: readonly Bar[];
  readonly accounts: readonly Account[];
  readonly measure: Measure;
}

/** The class that has the colour of an account; more than six share the last one. */
export function inkOf(accounts: readonly Account[], harnessId: string): string {
  const index = accounts.findIndex((account) => account.harnessId === harnessId);
  return `u-${Math.min(5, Math.max(0, index))}`;
}

/** One bar per day, stacked by account. The tables beside it say the same in numbers. */
export function Chart({ bars, accounts, measure }: ChartProps) {
  const [over, setOver] = useState<number | null>(null);
  const top = ceilingOf(Math.max(0, ...bars.map(({ sum }) => measured(sum, measure))));
  const shown = over === null ? undefined : bars[over];
  return (
    <figure className="block chart">
      <figcaption>
        <h2>{measure === "cost" ? "Cost per day" : "Tokens per day"}</h2>
        <span className="small t2 num" aria-hidden="true">
          {shown !== undefined
            ? readout(shown)
            : measure === "cost"
              ? "as far as agents say"
              : "read anew and written"}
        </span>
      </figcaption>
      <div className="plot" aria-hidden="true">
        <div className="ticks num micro t3">
          {[top, top / 2, 0].map((tick) => (
            <span key={tick}>{amount(tick, measure)}</span>
          ))}
        </div>
        <svg aria-hidden="true" onPointerLeave={() => setOver(null)}>
          <line className="grid" x1="0" x2="100%" y1="0.5" y2="0.5" />
          <line className="grid" x1="0" x2="100%" y1="50%" y2="50%" />
          {bars.map((bar, index) => (
            <Column
              key={bar.day}
              bar={bar}
              index={index}
              count={bars.length}
              top={top}
              accounts={accounts}
              measure={measure}
              onOver={() => setOver(index)}
            />
          ))}
          <line className="base" x1="0" x2="100%" y1="100%" y2="100%" />
        </svg>
        <Days bars={bars} />
      </div>
    </figure>
  );
}

function readout({ day, sum }: Bar): string {
  return `${dayName(day)}: ${tokens(sum.read + sum.written)} tokens, ${dollars(sum.cost)}`;
}

interface ColumnProps extends Omit<ChartProps, "bars"> {
  readonly bar: Bar;
  readonly index: number;
  readonly count: number;
  readonly top: number;
  readonly onOver: () => void;
}

function Column({ bar, index, count, top, accounts, measure, onOver }: ColumnProps) {
  const step = 100 / count;
  const gap = step * (count > 45 ? 0.12 : 0.18);
  let below = 0;
  return (
    <g className="day" onPointerEnter={onOver}>
      <rect className="hit" x={`${index * step}%`} width={`${step}%`} y="0" height="100%" />
      {bar.parts.map(({ harnessId, sum }) => {
        const height = (100 * measured(sum, measure)) / top;
        below += height;
        return (
          <rect
            key={harnessId}
            className={inkOf(accounts, harnessId)}
            x={`${index * step + gap}%`}
            width={`${step - 2 * gap}%`}
            y={`${100 - below}%`}
            height={`${height}%`}
          />
        );
      })}
    </g>
  );
}

/** As many names as there is room for; the last is always today. */
function Days({ bars }: { readonly bars: readonly Bar[] }) {
  const every = bars.length <= 7 ? 1 : bars.length <= 31 ? 5 : 15;
  return (
    <div className="days num micro t3">
      {bars.map(({ day }, index) => {
        const back = bars.length - 1 - index;
        if (back % every !== 0) return null;
        return (
          <span key={day} style={{ left: `${((index + 0.5) * 100) / bars.length}%` }}>
            {back === 0 ? "today" : dayName(day, false)}
          </span>
        );
      })}
    </div>
  );
}
